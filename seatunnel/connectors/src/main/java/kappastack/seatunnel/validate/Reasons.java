package kappastack.seatunnel.validate;

/** The problems of one message: {@code field: problem} parts, joined by semicolons. */
final class Reasons {
    private static final int LONGEST_VALUE = 80;

    private final StringBuilder text = new StringBuilder();
    private boolean eventRejected;

    /** Adds a problem that makes the whole event unusable. */
    void rejectEvent(String field, String problem) {
        add(field, problem);
        eventRejected = true;
    }

    /** Adds a problem of one value; the other values of the event stay usable. */
    void rejectValue(String field, String problem) {
        add(field, problem);
    }

    /** Whether a problem makes the whole event unusable. */
    boolean isEventRejected() {
        return eventRejected;
    }

    /** All problems in one text, or null if there is none. */
    String text() {
        if (text.length() == 0) {
            return null;
        }
        return eventRejected ? text.toString() : text + "; the other values are stored";
    }

    void clear() {
        text.setLength(0);
        eventRejected = false;
    }

    private void add(String field, String problem) {
        if (text.length() > 0) {
            text.append("; ");
        }
        text.append(field).append(": ").append(problem);
    }

    /** A value in the form that reasons show: one line, at most 80 characters. */
    static String show(String value) {
        StringBuilder shown = new StringBuilder();
        int end = Math.min(value.length(), LONGEST_VALUE);
        for (int i = 0; i < end; i++) {
            char c = value.charAt(i);
            shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '\uFFFD' : c);
        }
        return value.length() > end ? shown.append('…').toString() : shown.toString();
    }
}
