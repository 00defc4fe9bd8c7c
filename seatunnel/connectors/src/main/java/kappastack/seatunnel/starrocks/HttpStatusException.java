package kappastack.seatunnel.starrocks;

import java.io.IOException;

/** A response whose HTTP status is not 200. */
final class HttpStatusException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    HttpStatusException(String url, int status, String body) {
        super(url + " returned status " + status + ": " + LoadResponse.shorten(body, 500));
        this.status = status;
    }

    /** Whether user or password are refused. */
    boolean denied() {
        return status == 401;
    }

    /** Whether a retry is pointless: any 4xx except 408 (timeout) and 429 (too many requests). */
    boolean permanent() {
        return status >= 400 && status < 500 && status != 408 && status != 429;
    }
}
