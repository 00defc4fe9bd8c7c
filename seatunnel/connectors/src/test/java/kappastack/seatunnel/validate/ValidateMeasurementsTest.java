package kappastack.seatunnel.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Map;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A wrong measurement becomes null, and the other values of its event are stored. */
class ValidateMeasurementsTest extends ValidateFixture {
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
}
