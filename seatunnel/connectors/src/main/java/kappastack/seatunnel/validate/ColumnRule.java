package kappastack.seatunnel.validate;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Serializable;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import kappastack.seatunnel.Settings;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.LocalTimeType;
import org.apache.seatunnel.api.table.type.SeaTunnelDataType;

/** One column: the JSON type that its value must have, and the limits of the value. Not thread-safe. */
final class ColumnRule implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final List<String> KNOWN =
            Arrays.asList(
                    "name",
                    "type",
                    "required",
                    "on_error",
                    "min",
                    "max",
                    "max_bytes",
                    "pattern",
                    "not_before",
                    "not_later_than",
                    "clock_reset_dates");

    private enum Kind {
        STRING("text"),
        DOUBLE("a number"),
        BIGINT("a whole number"),
        BOOLEAN("true or false"),
        TIMESTAMP("text with a time"),
        JSON("an object");

        private final String expected;

        Kind(String expected) {
            this.expected = expected;
        }
    }

    private final String name;
    private final Kind kind;
    private final boolean required;
    private final boolean rejectsEvent;
    private final Double min;
    private final Double max;
    private final int maxBytes;
    private final Pattern pattern;
    private final LocalDateTime notBefore;
    private transient Matcher matcher;
    private final List<Bound> notLaterThan = new ArrayList<>();
    private final Set<LocalDate> clockResetDates = new HashSet<>();

    /** @throws IllegalArgumentException for an unknown key or a value that cannot be used */
    ColumnRule(Settings settings) {
        settings.onlyKnown(KNOWN);
        name = settings.text("name");
        settings.text("type");
        kind = Kind.valueOf(settings.choice("type", "STRING", "DOUBLE", "BIGINT", "BOOLEAN", "TIMESTAMP", "JSON"));
        required = settings.flag("required", false);
        rejectsEvent = "reject_event".equals(settings.choice("on_error", "reject_event", "set_null"));
        if (required && !rejectsEvent) {
            throw settings.error("on_error", "set_null", "reject_event, because the column is required");
        }
        min = settings.number("min");
        max = settings.number("max");
        maxBytes = settings.count("max_bytes", Integer.MAX_VALUE, 1);
        pattern = pattern(settings);
        notBefore = earliest(settings);
        for (String bound : settings.texts("not_later_than")) {
            notLaterThan.add(Bound.parse(bound));
        }
        for (String date : settings.texts("clock_reset_dates")) {
            try {
                clockResetDates.add(LocalDate.parse(date));
            } catch (DateTimeException e) {
                throw settings.error("clock_reset_dates", date, "dates like 2000-01-01");
            }
        }
    }

    private Pattern pattern(Settings settings) {
        String regex = settings.text("pattern", null);
        if (regex == null) {
            return null;
        }
        if (kind != Kind.STRING) {
            throw settings.error("pattern", regex, "no pattern, because only columns of type string have one");
        }
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw settings.error("pattern", regex, "a regular expression (" + e.getDescription() + ")");
        }
    }

    private static LocalDateTime earliest(Settings settings) {
        String text = settings.text("not_before", null);
        try {
            return text == null ? null : IsoTime.parse(text);
        } catch (DateTimeException e) {
            throw settings.error("not_before", text, "a time like 2000-01-01T00:00:00Z");
        }
    }

    String name() {
        return name;
    }

    boolean required() {
        return required;
    }

    List<Bound> notLaterThan() {
        return notLaterThan;
    }

    SeaTunnelDataType<?> type() {
        switch (kind) {
            case DOUBLE:
                return BasicType.DOUBLE_TYPE;
            case BIGINT:
                return BasicType.LONG_TYPE;
            case BOOLEAN:
                return BasicType.BOOLEAN_TYPE;
            case TIMESTAMP:
                return LocalTimeType.LOCAL_DATE_TIME_TYPE;
            default:
                return BasicType.STRING_TYPE;
        }
    }

    /** Adds a problem of this column: of the whole event or of the value alone, as {@code on_error} defines. */
    void reject(Reasons reasons, String problem) {
        if (rejectsEvent) {
            reasons.rejectEvent(name, problem);
        } else {
            reasons.rejectValue(name, problem);
        }
    }

    /**
     * Reads the value at the parser's current token.
     *
     * @param input the fields of the incoming row
     * @param now the time in UTC
     * @param reasons receives the errors of the value
     * @return the value, or null if it is null or invalid; text that is too long is truncated if it rejects the event
     */
    Object read(JsonParser parser, Object[] input, LocalDateTime now, Reasons reasons) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        switch (kind) {
            case STRING:
                return token == JsonToken.VALUE_STRING ? text(parser.getText(), reasons) : wrongType(parser, reasons);
            case TIMESTAMP:
                return token == JsonToken.VALUE_STRING
                        ? time(parser.getText(), input, now, reasons)
                        : wrongType(parser, reasons);
            case BOOLEAN:
                return token.isBoolean() ? (Object) parser.getBooleanValue() : wrongType(parser, reasons);
            case JSON:
                return token == JsonToken.START_OBJECT ? object(parser, reasons) : wrongType(parser, reasons);
            case BIGINT:
                return token == JsonToken.VALUE_NUMBER_INT ? whole(parser, reasons) : wrongType(parser, reasons);
            default:
                return token.isNumeric() ? number(parser, reasons) : wrongType(parser, reasons);
        }
    }

    private String text(String value, Reasons reasons) {
        if (required && value.trim().isEmpty()) {
            reject(reasons, "is empty");
            return null;
        }
        if (pattern != null && !matches(value)) {
            reject(reasons, "'" + Reasons.show(value) + "' does not match " + pattern);
            return null;
        }
        boolean good = true;
        if (Utf8.hasUnpairedSurrogate(value)) {
            reject(reasons, "'" + Reasons.show(value) + "' holds an unpaired surrogate");
            good = false;
        }
        if (value.length() > maxBytes / 3 && Utf8.length(value) > maxBytes) {
            reject(reasons, "'" + Reasons.show(value) + "' is longer than " + maxBytes + " bytes");
            good = false;
        }
        // A rejected event keeps the text, so that people can find the event.
        return good || rejectsEvent ? Utf8.truncate(value, maxBytes) : null;
    }

    /** An object as JSON text. Truncated text would not be JSON, so an error makes the value null. */
    private String object(JsonParser parser, Reasons reasons) throws IOException {
        String value;
        try {
            value = JsonText.read(parser);
        } catch (JsonText.NotJson e) {
            reject(reasons, e.getMessage());
            return null;
        }
        if (Utf8.hasUnpairedSurrogate(value)) {
            reject(reasons, "holds an unpaired surrogate");
            return null;
        }
        if (value.length() > maxBytes / 3 && Utf8.length(value) > maxBytes) {
            reject(reasons, "is longer than " + maxBytes + " bytes");
            return null;
        }
        return value;
    }

    private boolean matches(String value) {
        if (matcher == null) {
            matcher = pattern.matcher(value);
        }
        return matcher.reset(value).matches();
    }

    private Double number(JsonParser parser, Reasons reasons) throws IOException {
        double value = parser.getDoubleValue();
        if (Double.isNaN(value)) {
            reject(reasons, "NaN is not a finite number");
        } else if (Double.isInfinite(value)) {
            reject(reasons, Reasons.show(parser.getText()) + " is not a finite number");
        } else if (inRange(value, parser, reasons)) {
            return value;
        }
        return null;
    }

    private Long whole(JsonParser parser, Reasons reasons) throws IOException {
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            reject(reasons, Reasons.show(parser.getText()) + " has more than 64 bits");
            return null;
        }
        long value = parser.getLongValue();
        return inRange(value, parser, reasons) ? value : null;
    }

    private boolean inRange(double value, JsonParser parser, Reasons reasons) throws IOException {
        if (min != null && value < min) {
            reject(reasons, Reasons.show(parser.getText()) + " is below " + show(min));
            return false;
        }
        if (max != null && value > max) {
            reject(reasons, Reasons.show(parser.getText()) + " is above " + show(max));
            return false;
        }
        return true;
    }

    private LocalDateTime time(String text, Object[] input, LocalDateTime now, Reasons reasons) {
        LocalDateTime value;
        try {
            value = IsoTime.parse(text);
        } catch (DateTimeException e) {
            reject(reasons, "'" + Reasons.show(text) + "' " + e.getMessage());
            return null;
        }
        if (clockResetDates.contains(value.toLocalDate())) {
            reject(reasons, Reasons.show(text) + " is on " + value.toLocalDate() + ", the date of a clock after a reset");
            return null;
        }
        if (notBefore != null && value.isBefore(notBefore)) {
            reject(reasons, Reasons.show(text) + " is before " + notBefore + "Z");
            return null;
        }
        for (Bound bound : notLaterThan) {
            String problem = bound.problem(value, input, now);
            if (problem != null) {
                reject(reasons, Reasons.show(text) + " " + problem);
                return null;
            }
        }
        return value;
    }

    private Object wrongType(JsonParser parser, Reasons reasons) throws IOException {
        JsonToken token = parser.currentToken();
        String problem;
        if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
            problem = token == JsonToken.START_OBJECT ? "an object" : "a list";
            parser.skipChildren();
        } else if (token == JsonToken.VALUE_STRING) {
            problem = "'" + Reasons.show(parser.getText()) + "' is text";
        } else if (token.isBoolean()) {
            problem = parser.getText() + " is a boolean";
        } else {
            problem = Reasons.show(parser.getText()) + " is a number";
        }
        reject(reasons, problem + "; expected: " + kind.expected);
        return null;
    }

    private static String show(double bound) {
        return bound == Math.rint(bound) && Math.abs(bound) < 1e15 ? Long.toString((long) bound) : Double.toString(bound);
    }
}
