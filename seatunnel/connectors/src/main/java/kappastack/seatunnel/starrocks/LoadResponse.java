package kappastack.seatunnel.starrocks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** StarRocks' JSON response to a load or to {@code get_load_state}: top-level values by case-insensitive name. */
final class LoadResponse {
    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, String> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final String text;

    private LoadResponse(String text) {
        this.text = text;
    }

    /** @throws IOException if the text is not a JSON object */
    static LoadResponse parse(String text) throws IOException {
        LoadResponse response = new LoadResponse(text);
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("the response is not a JSON object: " + shorten(text, 500));
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                if (token.isScalarValue()) {
                    response.values.put(name, token == JsonToken.VALUE_NULL ? null : parser.getText());
                } else {
                    parser.skipChildren();
                }
            }
        }
        return response;
    }

    String status() {
        String status = values.get("Status");
        return status == null ? "" : status;
    }

    String message() {
        String message = values.containsKey("Message") ? values.get("Message") : values.get("msg");
        return message == null ? "" : message;
    }

    /** The state that {@code get_load_state} reports, in capitals, or an empty text. */
    String state() {
        String state = values.get("state");
        return state == null ? "" : state.toUpperCase(java.util.Locale.ROOT);
    }

    /** The URL of the rejected rows, or null. */
    String errorUrl() {
        String url = values.get("ErrorURL");
        return url == null || url.isEmpty() ? null : url;
    }

    @Override
    public String toString() {
        return shorten(text, 1000);
    }

    static String shorten(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest) + "…";
    }
}
