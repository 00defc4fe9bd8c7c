package kappastack.seatunnel.starrocks;

import java.io.IOException;

/** A load that cannot succeed by trying again, or that was tried as often as the settings allow. */
final class LoadException extends IOException {
    private static final long serialVersionUID = 1L;

    LoadException(String message) {
        super(message);
    }

    LoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
