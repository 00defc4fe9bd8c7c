package kappastack.seatunnel.starrocks;

import java.io.IOException;

/** A load failed permanently, or its retries are used up. */
final class LoadException extends IOException {
    private static final long serialVersionUID = 1L;

    LoadException(String message) {
        super(message);
    }

    LoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
