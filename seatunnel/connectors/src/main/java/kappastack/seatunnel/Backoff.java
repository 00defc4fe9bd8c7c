package kappastack.seatunnel;

import java.io.Serializable;
import java.util.concurrent.ThreadLocalRandom;

/** Exponential back-off with jitter: a wait between 50 % and 100 % of {@code first × 2^attempt}, at most a ceiling. */
public final class Backoff implements Serializable {
    private static final long serialVersionUID = 1L;

    private final long firstMillis;
    private final long ceilingMillis;

    /**
     * @param firstMillis upper limit of the first wait, in milliseconds
     * @param ceilingMillis upper limit of every wait, in milliseconds
     */
    public Backoff(long firstMillis, long ceilingMillis) {
        this.firstMillis = firstMillis;
        this.ceilingMillis = ceilingMillis;
    }

    /**
     * @param attempt 0 for the wait after the first failure
     * @return milliseconds to wait
     */
    public long millis(int attempt) {
        long longest = Math.min(ceilingMillis, firstMillis << Math.min(attempt, 20));
        return longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1);
    }
}
