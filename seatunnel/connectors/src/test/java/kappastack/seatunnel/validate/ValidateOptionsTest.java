package kappastack.seatunnel.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import kappastack.seatunnel.Settings;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options of a column: patterns, limits of times, and errors of a wrong option. */
class ValidateOptionsTest extends ValidateFixture {
    @Test
    void timeLimitsAreInclusive() {
        assertNull(reason("{\"station\":\"S\",\"at\":\"2024-06-01T00:10:00Z\"}"));
        assertNull(reason("{\"station\":\"S\",\"at\":\"2000-01-01T00:00:00Z\"}"));
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
}
