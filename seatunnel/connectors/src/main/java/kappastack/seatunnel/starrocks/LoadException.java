package kappastack.seatunnel.starrocks;

import java.io.IOException;

/** A load that a retry cannot mend, or whose retries are used up. */
final class LoadException extends IOException {
    private static final long serialVersionUID = 1L;

    LoadException(String message) {
        super(message);
    }

    LoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
