package kappastack.seatunnel.validate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;

/** Copies one JSON value as compact text. Numbers keep their digits, and fields keep their order. */
final class JsonText {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonText() {}

    /** A value that only lenient parsers accept. The message contains the value. */
    static final class NotJson extends Exception {
        private static final long serialVersionUID = 1L;

        private NotJson(String message) {
            super(message);
        }
    }

    /**
     * Reads the object or list that begins at the parser's current token, up to its end.
     *
     * @throws NotJson if a number is NaN or infinite; the parser is at the end of the value
     */
    static String read(JsonParser parser) throws IOException, NotJson {
        StringWriter text = new StringWriter();
        String problem = null;
        try (JsonGenerator out = JSON.createGenerator(text)) {
            int depth = 0;
            do {
                JsonToken token = parser.currentToken();
                if (token.isStructStart()) {
                    depth++;
                } else if (token.isStructEnd()) {
                    depth--;
                }
                if (!token.isNumeric()) {
                    out.copyCurrentEvent(parser);
                } else if (isFinite(parser.getText())) {
                    out.writeNumber(parser.getText());
                } else {
                    problem = "holds " + Reasons.show(parser.getText()) + ", which is not a finite number";
                    out.writeNull();
                }
            } while (depth > 0 && parser.nextToken() != null);
        }
        if (problem != null) {
            throw new NotJson(problem);
        }
        return text.toString();
    }

    /** NaN, INF, Infinity and the same with a sign are the only numbers with a capital letter other than E. */
    private static boolean isFinite(String number) {
        char last = number.charAt(number.length() - 1);
        return last >= '0' && last <= '9';
    }
}
