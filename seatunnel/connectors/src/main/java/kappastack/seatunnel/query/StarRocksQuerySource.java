package kappastack.seatunnel.query;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import kappastack.seatunnel.Settings;
import org.apache.seatunnel.api.serialization.Serializer;
import org.apache.seatunnel.api.source.Boundedness;
import org.apache.seatunnel.api.source.SeaTunnelSource;
import org.apache.seatunnel.api.source.SourceReader;
import org.apache.seatunnel.api.source.SourceSplitEnumerator;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.CatalogTableUtil;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.apache.seatunnel.api.table.type.SeaTunnelRowType;

/** Reads the result of one query over StarRocks' MySQL protocol. The column types are read at submission. */
public final class StarRocksQuerySource implements SeaTunnelSource<SeaTunnelRow, QuerySplit, String> {
    private static final long serialVersionUID = 1L;

    private final QuerySettings settings;
    private final SeaTunnelRowType type;

    StarRocksQuerySource(Settings section) {
        settings = new QuerySettings(section);
        try (Connection connection = settings.connect();
                Statement statement = connection.createStatement();
                ResultSet nothing = statement.executeQuery(settings.metadataQuery())) {
            type = ResultColumns.rowType(nothing.getMetaData());
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(QuerySettings.PLUGIN + ": the query's columns cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public String getPluginName() {
        return QuerySettings.PLUGIN;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.BOUNDED;
    }

    @Override
    public List<CatalogTable> getProducedCatalogTables() {
        return Collections.singletonList(
                CatalogTableUtil.getCatalogTable(QuerySettings.PLUGIN, "default", null, "result", type));
    }

    @Override
    public SourceReader<SeaTunnelRow, QuerySplit> createReader(SourceReader.Context context) {
        return new QueryReader(settings, type, context);
    }

    @Override
    public Serializer<QuerySplit> getSplitSerializer() {
        return new Serializer<QuerySplit>() {
            @Override
            public byte[] serialize(QuerySplit split) {
                return new byte[0];
            }

            @Override
            public QuerySplit deserialize(byte[] serialized) {
                return new QuerySplit();
            }
        };
    }

    @Override
    public SourceSplitEnumerator<QuerySplit, String> createEnumerator(
            SourceSplitEnumerator.Context<QuerySplit> context) {
        return new QuerySplitEnumerator(context);
    }

    @Override
    public SourceSplitEnumerator<QuerySplit, String> restoreEnumerator(
            SourceSplitEnumerator.Context<QuerySplit> context, String state) {
        return new QuerySplitEnumerator(context);
    }

    @Override
    public Serializer<String> getEnumeratorStateSerializer() {
        return new Serializer<String>() {
            @Override
            public byte[] serialize(String state) {
                return state.getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public String deserialize(byte[] serialized) {
                return new String(serialized, StandardCharsets.UTF_8);
            }
        };
    }
}
