package kappastack.seatunnel.validate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Parses one JSON object into columns. Never fails: every problem becomes a reason. Not thread-safe. */
final class PayloadParser {
    /** The name of the whole payload in reasons. */
    static final String PAYLOAD = "payload";

    private static final char BYTE_ORDER_MARK = '\uFEFF';
    private static final int LONGEST_ERROR = 200;

    /** NaN and Infinity are not JSON. They are parsed, so that the reason names their column. */
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build();

    /** The state of a column's field in the current payload. */
    private enum Field {
        ABSENT,
        USABLE,
        REJECTED
    }

    private final List<ColumnRule> rules;
    private final int[] anyOf;
    private final String anyOfNames;
    private final Map<String, Integer> positions = new HashMap<>();
    private final Field[] fields;
    private final UnknownFields unknown = new UnknownFields();
    private char[] characters = new char[1024];

    /**
     * @param rules the columns
     * @param requireAnyOf names of columns of which an event must have at least one usable field; empty: no such rule
     */
    PayloadParser(List<ColumnRule> rules, List<String> requireAnyOf) {
        this.rules = rules;
        fields = new Field[rules.size()];
        for (int i = 0; i < rules.size(); i++) {
            positions.put(rules.get(i).name(), i);
        }
        anyOf = requireAnyOf.stream().mapToInt(positions::get).toArray();
        anyOfNames = String.join(", ", requireAnyOf);
    }

    /**
     * @param text the payload
     * @param input the fields of the incoming row, for bounds that refer to one
     * @param now the time in UTC
     * @param values receives the columns' values from {@code offset} on, in the order of the rules; null for a missing
     * value
     * @param reasons receives the problems
     */
    void parse(String text, Object[] input, LocalDateTime now, Object[] values, int offset, Reasons reasons) {
        Arrays.fill(fields, Field.ABSENT);
        unknown.clear();
        int start = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? 1 : 0;
        int length = text.length() - start;
        if (characters.length < length) {
            characters = new char[length];
        }
        text.getChars(start, text.length(), characters, 0);
        try (JsonParser parser = JSON.createParser(characters, 0, length)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT) {
                reasons.rejectEvent(PAYLOAD, first == null ? "empty; expected: a JSON object" : notAnObject(first));
                return;
            }
            object(parser, input, now, values, offset, reasons);
            if (parser.nextToken() != null) {
                reasons.rejectEvent(PAYLOAD, "there is more after the JSON object");
            }
        } catch (JsonProcessingException e) {
            reasons.rejectEvent(PAYLOAD, "not JSON: " + describe(e));
            return;
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        } finally {
            if (characters.length > 1 << 16) {
                characters = new char[1024];
            }
        }
        for (int i = 0; i < fields.length; i++) {
            if (fields[i] == Field.ABSENT && rules.get(i).required()) {
                rules.get(i).reject(reasons, "is missing");
            }
        }
        checkAnyOf(reasons);
    }

    /** The names of the last payload's fields that no column declares, or null if there is none. */
    String unknownFields() {
        return unknown.text();
    }

    private void object(
            JsonParser parser, Object[] input, LocalDateTime now, Object[] values, int offset, Reasons reasons)
            throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            Integer position = positions.get(parser.currentName());
            if (position == null) {
                unknown.add(parser.currentName());
                parser.nextToken();
                parser.skipChildren();
                continue;
            }
            JsonToken token = parser.nextToken();
            ColumnRule rule = rules.get(position);
            if (fields[position] != Field.ABSENT) {
                // It is unknown which of the values is correct.
                rule.reject(reasons, "appears more than once");
                fields[position] = Field.REJECTED;
                values[offset + position] = null;
                parser.skipChildren();
                continue;
            }
            if (token == JsonToken.VALUE_NULL && rule.required()) {
                rule.reject(reasons, "is null");
            }
            Object value = rule.read(parser, input, now, reasons);
            values[offset + position] = value;
            fields[position] = value == null && token != JsonToken.VALUE_NULL ? Field.REJECTED : Field.USABLE;
        }
    }

    /** A null counts as usable, because the sender measures the quantity and had no value. A wrong value does not count. */
    private void checkAnyOf(Reasons reasons) {
        for (int position : anyOf) {
            if (fields[position] == Field.USABLE) {
                return;
            }
        }
        if (anyOf.length > 0) {
            String names = unknown.text();
            reasons.rejectEvent(
                    PAYLOAD,
                    "has no usable measurement; expected: at least one of "
                            + anyOfNames
                            + (names == null ? "" : "; unknown fields: " + names));
        }
    }

    private static String notAnObject(JsonToken token) {
        return (token == JsonToken.START_ARRAY
                        ? "a JSON array"
                        : token == JsonToken.VALUE_STRING
                                ? "a JSON string"
                                : token.isNumeric() ? "a JSON number" : "a JSON " + token.asString())
                + "; expected: a JSON object";
    }

    private static String describe(JsonProcessingException e) {
        String message = e.getOriginalMessage().replaceAll("\\s+", " ");
        String place = e.getLocation() == null ? "" : " (column " + e.getLocation().getColumnNr() + ")";
        return (message.length() > LONGEST_ERROR ? message.substring(0, LONGEST_ERROR) + "…" : message) + place;
    }
}
