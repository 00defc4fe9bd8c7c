package kappastack.seatunnel.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Columns of type json. */
class ValidateObjectTest extends ValidateFixture {
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
