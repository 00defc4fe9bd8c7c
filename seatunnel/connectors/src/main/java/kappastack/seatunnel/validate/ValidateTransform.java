package kappastack.seatunnel.validate;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kappastack.seatunnel.Settings;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.CatalogTableUtil;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.LocalTimeType;
import org.apache.seatunnel.api.table.type.PrimitiveByteArrayType;
import org.apache.seatunnel.api.table.type.SeaTunnelDataType;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.apache.seatunnel.api.table.type.SeaTunnelRowType;
import org.apache.seatunnel.api.transform.SeaTunnelTransform;

/**
 * Parses each row's JSON payload into typed columns and adds columns about it: {@code payload} (as text), {@code
 * payload_base64} (the original bytes, only if the payload has an error), {@code unknown_fields} (names of fields that no
 * column declares), {@code reject_reason} (all errors; null if there is none) and {@code usable} (whether the row can be
 * stored). No row is dropped and no content fails the job. The sinks choose their rows by these columns.
 */
public final class ValidateTransform implements SeaTunnelTransform<SeaTunnelRow> {
    static final String PLUGIN = "Validate";
    private static final long serialVersionUID = 1L;
    private static final String REQUIRE_ANY_OF = "require_any_of";
    private static final String PAYLOAD_BASE64 = "payload_base64";
    private static final String UNKNOWN_FIELDS = "unknown_fields";
    private static final String REJECT_REASON = "reject_reason";
    private static final String USABLE = "usable";

    private final CatalogTable output;
    private final int payloadIndex;
    private final int[] kept;
    private final List<ColumnRule> rules;
    private final List<String> requireAnyOf;
    private final int[] limits;

    private transient PayloadParser parser;
    private transient Reasons reasons;

