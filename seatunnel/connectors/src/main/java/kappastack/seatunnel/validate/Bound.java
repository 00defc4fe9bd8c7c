package kappastack.seatunnel.validate;

import java.io.Serializable;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The latest time that a value may have: a duration after now, or after a time field of the incoming row. */
final class Bound implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final String NOW = "now";
    private static final Pattern FORM = Pattern.compile("\\s*(\\w+)\\s*\\+\\s*(\\d+)\\s*([smhd])\\s*");

    private final String field;
    private final Duration ahead;
    private final String description;
    private final int index;

    private Bound(String field, Duration ahead, String description, int index) {
        this.field = field;
        this.ahead = ahead;
        this.description = description;
        this.index = index;
    }

    /**
     * Parses a bound.
     *
     * @param text {@code now} or the name of a time field, then a plus sign, a whole number and a unit (s, m, h or d),
     *     such as {@code now+10m} or {@code publish_time+10m}
     * @throws IllegalArgumentException if the text has another form
     */
    static Bound parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "'; expected: now+10m, or a time field of the row such as publish_time+10m");
        }
        long amount = Long.parseLong(matcher.group(2));
        Duration ahead;
        String unit;
        switch (matcher.group(3)) {
            case "s":
                ahead = Duration.ofSeconds(amount);
                unit = " s";
                break;
            case "m":
                ahead = Duration.ofMinutes(amount);
                unit = " min";
                break;
            case "h":
                ahead = Duration.ofHours(amount);
                unit = " h";
                break;
            default:
                ahead = Duration.ofDays(amount);
                unit = " d";
        }
        return new Bound(matcher.group(1), ahead, matcher.group(1) + " + " + amount + unit, -1);
    }

    boolean isNow() {
        return NOW.equals(field);
    }

    String field() {
        return field;
    }

    /** This bound with the index of its field in the row. */
    Bound at(int fieldIndex) {
        return new Bound(field, ahead, description, fieldIndex);
    }

    /** The error message for the value, or null if the value is early enough. */
    String problem(LocalDateTime value, Object[] input, LocalDateTime now) {
        Object reference = isNow() ? now : input[index];
        return reference instanceof LocalDateTime && value.isAfter(((LocalDateTime) reference).plus(ahead))
                ? "is later than " + description
                : null;
    }
}
