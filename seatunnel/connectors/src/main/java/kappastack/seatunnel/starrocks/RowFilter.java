package kappastack.seatunnel.starrocks;

import java.io.Serializable;
import kappastack.seatunnel.Settings;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.apache.seatunnel.api.table.type.SeaTunnelRowType;

/** Which rows a sink takes: all, or those where one field is null, or those where it is not. */
final class RowFilter implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final int NONE = -1;

    private final int whereNull;
    private final int whereNotNull;

    private RowFilter(int whereNull, int whereNotNull) {
        this.whereNull = whereNull;
        this.whereNotNull = whereNotNull;
    }

    static RowFilter of(Settings settings, SeaTunnelRowType type) {
        return new RowFilter(
                index("only_rows_where_null", settings, type), index("only_rows_where_not_null", settings, type));
    }

    boolean accepts(SeaTunnelRow row) {
        return (whereNull == NONE || row.getField(whereNull) == null)
                && (whereNotNull == NONE || row.getField(whereNotNull) != null);
    }

    private static int index(String key, Settings settings, SeaTunnelRowType type) {
        String field = settings.text(key, null);
        return field == null ? NONE : SinkColumn.indexOf(field, key, type);
    }
}
