package kappastack.seatunnel.pulsar;

import java.util.Collections;
import java.util.List;
import kappastack.seatunnel.Settings;
import org.apache.seatunnel.api.serialization.Serializer;
import org.apache.seatunnel.api.source.Boundedness;
import org.apache.seatunnel.api.source.SeaTunnelSource;
import org.apache.seatunnel.api.source.SourceReader;
import org.apache.seatunnel.api.source.SourceSplitEnumerator;
import org.apache.seatunnel.api.source.SupportParallelism;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.CatalogTableUtil;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * An unbounded source that emits a row per message with its id, key, publish time, topic, partition and bytes. No payload
 * makes it fail. Checkpoints contain the positions. A durable subscription keeps the broker from deleting messages that no
 * checkpoint covers; a job without a checkpoint starts at the position of this subscription.
 */
public final class PulsarMessagesSource
        implements SeaTunnelSource<SeaTunnelRow, PulsarSplit, String>, SupportParallelism {
    private static final long serialVersionUID = 1L;

    private final PulsarSettings settings;

    PulsarMessagesSource(Settings section) {
        settings = new PulsarSettings(section);
    }

    @Override
    public String getPluginName() {
        return PulsarSettings.PLUGIN;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.UNBOUNDED;
    }

    @Override
    public List<CatalogTable> getProducedCatalogTables() {
        return Collections.singletonList(
                CatalogTableUtil.getCatalogTable(PulsarSettings.PLUGIN, "default", null, "messages", MessageRows.TYPE));
    }

    @Override
    public SourceReader<SeaTunnelRow, PulsarSplit> createReader(SourceReader.Context context) {
        return new PulsarReader(settings);
    }

    @Override
    public Serializer<PulsarSplit> getSplitSerializer() {
        return new PulsarSplitSerializer();
    }

    @Override
    public SourceSplitEnumerator<PulsarSplit, String> createEnumerator(
            SourceSplitEnumerator.Context<PulsarSplit> context) {
        return new PulsarSplitEnumerator(settings, context);
    }

    @Override
    public SourceSplitEnumerator<PulsarSplit, String> restoreEnumerator(
            SourceSplitEnumerator.Context<PulsarSplit> context, String state) {
        return new PulsarSplitEnumerator(settings, context);
    }

    @Override
    public Serializer<String> getEnumeratorStateSerializer() {
        return new EnumeratorStateSerializer();
    }
}
