package kappastack.seatunnel.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kappastack.seatunnel.Settings;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.CatalogTableUtil;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.LocalTimeType;
import org.apache.seatunnel.api.table.type.PrimitiveByteArrayType;
import org.apache.seatunnel.api.table.type.SeaTunnelDataType;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.apache.seatunnel.api.table.type.SeaTunnelRowType;
import org.junit.jupiter.api.BeforeEach;

/** A transform with one column of each type, and its results for single messages. */
abstract class ValidateFixture {
    static final String GOOD = "\"station\":\"S1\",\"at\":\"2024-01-01T01:00:00+01:00\"";
    static final LocalDateTime PUBLISHED = LocalDateTime.of(2024, 6, 1, 0, 0);
    static final CatalogTable INPUT =
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

    final List<Map<String, Object>> columns = new ArrayList<>();
    final Map<String, Object> truncate = new HashMap<>();
    List<String> requireAnyOf = new ArrayList<>();
    ValidateTransform transform;
    List<String> names;

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

    final void column(String name, String type, Object... pairs) {
        Map<String, Object> column = new HashMap<>();
        column.put("name", name);
        column.put("type", type);
        for (int i = 0; i < pairs.length; i += 2) {
            column.put((String) pairs[i], pairs[i + 1]);
        }
        columns.add(column);
    }

    final void build() {
        Map<String, Object> values = new HashMap<>();
        values.put("require_any_of", requireAnyOf);
        values.put("columns", columns);
        values.put("truncate_bytes", truncate);
        transform = new ValidateTransform(Settings.of("Validate", values), INPUT);
        names = Arrays.asList(transform.getProducedCatalogTable().getSeaTunnelRowType().getFieldNames());
    }

    final SeaTunnelRow map(byte[] payload) {
        return transform.map(new SeaTunnelRow(new Object[] {"key", payload, PUBLISHED}));
    }

    final SeaTunnelRow map(String payload) {
        return map(payload.getBytes(StandardCharsets.UTF_8));
    }

    final Object get(SeaTunnelRow row, String column) {
        return row.getField(names.indexOf(column));
    }

    final String reason(String payload) {
        SeaTunnelRow row = map(payload);
        String reason = (String) get(row, "reject_reason");
        assertEquals(reason == null, get(row, "payload_base64") == null);
        assertEquals(reason == null, get(row, "usable"));
        return reason;
    }
}