    ValidateTransform(Settings settings, CatalogTable input) {
        SeaTunnelRowType type = input.getSeaTunnelRowType();
        List<String> fields = Arrays.asList(type.getFieldNames());
        payloadIndex = fields.indexOf(settings.text("payload_field", PayloadParser.PAYLOAD));
        if (payloadIndex < 0 || type.getFieldType(payloadIndex) != PrimitiveByteArrayType.INSTANCE) {
            throw settings.error(
                    "payload_field",
                    settings.text("payload_field", PayloadParser.PAYLOAD),
                    "a field of bytes among " + fields);
        }
        rules = rules(settings, type);
        requireAnyOf = requireAnyOf(settings);

        Map<String, SeaTunnelDataType<?>> columns = new LinkedHashMap<>();
        List<Integer> keptFields = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            if (i != payloadIndex) {
                keptFields.add(i);
                columns.put(fields.get(i), type.getFieldType(i));
            }
        }
        kept = keptFields.stream().mapToInt(Integer::intValue).toArray();
        for (ColumnRule rule : rules) {
            add(columns, rule.name(), rule.type(), settings);
        }
        add(columns, PayloadParser.PAYLOAD, BasicType.STRING_TYPE, settings);
        add(columns, PAYLOAD_BASE64, BasicType.STRING_TYPE, settings);
        add(columns, UNKNOWN_FIELDS, BasicType.STRING_TYPE, settings);
        add(columns, REJECT_REASON, BasicType.STRING_TYPE, settings);
        add(columns, USABLE, BasicType.BOOLEAN_TYPE, settings);
        limits = limits(settings, columns);
        output =
                CatalogTableUtil.getCatalogTable(
                        input.getCatalogName(),
                        input.getTablePath().getDatabaseName(),
                        input.getTablePath().getSchemaName(),
                        input.getTablePath().getTableName(),
                        new SeaTunnelRowType(
                                columns.keySet().toArray(new String[0]),
                                columns.values().toArray(new SeaTunnelDataType<?>[0])));
    }

    @Override
    public String getPluginName() {
        return PLUGIN;
    }

    @Override
    public CatalogTable getProducedCatalogTable() {
        return output;
    }

    @Override
    public SeaTunnelRow map(SeaTunnelRow row) {
        if (parser == null) {
            parser = new PayloadParser(rules, requireAnyOf);
            reasons = new Reasons();
        }
        return validate(row, LocalDateTime.now(ZoneOffset.UTC));
    }

    private SeaTunnelRow validate(SeaTunnelRow row, LocalDateTime now) {
        byte[] bytes = (byte[]) row.getField(payloadIndex);
        Object[] fields = new Object[kept.length + rules.size() + 5];
        for (int i = 0; i < kept.length; i++) {
            fields[i] = row.getField(kept[i]);
        }
        int text = kept.length + rules.size();
        String payload = bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
        fields[text] = payload;
        reasons.clear();
        if (bytes != null && !Utf8.isValid(bytes, payload)) {
            reasons.rejectEvent(PayloadParser.PAYLOAD, "not UTF-8 text");
        }
        parser.parse(payload, row.getFields(), now, fields, kept.length, reasons);
        if (limits[text] < payload.length() * 3L && Utf8.length(payload) > limits[text]) {
            reasons.rejectEvent(PayloadParser.PAYLOAD, "longer than " + limits[text] + " bytes; truncated");
        }
        String problem = reasons.text();
        if (problem != null) {
            fields[text + 1] = bytes == null ? "" : Base64.getEncoder().encodeToString(bytes);
        }
        fields[text + 2] = parser.unknownFields();
        fields[text + 3] = problem;
        fields[text + 4] = !reasons.isEventRejected();
        for (int i = 0; i < fields.length; i++) {
            if (fields[i] instanceof String && limits[i] < Integer.MAX_VALUE) {
                fields[i] = Utf8.truncate((String) fields[i], limits[i]);
            }
        }
        SeaTunnelRow validated = new SeaTunnelRow(fields);
        validated.setRowKind(row.getRowKind());
        validated.setTableId(row.getTableId());
        waitForMemory(validated, payload, (String) fields[text + 1]);
        return validated;
    }

    private static void waitForMemory(SeaTunnelRow row, String payload, String base64) {
        try {
            MemoryGate.HEAP.pass(row, 2L * payload.length() + (base64 == null ? 0 : base64.length()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the task was stopped while a large message waited for memory", e);
        }
    }

    private static List<ColumnRule> rules(Settings settings, SeaTunnelRowType input) {
        List<ColumnRule> rules = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Settings column : settings.objects("columns")) {
            ColumnRule rule;
            try {
                rule = new ColumnRule(column);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("column " + column.text("name", "without name") + ": " + e.getMessage(), e);
            }
            if (!names.add(rule.name())) {
                throw settings.error("columns", rule.name(), "each column once");
            }
            List<Bound> bounds = rule.notLaterThan();
            for (int i = 0; i < bounds.size(); i++) {
                if (!bounds.get(i).isNow()) {
                    bounds.set(i, bounds.get(i).at(timeField(bounds.get(i).field(), settings, input)));
                }
            }
            rules.add(rule);
        }
        if (rules.isEmpty()) {
            throw settings.error("columns", null, "a list of columns with name and type");
        }
        return rules;
    }

    private List<String> requireAnyOf(Settings settings) {
        List<String> names = settings.texts(REQUIRE_ANY_OF);
        Set<String> declared = new LinkedHashSet<>();
        for (ColumnRule rule : rules) {
            declared.add(rule.name());
        }
        for (String name : names) {
            if (!declared.contains(name)) {
                throw settings.error(REQUIRE_ANY_OF, name, "names of columns: " + String.join(", ", declared));
            }
        }
        return new ArrayList<>(names);
    }

    private static int timeField(String field, Settings settings, SeaTunnelRowType input) {
        int index = Arrays.asList(input.getFieldNames()).indexOf(field);
        if (index < 0 || input.getFieldType(index) != LocalTimeType.LOCAL_DATE_TIME_TYPE) {
            throw settings.error("not_later_than", field, "now, or a timestamp field of the row");
        }
        return index;
    }

    private static void add(
            Map<String, SeaTunnelDataType<?>> columns, String name, SeaTunnelDataType<?> type, Settings settings) {
        if (columns.put(name, type) != null) {
            throw settings.error("columns", name, "a name that is neither a field of the incoming row nor another column");
        }
    }

    private static int[] limits(Settings settings, Map<String, SeaTunnelDataType<?>> columns) {
        List<String> names = new ArrayList<>(columns.keySet());
        int[] limits = new int[names.size()];
        Arrays.fill(limits, Integer.MAX_VALUE);
        Map<String, String> declared = settings.textMap("truncate_bytes");
        Settings values = Settings.of(PLUGIN + ".truncate_bytes", new LinkedHashMap<>(declared));
        for (String name : declared.keySet()) {
            int index = names.indexOf(name);
            if (index < 0 || columns.get(name) != BasicType.STRING_TYPE) {
                throw settings.error("truncate_bytes", name, "a text column among " + names);
            }
            limits[index] = values.count(name, Integer.MAX_VALUE, 4);
        }
        return limits;
    }
}
