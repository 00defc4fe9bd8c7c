package kappastack.seatunnel.pulsar;

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

/** Creates the source {@code PulsarMessages}. The README of this Maven project lists its options. */
public final class PulsarMessagesSourceFactory implements TableSourceFactory {
    private static final List<String> KNOWN =
            Arrays.asList(
                    "plugin_name",
                    "result_table_name",
                    "parallelism",
                    "topic",
                    "client.service-url",
                    "admin.service-url",
                    "subscription.name",
                    "subscription.type",
                    "cursor.startup.mode",
                    "topic-discovery.interval",
                    "receiver.queue-size",
                    "receiver.memory-bytes",
                    "auth.plugin-class",
                    "auth.params",
                    "auth.token-file",
                    "tls.trust-certs-file",
                    "client",
                    "admin",
                    "subscription",
                    "cursor",
                    "topic-discovery",
                    "receiver",
                    "auth",
                    "tls");

    @Override
    public String factoryIdentifier() {
        return PulsarSettings.PLUGIN;
    }

    @Override
    public OptionRule optionRule() {
        return OptionRule.builder()
                .required(text("topic"), text("client.service-url"), text("subscription.name"))
                .build();
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T, SplitT extends SourceSplit, StateT extends Serializable> TableSource<T, SplitT, StateT> createSource(
            TableSourceFactoryContext context) {
        Settings settings = Settings.of(PulsarSettings.PLUGIN, context.getOptions());
        settings.onlyKnown(KNOWN);
        return () -> (SeaTunnelSource<T, SplitT, StateT>) new PulsarMessagesSource(settings);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends SeaTunnelSource> getSourceClass() {
        return PulsarMessagesSource.class;
    }

    private static Option<String> text(String key) {
        return Options.key(key).stringType().noDefaultValue();
    }
}
