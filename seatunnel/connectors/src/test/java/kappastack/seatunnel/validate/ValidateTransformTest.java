package kappastack.seatunnel.validate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.apache.seatunnel.api.table.type.RowKind;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Payloads that become columns, and payloads that are rejected. */
class ValidateTransformTest extends ValidateFixture {
    @Test
    void aValidPayloadBecomesColumns() {
        String payload = "{" + GOOD + ",\"pm25\":35.1,\"count\":3,\"ok\":true,\"more\":{\"deep\":[1,{}]}}";
        SeaTunnelRow in = new SeaTunnelRow(new Object[] {"key", payload.getBytes(StandardCharsets.UTF_8), PUBLISHED});
        in.setRowKind(RowKind.UPDATE_AFTER);
        SeaTunnelRow row = transform.map(in);
        assertEquals(
                Arrays.asList("key", "publish_time", "station", "at", "pm25", "count", "ok", "payload", "payload_base64",
                        "unknown_fields", "reject_reason", "usable"),
                names);
        assertArrayEquals(
                new Object[] {"key", PUBLISHED, "S1", LocalDateTime.of(2024, 1, 1, 0, 0), 35.1, 3L, true, payload, null, "more", null,
                    true},
                row.getFields());
        assertEquals(RowKind.UPDATE_AFTER, row.getRowKind());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",\"pm25\":null",
                ",\"pm25\":0",
                ",\"pm25\":-0.0",
                ",\"pm25\":5000.0",
                ",\"pm25\":1e-400",
                ",\"pm25\":5e3",
                ",\"x\":\"\\ud800\"",
                ",\"x\":NaN",
            })
    void theseAreAccepted(String more) {
        assertNull(reason("{" + GOOD + more + "}"));
        assertNull(reason("\uFEFF \n{" + GOOD + more + "}\r\n "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"pm25\":-3.0                    | pm25: -3.0 is below 0",
                "\"pm25\":5000.1                  | pm25: 5000.1 is above 5000",
                "\"pm25\":\"35\"                  | pm25: '35' is text; expected: a number",
                "\"pm25\":true                    | pm25: true is a boolean; expected: a number",
                "\"pm25\":{\"v\":[1]}             | pm25: an object; expected: a number",
                "\"pm25\":[1]                     | pm25: a list; expected: a number",
                "\"pm25\":NaN                     | pm25: NaN is not a finite number",
                "\"pm25\":-Infinity               | pm25: -Infinity is not a finite number",
                "\"pm25\":1e999                   | pm25: 1e999 is not a finite number",
                "\"pm25\":1,\"pm25\":2            | pm25: appears more than once",
                "\"count\":1.5                    | count: 1.5 is a number; expected: a whole number",
                "\"count\":99999999999999999999   | count: 99999999999999999999 has more than 64 bits",
                "\"ok\":1                         | ok: 1 is a number; expected: true or false",
            })
    void badValuesAreNamed(String field, String reason) {
        assertEquals(reason, reason("{" + GOOD + "," + field + "}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"at\":\"2024-01-01T00:00:00Z\"}                  | station: is missing",
                "{\"station\":null,\"at\":\"2024-01-01T00:00:00Z\"} | station: is null",
                "{\"station\":\"\",\"at\":\"2024-01-01T00:00:00Z\"} | station: is empty",
                "{\"station\":\" \",\"at\":\"2024-01-01T00:00:00Z\"}| station: is empty",
                "{\"station\":7,\"at\":\"2024-01-01T00:00:00Z\"}    | station: 7 is a number; expected: text",
                "{\"station\":\"S\"}                                | at: is missing",
                "{\"station\":\"S\",\"at\":1704067200}              | at: 1704067200 is a number; expected: text with a time",
                "{\"station\":\"S\",\"at\":\"1999-12-31T23:59:59Z\"}| at: 1999-12-31T23:59:59Z is before 2000-01-01T00:00Z",
                "{\"station\":\"S\",\"at\":\"2024-06-01T00:10:01Z\"}| at: 2024-06-01T00:10:01Z is later than publish_time + 10 min",
                "{\"station\":\"S\",\"at\":\"9999-01-01T00:00:00Z\"}| at: 9999-01-01T00:00:00Z is later than now + 10 min",
                "[]                                                 | payload: a JSON array; expected: a JSON object",
                "'\"text\"'                                         | payload: a JSON string; expected: a JSON object",
                "17                                                 | payload: a JSON number; expected: a JSON object",
                "null                                               | payload: a JSON null; expected: a JSON object",
                "''                                                 | payload: empty; expected: a JSON object",
                "' '                                                | payload: empty; expected: a JSON object",
            })
    void badPayloadsAreNamed(String payload, String reason) {
        assertEquals(reason, reason(payload));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{not json", "{\"station\":\"S1\"", "{'a':1}", "{\"a\":01}", "{\"a\":\"\t\"}", "{\"a\":}", "{,}"})
    void textThatIsNotJsonIsRejected(String payload) {
        assertTrue(reason(payload).startsWith("payload: not JSON: "), reason(payload));
    }

    @Test
    void contentAfterTheObjectIsRejected() {
        for (String more : Arrays.asList("{}", "x", "}", ",", "1", "\u0000")) {
            String reason = reason("{" + GOOD + "}" + more);
            assertNotNull(reason, more);
            assertTrue(reason.startsWith("payload: "), reason);
        }
    }

    @Test
    void aRejectedRowKeepsItsStation() {
        assertEquals("S1", get(map("{\"station\":\"S1\",\"at\":"), "station"));
        assertEquals("S1", get(map("{\"station\":\"S1\",\"pm25\":-1}"), "station"));
        assertNull(get(map("{\"station\":5}"), "station"));
        assertNull(get(map("{\"station\":\" \"}"), "station"));
        SeaTunnelRow tooLong = map("{\"station\":\"ééééé\",\"at\":\"2024-01-01T00:00:00Z\"}");
        assertEquals("éééé", get(tooLong, "station"));
        assertEquals("station: 'ééééé' is longer than 8 bytes", get(tooLong, "reject_reason"));
        assertNull(get(map("{\"station\":\"éééé\",\"at\":\"2024-01-01T00:00:00Z\"}"), "reject_reason"));
        assertEquals(
                "station: '\uFFFD' holds an unpaired surrogate",
                reason("{\"station\":\"\\ud800\",\"at\":\"2024-01-01T00:00:00Z\"}"));
    }

    @Test
    void invalidUtf8IsKeptAsBase64() {
        byte[] bytes = {'{', '"', 's', '"', ':', '"', (byte) 0xFF, (byte) 0xC0, '"', '}'};
        SeaTunnelRow row = map(bytes);
        assertTrue(((String) get(row, "reject_reason")).startsWith("payload: not UTF-8 text; "));
        assertArrayEquals(bytes, Base64.getDecoder().decode((String) get(row, "payload_base64")));
        assertEquals("{\"s\":\"\uFFFD\uFFFD\"}", get(row, "payload"));
        assertNull(reason("{" + GOOD + ",\"x\":\"\uFFFD\"}"), "a replacement character that was really sent");
        assertNotNull(get(map("{}".getBytes(StandardCharsets.UTF_16)), "reject_reason"));
        assertNotNull(get(map("{}".getBytes(StandardCharsets.UTF_16LE)), "reject_reason"));
        assertEquals("payload: empty; expected: a JSON object", get(map((byte[]) null), "reject_reason"));
    }

    @Test
    void deepAndHugePayloadsAreRejectedNotFatal() {
        StringBuilder deep = new StringBuilder("{" + GOOD + ",\"x\":");
        for (int i = 0; i < 200_000; i++) {
            deep.append('[');
        }
        assertTrue(reason(deep.toString()).contains("payload: not JSON"));
        StringBuilder digits = new StringBuilder("{" + GOOD + ",\"pm25\":");
        for (int i = 0; i < 100_000; i++) {
            digits.append('9');
        }
        assertNotNull(reason(digits.append('}').toString()));
        String text = new String(new char[990]).replace('\0', 'x');
        SeaTunnelRow cut = map("{" + GOOD + ",\"x\":\"" + text + "\"}");
        assertEquals(1000, ((String) get(cut, "payload")).length());
        assertEquals("payload: longer than 1000 bytes; truncated", get(cut, "reject_reason"));
    }

    @Test
    void inputFieldsAreTruncated() {
        SeaTunnelRow row = transform.map(new SeaTunnelRow(new Object[] {"é€x", "{}".getBytes(), PUBLISHED}));
        assertEquals("é", get(row, "key"));
    }

    @Test
    void randomBytesNeverThrow() {
        Random random = new Random(7);
        byte[] good = ("{" + GOOD + ",\"pm25\":35.1}").getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = good.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(4) == 0) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            SeaTunnelRow row = map(bytes);
            if (get(row, "reject_reason") == null) {
                assertNotNull(get(row, "station"));
                assertNotNull(get(row, "at"));
            }
        }
    }

    @Test
    void unknownFieldsAreNamedAndBounded() {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            many.append(",\"f").append(100 + i).append("\":{\"deep\":[1]}");
        }
        String listed = (String) get(map("{" + GOOD + many + "}"), "unknown_fields");
        assertTrue(listed.startsWith("f100, f101, "), listed);
        assertTrue(listed.endsWith("f119, and 80 more"), listed);
        assertEquals("a\uFFFDb", get(map("{" + GOOD + ",\"a\\nb\":1}"), "unknown_fields"));
        assertNull(get(map("{" + GOOD + "}"), "unknown_fields"));
    }
}
