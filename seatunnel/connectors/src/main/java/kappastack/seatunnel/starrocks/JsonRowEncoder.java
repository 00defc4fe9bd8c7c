package kappastack.seatunnel.starrocks;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import org.apache.seatunnel.api.table.type.RowKind;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/** Encodes rows as JSON objects whose keys are the table's columns. */
final class JsonRowEncoder {
    private static final byte[] NULL = ascii("null");
    private static final byte[] UPSERT = ascii("\"__op\":0");
    private static final byte[] DELETE = ascii("\"__op\":1");

    private final int[] indexes;
    private final String[] names;
    private final byte[][] keys;
    private final boolean withOperation;

    /**
     * @param columns the field of the row for each column
     * @param withOperation whether each object contains {@code __op}, StarRocks' upsert (0) or delete (1)
     */
    JsonRowEncoder(List<SinkColumn> columns, boolean withOperation) {
        this.withOperation = withOperation;
        indexes = new int[columns.size()];
        names = new String[columns.size()];
        keys = new byte[columns.size()][];
        for (int i = 0; i < columns.size(); i++) {
            indexes[i] = columns.get(i).index();
            names[i] = columns.get(i).target();
            JsonBuffer key = new JsonBuffer(32);
            key.string(names[i]);
            key.raw(':');
            keys[i] = key.toString().getBytes(StandardCharsets.UTF_8);
        }
    }

    /**
     * Appends one row.
     *
     * @throws IOException if a value has no JSON form; the message names the column
     */
    void encode(SeaTunnelRow row, JsonBuffer out) throws IOException {
        out.raw('{');
        for (int i = 0; i < indexes.length; i++) {
            if (i > 0) {
                out.raw(',');
            }
            out.raw(keys[i]);
            value(names[i], row.getField(indexes[i]), out);
        }
        if (withOperation) {
            if (indexes.length > 0) {
                out.raw(',');
            }
            RowKind kind = row.getRowKind();
            out.raw(kind == RowKind.DELETE || kind == RowKind.UPDATE_BEFORE ? DELETE : UPSERT);
        }
        out.raw('}');
    }

    private static void value(String column, Object value, JsonBuffer out) throws IOException {
        if (value == null) {
            out.raw(NULL);
        } else if (value instanceof String) {
            out.string((String) value);
        } else if (value instanceof Double || value instanceof Float) {
            double number = ((Number) value).doubleValue();
            if (Double.isNaN(number) || Double.isInfinite(number)) {
                throw new IOException("column " + column + ": " + value + " is not a finite number");
            }
            out.ascii(value.toString());
        } else if (value instanceof LocalDateTime) {
            LocalDateTime time = (LocalDateTime) value;
            out.raw('"');
            date(time.toLocalDate(), out);
            out.raw(' ');
            time(time.getHour(), time.getMinute(), time.getSecond(), time.getNano(), out);
            out.raw('"');
        } else if (value instanceof Integer
                || value instanceof Long
                || value instanceof Short
                || value instanceof Byte) {
            out.number(((Number) value).longValue());
        } else if (value instanceof Boolean) {
            out.ascii((Boolean) value ? "true" : "false");
        } else if (value instanceof BigDecimal) {
            out.ascii(((BigDecimal) value).toPlainString());
        } else if (value instanceof LocalDate) {
            out.raw('"');
            date((LocalDate) value, out);
            out.raw('"');
        } else if (value instanceof LocalTime) {
            LocalTime time = (LocalTime) value;
            out.raw('"');
            time(time.getHour(), time.getMinute(), time.getSecond(), time.getNano(), out);
            out.raw('"');
        } else if (value instanceof byte[]) {
            out.string(new String((byte[]) value, StandardCharsets.UTF_8));
        } else {
            throw new IOException("column " + column + ": values of " + value.getClass().getName() + " cannot be loaded");
        }
    }

    private static void date(LocalDate date, JsonBuffer out) {
        out.padded(date.getYear(), 4);
        out.raw('-');
        out.padded(date.getMonthValue(), 2);
        out.raw('-');
        out.padded(date.getDayOfMonth(), 2);
    }

    private static void time(int hour, int minute, int second, int nano, JsonBuffer out) {
        out.padded(hour, 2);
        out.raw(':');
        out.padded(minute, 2);
        out.raw(':');
        out.padded(second, 2);
        out.raw('.');
        out.padded(nano / 1000, 6);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
