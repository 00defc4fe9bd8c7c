package kappastack.seatunnel.starrocks;

import java.util.Arrays;
import java.util.List;
import kappastack.seatunnel.Settings;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.Options;
import org.apache.seatunnel.api.configuration.util.OptionRule;
import org.apache.seatunnel.api.table.connector.TableSink;
import org.apache.seatunnel.api.table.factory.Factory;
import org.apache.seatunnel.api.table.factory.TableSinkFactory;
import org.apache.seatunnel.api.table.factory.TableSinkFactoryContext;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/** Creates the sink {@code StarRocks}. The README of this Maven project lists its options. */
public final class StarRocksSinkFactory implements TableSinkFactory<SeaTunnelRow, Void, Void, Void>, Factory {
    private static final Option<List<String>> NODE_URLS =
            Options.key("nodeUrls").listType().noDefaultValue().withDescription("host:http_port of each frontend");
    private static final Option<String> USERNAME = text("username", "user of StarRocks");
    private static final Option<String> DATABASE = text("database", "the table's database");
    private static final Option<String> TABLE = text("table", "target table");
    private static final List<String> KNOWN =
            Arrays.asList(
                    "plugin_name",
                    "source_table_name",
                    "result_table_name",
                    "parallelism",
                    "nodeUrls",
                    "base-url",
                    "username",
                    "password",
                    "password_file",
                    "database",
                    "table",
                    "columns",
                    "only_rows_where_null",
                    "only_rows_where_not_null",
                    "only_rows_where_true",
                    "labelPrefix",
                    "batch_max_rows",
                    "batch_max_bytes",
                    "batch_interval_ms",
                    "max_retries",
                    "retry_backoff_multiplier_ms",
                    "max_retry_backoff_ms",
                    "http_connect_timeout_ms",
                    "http_socket_timeout_ms",
                    "enable_upsert_delete",
                    "starrocks.config",
                    "starrocks");

    @Override
    public String factoryIdentifier() {
        return SinkSettings.PLUGIN;
    }

    @Override
    public OptionRule optionRule() {
        return OptionRule.builder().required(NODE_URLS, USERNAME, DATABASE, TABLE).build();
    }

    @Override
    public TableSink<SeaTunnelRow, Void, Void, Void> createSink(TableSinkFactoryContext context) {
        Settings settings = Settings.of(SinkSettings.PLUGIN, context.getOptions());
        settings.onlyKnown(KNOWN);
        return () -> new StarRocksSink(settings, context.getCatalogTable());
    }

    private static Option<String> text(String key, String description) {
        return Options.key(key).stringType().noDefaultValue().withDescription(description);
    }
}
