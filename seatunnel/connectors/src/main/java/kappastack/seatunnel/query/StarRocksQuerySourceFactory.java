package kappastack.seatunnel.query;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import kappastack.seatunnel.Settings;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.Options;
import org.apache.seatunnel.api.configuration.util.OptionRule;
import org.apache.seatunnel.api.source.SeaTunnelSource;
import org.apache.seatunnel.api.source.SourceSplit;
import org.apache.seatunnel.api.table.connector.TableSource;
import org.apache.seatunnel.api.table.factory.TableSourceFactory;
import org.apache.seatunnel.api.table.factory.TableSourceFactoryContext;

/** Creates the source {@code StarRocksQuery}. The README of this Maven project lists its options. */
public final class StarRocksQuerySourceFactory implements TableSourceFactory {
    private static final List<String> KNOWN =
            Arrays.asList(
                    "plugin_name",
                    "result_table_name",
                    "parallelism",
                    "base-url",
                    "username",
                    "password",
                    "password_file",
                    "database",
                    "query",
                    "connect_timeout_ms",
                    "socket_timeout_ms");

    @Override
    public String factoryIdentifier() {
        return QuerySettings.PLUGIN;
    }

    @Override
    public OptionRule optionRule() {
        return OptionRule.builder().required(text("base-url"), text("username"), text("query")).build();
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T, SplitT extends SourceSplit, StateT extends Serializable> TableSource<T, SplitT, StateT> createSource(
            TableSourceFactoryContext context) {
        Settings settings = Settings.of(QuerySettings.PLUGIN, context.getOptions());
        settings.onlyKnown(KNOWN);
        return () -> (SeaTunnelSource<T, SplitT, StateT>) new StarRocksQuerySource(settings);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends SeaTunnelSource> getSourceClass() {
        return StarRocksQuerySource.class;
    }

    private static Option<String> text(String key) {
        return Options.key(key).stringType().noDefaultValue();
    }
}
