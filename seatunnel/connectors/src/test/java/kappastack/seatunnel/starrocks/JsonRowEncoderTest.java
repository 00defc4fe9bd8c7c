package kappastack.seatunnel.starrocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.seatunnel.api.table.type.ArrayType;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.RowKind;
import org.apache.seatunnel.api.table.type.SeaTunnelDataType;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.apache.seatunnel.api.table.type.SeaTunnelRowType;
import org.junit.jupiter.api.Test;

class JsonRowEncoderTest {
    private static String encode(Object value) throws IOException {
        SeaTunnelRowType type =
                new SeaTunnelRowType(new String[] {"a"}, new SeaTunnelDataType<?>[] {BasicType.STRING_TYPE});
        JsonBuffer out = new JsonBuffer(4);
        new JsonRowEncoder(SinkColumn.parse(Collections.emptyList(), type), false)
                .encode(new SeaTunnelRow(new Object[] {value}), out);
        return out.toString();
    }

    @Test
    void writesEachType() throws IOException {
        assertEquals("{\"a\":null}", encode(null));
        assertEquals("{\"a\":35.1}", encode(35.1));
        assertEquals("{\"a\":1.0E-5}", encode(1e-5));
        assertEquals("{\"a\":-0.0}", encode(-0.0));
        assertEquals("{\"a\":0}", encode(0));
        assertEquals("{\"a\":-7}", encode((short) -7));
        assertEquals("{\"a\":1000}", encode(1000L));
        assertEquals("{\"a\":9223372036854775807}", encode(Long.MAX_VALUE));
        assertEquals("{\"a\":-9223372036854775808}", encode(Long.MIN_VALUE));
        assertEquals("{\"a\":true}", encode(true));
        assertEquals("{\"a\":1000000000000000000000}", encode(new BigDecimal("1e21")));
        assertEquals("{\"a\":\"2024-02-29 03:04:05.000006\"}", encode(LocalDateTime.of(2024, 2, 29, 3, 4, 5, 6999)));
        assertEquals("{\"a\":\"0099-01-02\"}", encode(LocalDate.of(99, 1, 2)));
        assertEquals("{\"a\":\"23:59:59.999999\"}", encode(LocalTime.MAX));
        assertEquals("{\"a\":\"é\"}", encode("é".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void escapesTextAndWritesUtf8() throws IOException {
        assertEquals(
                "{\"a\":\"\\\"\\\\/\\n\\r\\t\\u0000\\u001fé€😀\u2028\"}",
                encode("\"\\/\n\r\t\u0000\u001fé€😀\u2028"));
        assertEquals("{\"a\":\"\uFFFDx\uFFFD\"}", encode("\uD800x\uDC00"));
    }

    @Test
    void refusesValuesThatJsonCannotRepresent() {
        IOException notFinite = assertThrows(IOException.class, () -> encode(Double.NaN));
        assertTrue(notFinite.getMessage().contains("column a"), notFinite.getMessage());
        assertThrows(IOException.class, () -> encode(Float.NEGATIVE_INFINITY));
        assertThrows(IOException.class, () -> encode(new StringBuilder()));
    }

    @Test
    void marksUpsertsAndDeletes() throws IOException {
        SeaTunnelRowType type =
                new SeaTunnelRowType(new String[] {"a"}, new SeaTunnelDataType<?>[] {BasicType.INT_TYPE});
        JsonRowEncoder encoder = new JsonRowEncoder(SinkColumn.parse(Collections.emptyList(), type), true);
        JsonBuffer out = new JsonBuffer(64);
        for (RowKind kind : Arrays.asList(RowKind.INSERT, RowKind.UPDATE_BEFORE, RowKind.UPDATE_AFTER, RowKind.DELETE)) {
            SeaTunnelRow row = new SeaTunnelRow(new Object[] {1});
            row.setRowKind(kind);
            encoder.encode(row, out);
        }
        assertEquals("{\"a\":1,\"__op\":0}{\"a\":1,\"__op\":1}{\"a\":1,\"__op\":0}{\"a\":1,\"__op\":1}", out.toString());
    }

    @Test
    void picksAndRenamesColumns() throws IOException {
        SeaTunnelRowType type =
                new SeaTunnelRowType(
                        new String[] {"a", "b", "list"},
                        new SeaTunnelDataType<?>[] {BasicType.INT_TYPE, BasicType.STRING_TYPE, ArrayType.INT_ARRAY_TYPE});
        List<SinkColumn> columns = SinkColumn.parse(Arrays.asList("b", "first = a"), type);
        JsonBuffer out = new JsonBuffer(64);
        new JsonRowEncoder(columns, false).encode(new SeaTunnelRow(new Object[] {1, "x", null}), out);
        assertEquals("{\"b\":\"x\",\"first\":1}", out.toString());

        assertTrue(message(Collections.singletonList("c"), type).contains("a, b, list"));
        assertTrue(message(Collections.singletonList("list"), type).contains("ARRAY"));
        assertTrue(message(Collections.singletonList("=a"), type).contains("column=field"));
    }

    private static String message(List<String> columns, SeaTunnelRowType type) {
        return assertThrows(IllegalArgumentException.class, () -> SinkColumn.parse(columns, type)).getMessage();
    }
}
