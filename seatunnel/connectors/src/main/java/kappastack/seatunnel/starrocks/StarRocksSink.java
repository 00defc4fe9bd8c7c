package kappastack.seatunnel.starrocks;

import java.io.IOException;
import java.util.List;
import kappastack.seatunnel.Settings;
import org.apache.seatunnel.api.sink.SeaTunnelSink;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.apache.seatunnel.api.table.type.SeaTunnelRowType;

/**
 * Writes rows into a StarRocks table by Stream Load, at least once: into a PRIMARY KEY table a repeated row has no
 * further effect.
 */
public final class StarRocksSink implements SeaTunnelSink<SeaTunnelRow, Void, Void, Void> {
    private static final long serialVersionUID = 1L;

    private final SinkSettings settings;
    private final List<SinkColumn> columns;
    private final RowFilter filter;

    StarRocksSink(Settings section, CatalogTable input) {
        SeaTunnelRowType type = input.getSeaTunnelRowType();
        settings = new SinkSettings(section);
        columns = SinkColumn.parse(section.texts("columns"), type);
        filter = RowFilter.of(section, type);
    }

    @Override
    public String getPluginName() {
        return SinkSettings.PLUGIN;
    }

    @Override
    public SinkWriter<SeaTunnelRow, Void, Void> createWriter(SinkWriter.Context context) throws IOException {
        LoadStatistics statistics = new LoadStatistics(settings.table, context.getMetricsContext());
        StreamLoader loader = new StreamLoader(settings, statistics, context.getIndexOfSubtask());
        return new StarRocksWriter(settings, new JsonRowEncoder(columns, settings.upsertDelete), filter, loader);
    }
}
