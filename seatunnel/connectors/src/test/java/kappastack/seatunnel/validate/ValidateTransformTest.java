package kappastack.seatunnel.validate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import kappastack.seatunnel.Settings;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.CatalogTableUtil;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.LocalTimeType;
import org.apache.seatunnel.api.table.type.PrimitiveByteArrayType;
import org.apache.seatunnel.api.table.type.RowKind;
import org.apache.seatunnel.api.table.type.SeaTunnelDataType;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.apache.seatunnel.api.table.type.SeaTunnelRowType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValidateTransformTest {
    private static final String GOOD = "\"station\":\"S1\",\"at\":\"2024-01-01T01:00:00+01:00\"";
    private static final LocalDateTime PUBLISHED = LocalDateTime.of(2024, 6, 1, 0, 0);
    private static final CatalogTable INPUT =
            CatalogTableUtil.getCatalogTable(
                    "c",
                    "d",
                    null,
                    "messages",
                    new SeaTunnelRowType(
                            new String[] {"key", "payload", "publish_time"},
                            new SeaTunnelDataType<?>[] {
                                BasicType.STRING_TYPE,
                                PrimitiveByteArrayType.INSTANCE,
                                LocalTimeType.LOCAL_DATE_TIME_TYPE
                            }));

    private final List<Map<String, Object>> columns = new ArrayList<>();
    private final Map<String, Object> truncate = new HashMap<>();
    private List<String> requireAnyOf = new ArrayList<>();
    private ValidateTransform transform;
    private List<String> names;

    @BeforeEach
    void declare() {
        column("station", "string", "required", true, "max_bytes", 8);
        column("at", "timestamp", "required", "true", "not_before", "2000-01-01T00:00:00Z",
                "not_later_than", Arrays.asList("now+10m", "publish_time + 10m"));
        column("pm25", "double", "min", "0", "max", 5000);
        column("count", "bigint", "min", 0);
        column("ok", "boolean");
        truncate.put("key", "4");
        truncate.put("payload", 1000);
        build();
    }

    private void column(String name, String type, Object... pairs) {
        Map<String, Object> column = new HashMap<>();
        column.put("name", name);
        column.put("type", type);
        for (int i = 0; i < pairs.length; i += 2) {
            column.put((String) pairs[i], pairs[i + 1]);
        }
        columns.add(column);
    }

    private void build() {
        Map<String, Object> values = new HashMap<>();
        values.put("require_any_of", requireAnyOf);
        values.put("columns", columns);
        values.put("truncate_bytes", truncate);
        transform = new ValidateTransform(Settings.of("Validate", values), INPUT);
        names = Arrays.asList(transform.getProducedCatalogTable().getSeaTunnelRowType().getFieldNames());
    }

    private SeaTunnelRow map(byte[] payload) {
        return transform.map(new SeaTunnelRow(new Object[] {"key", payload, PUBLISHED}));
    }

    private SeaTunnelRow map(String payload) {
        return map(payload.getBytes(StandardCharsets.UTF_8));
    }

    private Object get(SeaTunnelRow row, String column) {
        return row.getField(names.indexOf(column));
    }

    private String reason(String payload) {
        SeaTunnelRow row = map(payload);
        String reason = (String) get(row, "reject_reason");
        assertEquals(reason == null, get(row, "payload_base64") == null);
        assertEquals(reason == null, get(row, "usable"));
        return reason;
    }

    @Test
    void aGoodPayloadBecomesColumns() {
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
                "[]                                                 | payload: a JSON list; expected: a JSON object",
                "'\"text\"'                                         | payload: a JSON text; expected: a JSON object",
                "17                                                 | payload: a JSON number; expected: a JSON object",
                "null                                               | payload: a JSON null; expected: a JSON object",
                "''                                                 | payload: empty; expected: a JSON object",
                "' '                                                | payload: empty; expected: a JSON object",
            })
    void badPayloadsAreNamed(String payload, String reason) {
        assertEquals(reason, reason(payload));
    }

    @Test
    void timeLimitsAreInclusive() {
        assertNull(reason("{\"station\":\"S\",\"at\":\"2024-06-01T00:10:00Z\"}"));
        assertNull(reason("{\"station\":\"S\",\"at\":\"2000-01-01T00:00:00Z\"}"));
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

    /** Columns with measurements whose errors do not reject the rest of an event. */
    private void measurements() {
        for (Map<String, Object> column : columns.subList(2, 4)) {
            column.put("on_error", "set_null");
        }
        requireAnyOf = Arrays.asList("pm25", "count");
        build();
    }

    private void assertRow(SeaTunnelRow row, Object pm25, Object count, boolean usable, String reason) {
        assertEquals(reason, get(row, "reject_reason"));
        assertEquals(usable, get(row, "usable"));
        assertEquals(pm25, get(row, "pm25"));
        assertEquals(count, get(row, "count"));
        assertEquals(reason == null, get(row, "payload_base64") == null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"pm25\":-3        | pm25: -3 is below 0",
                "\"pm25\":\"35\"    | pm25: '35' is text; expected: a number",
                "\"pm25\":NaN       | pm25: NaN is not a finite number",
                "\"pm25\":{\"v\":1} | pm25: an object; expected: a number",
                "\"pm25\":1,\"pm25\":1 | pm25: appears more than once",
            })
    void aWrongMeasurementKeepsTheOthers(String field, String reason) {
        measurements();
        assertRow(map("{" + GOOD + ",\"count\":3," + field + "}"), null, 3L, true, reason + "; the other values are stored");
        assertRow(map("{" + GOOD + "," + field + ",\"count\":3}"), null, 3L, true, reason + "; the other values are stored");
        assertRow(map("{" + GOOD + ",\"count\":null," + field + "}"), null, null, true,
                reason + "; the other values are stored");
    }

    @Test
    void severalWrongMeasurementsAreAllNamed() {
        columns.get(4).put("on_error", "set_null");
        measurements();
        assertRow(map("{" + GOOD + ",\"pm25\":-1,\"ok\":1,\"count\":3}"), null, 3L, true,
                "pm25: -1 is below 0; ok: 1 is a number; expected: true or false; the other values are stored");
    }

    @Test
    void aWrongKeyRejectsTheWholeEvent() {
        measurements();
        String reason = "pm25: -1 is below 0; at: is missing";
        assertRow(map("{\"station\":\"S1\",\"pm25\":-1,\"count\":3}"), null, 3L, false, reason);
        assertEquals(false, get(map("{" + GOOD + ",\"pm25\":3"), "usable"));
        assertEquals(false, get(map("{" + GOOD + ",\"ok\":7,\"pm25\":3}"), "usable"));
    }

    @Test
    void anEventWithoutAUsableMeasurementIsRejected() {
        measurements();
        String none = "payload: has no usable measurement; expected: at least one of pm25, count";
        assertRow(map("{" + GOOD + "}"), null, null, false, none);
        assertRow(map("{" + GOOD + ",\"ok\":true}"), null, null, false, none);
        SeaTunnelRow foreign = map("{" + GOOD + ",\"pm_25\":3,\"PM2.5\":4,\"pm_25\":5}");
        assertRow(foreign, null, null, false, none + "; unknown fields: PM2.5, pm_25");
        assertEquals("PM2.5, pm_25", get(foreign, "unknown_fields"));
        assertRow(map("{" + GOOD + ",\"pm25\":-1}"), null, null, false, "pm25: -1 is below 0; " + none);
    }

    @Test
    void anExplicitNullIsAMeasurement() {
        measurements();
        assertRow(map("{" + GOOD + ",\"pm25\":null}"), null, null, true, null);
        assertRow(map("{" + GOOD + ",\"pm25\":null,\"count\":null}"), null, null, true, null);
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                " S1", "S1 ", "S1\\n", "S\\u00001", "=HYPERLINK(1)", "a/b", "-a", ".a", "_a", "é", "a b", "a,b", "<b>", "../x",
            })
    void textThatDoesNotMatchThePatternRejectsTheEvent(String station) {
        columns.get(0).put("pattern", "[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
        build();
        SeaTunnelRow row = map("{\"station\":\"" + station + "\",\"at\":\"2024-01-01T00:00:00Z\"}");
        String reason = (String) get(row, "reject_reason");
        assertTrue(reason.startsWith("station: '"), reason);
        assertTrue(reason.endsWith("' does not match [A-Za-z0-9][A-Za-z0-9._-]{0,63}"), reason);
        assertEquals(false, get(row, "usable"));
        assertNull(get(row, "station"), "no column holds an id that breaks the rule");
        assertNull(reason("{\"station\":\"A.b_c-9\",\"at\":\"2024-01-01T00:00:00Z\"}"));
    }

    @ParameterizedTest
    @CsvSource({
        "2000-01-01T00:00:00Z, 2000-01-01",
        "2000-01-01T00:07:31.5Z, 2000-01-01",
        "2000-01-01T00:00:00-05:00, 2000-01-01",
        "1970-01-01T00:00:00Z, 1970-01-01",
        "1980-01-06T00:00:01Z, 1980-01-06",
    })
    void theDateOfAClockAfterAResetIsRejected(String time, String date) {
        columns.get(1).put("clock_reset_dates", Arrays.asList("1970-01-01", "1980-01-01", "1980-01-06", "2000-01-01"));
        build();
        assertEquals(
                "at: " + time + " is on " + date + ", the date of a clock after a reset",
                reason("{\"station\":\"S\",\"at\":\"" + time + "\"}"));
        assertNull(reason("{\"station\":\"S\",\"at\":\"2000-01-02T00:00:00Z\"}"));
    }

    @Test
    void nowIsUtc() {
        String now = LocalDateTime.now(ZoneOffset.UTC).plusMinutes(11).withNano(0) + "Z";
        Map<String, Object> values = new HashMap<>();
        columns.get(1).put("not_later_than", "now+10m");
        values.put("columns", columns);
        transform = new ValidateTransform(Settings.of("Validate", values), INPUT);
        assertTrue(reason("{\"station\":\"S\",\"at\":\"" + now + "\"}").contains("is later than now + 10 min"));
    }

    @Test
    void aWrongOptionIsNamed() {
        Map<String, Object> column = columns.get(2);
        assertDeclarationError(column, "min", "low", "pm25", "'low'");
        assertDeclarationError(column, "type", "float8", "pm25", "'float8'", "DOUBLE");
        assertDeclarationError(column, "maximum", 3, "pm25", "maximum", "max_bytes");
        assertDeclarationError(column, "name", "key", "key");
        assertDeclarationError(columns.get(1), "not_later_than", "10m", "at", "now+10m");
        assertDeclarationError(columns.get(1), "not_later_than", "key+10m", "key");
        assertDeclarationError(columns.get(1), "not_before", "2000", "at", "2000");
        assertDeclarationError(columns.get(0), "pattern", "[", "station", "pattern", "regular expression");
        assertDeclarationError(column, "pattern", "a", "pm25", "pattern", "string");
        assertDeclarationError(column, "on_error", "ignore", "pm25", "on_error", "set_null");
        assertDeclarationError(columns.get(0), "on_error", "set_null", "station", "on_error", "required");
        assertDeclarationError(columns.get(1), "clock_reset_dates", "2000", "at", "clock_reset_dates", "2000-01-01");
        requireAnyOf = Arrays.asList("pm25", "pm_10");
        String unknown = assertThrows(IllegalArgumentException.class, this::build).getMessage();
        assertTrue(unknown.contains("pm_10") && unknown.contains("require_any_of"), unknown);
        requireAnyOf = new ArrayList<>();
        truncate.put("pm25", 3);
        assertTrue(assertThrows(IllegalArgumentException.class, this::build).getMessage().contains("pm25"));
    }

    private void assertDeclarationError(Map<String, Object> column, String key, Object value, String... parts) {
        Map<String, Object> before = new HashMap<>(column);
        column.put(key, value);
        String message = assertThrows(IllegalArgumentException.class, this::build).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
        column.clear();
        column.putAll(before);
    }

    @Test
    void anObjectBecomesTextWithItsDigitsAndOrder() {
        column("more", "json", "max_bytes", 80);
        build();
        String more = "{\"z\":5.0,\"a\":[1e-7,0.10000000000000000001,{\"é\":null}],\"t\":\"x\\\"y\"}";
        SeaTunnelRow row = map("{" + GOOD + ",\"more\": " + more.replace(",", " , ") + "}");
        assertNull(get(row, "reject_reason"));
        assertEquals(more, get(row, "more"));
        assertEquals("{}", get(map("{" + GOOD + ",\"more\":{}}"), "more"));
        assertNull(get(map("{" + GOOD + ",\"more\":null}"), "more"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1]|more: a list; expected: an object",
                "7|more: 7 is a number; expected: an object",
                "{\"a\":{\"b\":NaN}}|more: holds NaN, which is not a finite number",
                "{\"a\":-Infinity}|more: holds -Infinity, which is not a finite number",
                "{\"a\":\"\\ud800\"}|more: holds an unpaired surrogate",
                "{\"abcdefghijklmnopqrst\":1}|more: is longer than 20 bytes"
            })
    void theReasonNamesWhatIsWrongWithAnObject(String value, String reason) {
        column("more", "json", "max_bytes", 20);
        build();
        assertEquals(reason, reason("{" + GOOD + ",\"more\":" + value + "}"));
        assertNull(get(map("{\"more\":" + value + "," + GOOD + "}"), "more"));
        assertEquals("S1", get(map("{\"more\":" + value + "," + GOOD + "}"), "station"));
    }
}
