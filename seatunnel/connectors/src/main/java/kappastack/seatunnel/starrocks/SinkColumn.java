package kappastack.seatunnel.starrocks;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.EnumSet;
import java.util.Set;
import org.apache.seatunnel.api.table.type.SeaTunnelRowType;
import org.apache.seatunnel.api.table.type.SqlType;

/** A field of the incoming row and the column of the table that stores it. */
final class SinkColumn implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final Set<SqlType> LOADABLE =
            EnumSet.of(
                    SqlType.STRING,
                    SqlType.BOOLEAN,
                    SqlType.TINYINT,
                    SqlType.SMALLINT,
                    SqlType.INT,
                    SqlType.BIGINT,
                    SqlType.FLOAT,
                    SqlType.DOUBLE,
                    SqlType.DECIMAL,
                    SqlType.BYTES,
                    SqlType.DATE,
                    SqlType.TIME,
                    SqlType.TIMESTAMP,
                    SqlType.NULL);

    private final int index;
    private final String target;

    private SinkColumn(int index, String target) {
        this.index = index;
        this.target = target;
    }

    int index() {
        return index;
    }

    String target() {
        return target;
    }

    /**
     * @param declared {@code name} or {@code target=source} each; empty: every field of the row, under its own name
     * @throws IllegalArgumentException for a field that the row does not have or whose type has no JSON form here
     */
    static List<SinkColumn> parse(List<String> declared, SeaTunnelRowType type) {
        List<SinkColumn> columns = new ArrayList<>();
        for (String entry : declared.isEmpty() ? Arrays.asList(type.getFieldNames()) : declared) {
            int equals = entry.indexOf('=');
            String target = (equals < 0 ? entry : entry.substring(0, equals)).trim();
            String source = (equals < 0 ? entry : entry.substring(equals + 1)).trim();
            int index = indexOf(source, "columns", type);
            if (target.isEmpty()) {
                throw new IllegalArgumentException(
                        "StarRocks: columns holds '" + entry + "'; expected: a column's name, or column=field");
            }
            if (!LOADABLE.contains(type.getFieldType(index).getSqlType())) {
                throw new IllegalArgumentException(
                        "StarRocks: columns holds '"
                                + source
                                + "' of type "
                                + type.getFieldType(index).getSqlType()
                                + "; expected: one of "
                                + LOADABLE);
            }
            columns.add(new SinkColumn(index, target));
        }
        return columns;
    }

    static int indexOf(String field, String key, SeaTunnelRowType type) {
        int index = Arrays.asList(type.getFieldNames()).indexOf(field);
        if (index < 0) {
            throw new IllegalArgumentException(
                    "StarRocks: "
                            + key
                            + " names '"
                            + field
                            + "'; expected: one of the row's fields: "
                            + String.join(", ", type.getFieldNames()));
        }
        return index;
    }
}
