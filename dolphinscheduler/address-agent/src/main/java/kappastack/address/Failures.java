package kappastack.address;

import java.util.regex.Pattern;

/** Recognizes failures of the connection to PostgreSQL. Rewritten classes call this class. */
public final class Failures {
    private static final Pattern LOST_CONNECTION = Pattern.compile(
            "PSQLException: (An I/O error|This connection has been closed|Connection to |FATAL: )"
                    + "|SQLTransientConnectionException");

    private Failures() {}

    /** Whether the text of an exception, with its causes, names a lost connection. The same work succeeds later. */
    public static boolean isLostConnection(String exception) {
        return exception != null && LOST_CONNECTION.matcher(exception).find();
    }
}
