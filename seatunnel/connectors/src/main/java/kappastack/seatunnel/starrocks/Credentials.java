package kappastack.seatunnel.starrocks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;

/**
 * User and password of the requests. After a refusal the password's file is read again: while a password is rotated, the
 * file has the new and the old one, and StarRocks accepts one of them.
 */
final class Credentials {
    private final SinkSettings settings;
    private String password;

    Credentials(SinkSettings settings) throws IOException {
        this.settings = settings;
        password = settings.passwords().get(0);
    }

    /** Value of the header {@code Authorization}. */
    String header() {
        byte[] text = (settings.username + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(text);
    }

    /**
     * Takes another password after StarRocks refused the present one.
     *
     * @param refused passwords that StarRocks refused; the present one is added
     * @return false if it refused every password of the file
     * @throws IOException if the file cannot be read
     */
    boolean change(Set<String> refused) throws IOException {
        refused.add(password);
        for (String each : settings.passwords()) {
            if (!refused.contains(each)) {
                password = each;
                return true;
            }
        }
        return false;
    }
}
