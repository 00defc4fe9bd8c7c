package kappastack.seatunnel.starrocks;

import java.io.Serializable;
import kappastack.seatunnel.Settings;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.apache.seatunnel.api.table.type.SeaTunnelRowType;

/** Selects the rows that a sink loads: all, or those whose fields are null, not null or true. */
final class RowFilter implements Serializable {
    private static final long serialVersionUID = 2L;
    private static final int NONE = -1;

    private final int whereNull;
    private final int whereNotNull;
    private final int whereTrue;

    private RowFilter(int whereNull, int whereNotNull, int whereTrue) {
        this.whereNull = whereNull;
        this.whereNotNull = whereNotNull;
        this.whereTrue = whereTrue;
    }

    static RowFilter of(Settings settings, SeaTunnelRowType type) {
        int whereTrue = index("only_rows_where_true", settings, type);
        if (whereTrue != NONE && type.getFieldType(whereTrue) != BasicType.BOOLEAN_TYPE) {
            throw settings.error(
                    "only_rows_where_true", type.getFieldName(whereTrue), "a field of type boolean");
        }
        return new RowFilter(
                index("only_rows_where_null", settings, type),
                index("only_rows_where_not_null", settings, type),
                whereTrue);
    }

    boolean accepts(SeaTunnelRow row) {
        return (whereNull == NONE || row.getField(whereNull) == null)
                && (whereNotNull == NONE || row.getField(whereNotNull) != null)
                && (whereTrue == NONE || Boolean.TRUE.equals(row.getField(whereTrue)));
    }

    private static int index(String key, Settings settings, SeaTunnelRowType type) {
        String field = settings.text(key, null);
        return field == null ? NONE : SinkColumn.indexOf(field, key, type);
    }
}
