package kappastack.seatunnel.validate;

/** What is wrong with one row: {@code field: problem} parts, joined by semicolons. */
final class Reasons {
    private static final int LONGEST_VALUE = 80;

    private final StringBuilder text = new StringBuilder();

    void add(String field, String problem) {
        if (text.length() > 0) {
            text.append("; ");
        }
        text.append(field).append(": ").append(problem);
    }

    /** Null if nothing was added. */
    String text() {
        return text.length() == 0 ? null : text.toString();
    }

    void clear() {
        text.setLength(0);
    }

    /** A value as it may stand in a reason: on one line and not too long. */
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
