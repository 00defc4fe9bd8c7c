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
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads one JSON object into columns. Fails on nothing: what is wrong becomes a reason. Not for several threads. */
final class PayloadParser {
    /** The name under which a reason speaks of the payload as a whole. */
    static final String PAYLOAD = "payload";

    private static final char BYTE_ORDER_MARK = '\uFEFF';
    private static final int LONGEST_ERROR = 200;

    /** NaN and Infinity are not JSON, but are read, so that the reason names the column that holds them. */
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build();

    private final List<ColumnRule> rules;
    private final Map<String, Integer> positions = new HashMap<>();
    private final boolean[] seen;
    private char[] characters = new char[1024];

    PayloadParser(List<ColumnRule> rules) {
        this.rules = rules;
        this.seen = new boolean[rules.size()];
        for (int i = 0; i < rules.size(); i++) {
            positions.put(rules.get(i).name(), i);
        }
    }

    /**
     * @param text the payload
     * @param input the fields of the incoming row, for bounds that refer to one
     * @param now the time in UTC
     * @param values takes the columns' values from {@code offset} on, in the order of the rules; null where there is none
     * @param reasons takes what is wrong
     */
    void parse(String text, Object[] input, LocalDateTime now, Object[] values, int offset, Reasons reasons) {
        java.util.Arrays.fill(seen, false);
        int start = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? 1 : 0;
        int length = text.length() - start;
        if (characters.length < length) {
            characters = new char[length];
        }
        text.getChars(start, text.length(), characters, 0);
        try (JsonParser parser = JSON.createParser(characters, 0, length)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT) {
                reasons.add(PAYLOAD, first == null ? "empty; wanted: a JSON object" : notAnObject(first));
                return;
            }
            object(parser, input, now, values, offset, reasons);
            if (parser.nextToken() != null) {
                reasons.add(PAYLOAD, "there is more after the JSON object");
            }
        } catch (JsonProcessingException e) {
            reasons.add(PAYLOAD, "not JSON: " + describe(e));
            return;
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        } finally {
            if (characters.length > 1 << 16) {
                characters = new char[1024];
            }
        }
        for (int i = 0; i < seen.length; i++) {
            if (!seen[i] && rules.get(i).required()) {
                reasons.add(rules.get(i).name(), "is missing");
            }
        }
    }

    private void object(
            JsonParser parser, Object[] input, LocalDateTime now, Object[] values, int offset, Reasons reasons)
            throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            Integer position = positions.get(parser.currentName());
            JsonToken token = parser.nextToken();
            if (position == null) {
                parser.skipChildren();
                continue;
            }
            ColumnRule rule = rules.get(position);
            if (seen[position]) {
                reasons.add(rule.name(), "appears more than once");
                parser.skipChildren();
                continue;
            }
            seen[position] = true;
            if (token == JsonToken.VALUE_NULL && rule.required()) {
                reasons.add(rule.name(), "is null");
            }
            values[offset + position] = rule.read(parser, input, now, reasons);
        }
    }

    private static String notAnObject(JsonToken token) {
        return (token == JsonToken.START_ARRAY
                        ? "a JSON list"
                        : token == JsonToken.VALUE_STRING
                                ? "a JSON text"
                                : token.isNumeric() ? "a JSON number" : "a JSON " + token.asString())
                + "; wanted: a JSON object";
    }

    private static String describe(JsonProcessingException e) {
        String message = e.getOriginalMessage().replaceAll("\\s+", " ");
        String place = e.getLocation() == null ? "" : " (column " + e.getLocation().getColumnNr() + ")";
        return (message.length() > LONGEST_ERROR ? message.substring(0, LONGEST_ERROR) + "…" : message) + place;
    }
}
