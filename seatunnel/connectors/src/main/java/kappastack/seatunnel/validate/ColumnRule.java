package kappastack.seatunnel.validate;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Serializable;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kappastack.seatunnel.Settings;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.LocalTimeType;
import org.apache.seatunnel.api.table.type.SeaTunnelDataType;

/** One column: the type that its JSON value must have and what the value must keep to. */
final class ColumnRule implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final List<String> KNOWN =
            Arrays.asList(
                    "name", "type", "required", "min", "max", "max_bytes", "not_before", "not_later_than");

    private enum Kind {
        STRING("text"),
        DOUBLE("a number"),
        BIGINT("a whole number"),
        BOOLEAN("true or false"),
        TIMESTAMP("text with a time");

        private final String wanted;

        Kind(String wanted) {
            this.wanted = wanted;
        }
    }

    private final String name;
    private final Kind kind;
    private final boolean required;
    private final Double min;
    private final Double max;
    private final int maxBytes;
    private final LocalDateTime notBefore;
    private final List<Bound> notLaterThan = new ArrayList<>();

    /** @throws IllegalArgumentException for a key that is not known or a value that makes no sense */
    ColumnRule(Settings settings) {
        settings.onlyKnown(KNOWN);
        name = settings.text("name");
        settings.text("type");
        kind = Kind.valueOf(settings.choice("type", "STRING", "DOUBLE", "BIGINT", "BOOLEAN", "TIMESTAMP"));
        required = settings.flag("required", false);
        min = settings.number("min");
        max = settings.number("max");
        maxBytes = settings.count("max_bytes", Integer.MAX_VALUE, 1);
        try {
            String earliest = settings.text("not_before", null);
            notBefore = earliest == null ? null : IsoTime.parse(earliest);
            for (String bound : settings.texts("not_later_than")) {
                notLaterThan.add(Bound.parse(bound));
            }
        } catch (DateTimeException e) {
            throw settings.error("not_before", settings.text("not_before"), "a time like 2000-01-01T00:00:00Z");
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

    /**
     * Reads the value that the parser stands on.
     *
     * @param input the fields of the incoming row
     * @param now the time in UTC
     * @param reasons takes what is wrong with the value
     * @return the value, or null if it is null or of no use; text that is only too long is cut and returned
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
            case BIGINT:
                return token == JsonToken.VALUE_NUMBER_INT ? whole(parser, reasons) : wrongType(parser, reasons);
            default:
                return token.isNumeric() ? number(parser, reasons) : wrongType(parser, reasons);
        }
    }

    private String text(String value, Reasons reasons) {
        if (required && value.trim().isEmpty()) {
            reasons.add(name, "is empty");
            return value;
        }
        if (Utf8.hasUnpairedSurrogate(value)) {
            reasons.add(name, "'" + Reasons.show(value) + "' holds half a surrogate pair");
        }
        if (value.length() <= maxBytes / 3 || Utf8.length(value) <= maxBytes) {
            return value;
        }
        reasons.add(name, "'" + Reasons.show(value) + "' is longer than " + maxBytes + " bytes");
        return Utf8.truncate(value, maxBytes);
    }

    private Double number(JsonParser parser, Reasons reasons) throws IOException {
        double value = parser.getDoubleValue();
        if (Double.isNaN(value)) {
            reasons.add(name, "NaN is not a finite number");
        } else if (Double.isInfinite(value)) {
            reasons.add(name, Reasons.show(parser.getText()) + " is not a finite number");
        } else if (inRange(value, parser, reasons)) {
            return value;
        }
        return null;
    }

    private Long whole(JsonParser parser, Reasons reasons) throws IOException {
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            reasons.add(name, Reasons.show(parser.getText()) + " has more than 64 bits");
            return null;
        }
        long value = parser.getLongValue();
        return inRange(value, parser, reasons) ? value : null;
    }

    private boolean inRange(double value, JsonParser parser, Reasons reasons) throws IOException {
        if (min != null && value < min) {
            reasons.add(name, Reasons.show(parser.getText()) + " is below " + show(min));
            return false;
        }
        if (max != null && value > max) {
            reasons.add(name, Reasons.show(parser.getText()) + " is above " + show(max));
            return false;
        }
        return true;
    }

    private LocalDateTime time(String text, Object[] input, LocalDateTime now, Reasons reasons) {
        LocalDateTime value;
        try {
            value = IsoTime.parse(text);
        } catch (DateTimeException e) {
            reasons.add(name, "'" + Reasons.show(text) + "' " + e.getMessage());
            return null;
        }
        if (notBefore != null && value.isBefore(notBefore)) {
            reasons.add(name, Reasons.show(text) + " is before " + notBefore + "Z");
            return null;
        }
        for (Bound bound : notLaterThan) {
            String problem = bound.problem(value, input, now);
            if (problem != null) {
                reasons.add(name, Reasons.show(text) + " " + problem);
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
        reasons.add(name, problem + "; wanted: " + kind.wanted);
        return null;
    }

    private static String show(double bound) {
        return bound == Math.rint(bound) && Math.abs(bound) < 1e15 ? Long.toString((long) bound) : Double.toString(bound);
    }
}
