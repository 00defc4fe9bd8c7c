import com.starrocks.data.load.stream.StreamLoadDataFormat;
import com.starrocks.data.load.stream.StreamLoadManager;
import com.starrocks.data.load.stream.StreamLoadSnapshot;
import com.starrocks.data.load.stream.properties.StreamLoadProperties;
import com.starrocks.data.load.stream.properties.StreamLoadTableProperties;
import com.starrocks.data.load.stream.v2.StreamLoadManagerV2;

/** Loads rows with StarRocks' Stream Load SDK: plain loads and transactions, as CSV and as JSON. */
public class StreamLoadSdkFlow {
    public static void main(String[] arguments) throws Exception {
        String http = arguments[0];
        String jdbc = arguments[1];
        String database = arguments[2];
        load(http, jdbc, database, "plain_csv", StreamLoadDataFormat.CSV, false);
        load(http, jdbc, database, "plain_json", StreamLoadDataFormat.JSON, false);
        load(http, jdbc, database, "transaction_json", StreamLoadDataFormat.JSON, true);
        refused(http, jdbc, database);
        System.exit(0);
    }

    static StreamLoadProperties properties(
            String http, String jdbc, String database, String table, StreamLoadDataFormat format, boolean transaction) {
        StreamLoadTableProperties.Builder tables = StreamLoadTableProperties.builder()
                .database(database).table(table).streamLoadDataFormat(format);
        if (format == StreamLoadDataFormat.CSV) {
            tables.columns("k,v").addProperty("column_separator", "|");
        }
        StreamLoadTableProperties built = tables.build();
        StreamLoadProperties.Builder all = StreamLoadProperties.builder()
                .loadUrls(http).jdbcUrl(jdbc).username("root").password("").version("3.5.0")
                .labelPrefix("sdk-").defaultTableProperties(built).addTableProperties(built).expectDelayTime(200);
        if (format == StreamLoadDataFormat.JSON) {
            all.addHeader("format", "json").addHeader("strip_outer_array", "true");
        }
        if (transaction) {
            all.enableTransaction();
        }
        return all.build();
    }

    static void load(
            String http, String jdbc, String database, String table, StreamLoadDataFormat format, boolean transaction) {
        StreamLoadManager manager =
                new StreamLoadManagerV2(properties(http, jdbc, database, table, format, transaction), !transaction);
        manager.init();
        for (int row = 0; row < 1000; row++) {
            String text = format == StreamLoadDataFormat.CSV
                    ? row + "|d'été " + row : "{\"k\": " + row + ", \"v\": \"d'été " + row + "\"}";
            manager.write(null, database, table, text);
        }
        manager.flush();
        String outcome = "flushed";
        if (transaction) {
            StreamLoadSnapshot snapshot = manager.snapshot();
            outcome = "prepared " + manager.prepare(snapshot) + ", committed " + manager.commit(snapshot);
        }
        manager.close();
        System.out.println(table + "\t" + outcome);
    }

    static void refused(String http, String jdbc, String database) {
        StreamLoadManager manager = new StreamLoadManagerV2(
                properties(http, jdbc, database, "plain_json", StreamLoadDataFormat.JSON, false), true);
        manager.init();
        String outcome = "accepted";
        try {
            manager.write(null, database, "plain_json", "{\"k\": \"no number\", \"v\": \"x\"}");
            manager.flush();
        } catch (RuntimeException error) {
            outcome = error.getMessage() != null && error.toString().contains("too many filtered rows")
                    ? "too many filtered rows" : error.toString();
        }
        System.out.println("refused\t" + outcome);
    }
}
