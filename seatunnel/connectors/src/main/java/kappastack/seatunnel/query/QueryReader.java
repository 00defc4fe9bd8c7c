package kappastack.seatunnel.query;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.seatunnel.api.source.Collector;
import org.apache.seatunnel.api.source.SourceReader;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.apache.seatunnel.api.table.type.SeaTunnelRowType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the query and emits its rows as they arrive; the whole result is never in memory. */
final class QueryReader implements SourceReader<SeaTunnelRow, QuerySplit> {
    private static final Logger LOG = LoggerFactory.getLogger(QueryReader.class);
    private static final int ROWS_PER_TURN = 1000;

    private final QuerySettings settings;
    private final SeaTunnelRowType type;
    private final Context context;
    private volatile boolean hasSplit;
    private volatile boolean noMoreSplits;
    private volatile Connection connection;
    private Statement statement;
    private ResultSet result;
    private boolean finished;
    private long count;

    QueryReader(QuerySettings settings, SeaTunnelRowType type, Context context) {
        this.settings = settings;
        this.type = type;
        this.context = context;
    }

    @Override
    public void open() {
        // The connection is opened when the split arrives.
    }

    @Override
    public void addSplits(List<QuerySplit> splits) {
        hasSplit = true;
    }

    @Override
    public void handleNoMoreSplits() {
        noMoreSplits = true;
    }

    @Override
    public void pollNext(Collector<SeaTunnelRow> output) throws Exception {
        if (finished) {
            return;
        }
        if (!hasSplit) {
            if (noMoreSplits) {
                finish();
            }
            return;
        }
        if (result == null) {
            execute();
        }
        for (int i = 0; i < ROWS_PER_TURN; i++) {
            if (!result.next()) {
                LOG.info("the query returned {} rows", count);
                disconnect();
                finish();
                return;
            }
            count++;
            synchronized (output.getCheckpointLock()) {
                output.collect(ResultColumns.row(result, type));
            }
        }
    }

    @Override
    public List<QuerySplit> snapshotState(long checkpointId) {
        return hasSplit ? new ArrayList<>(Collections.singletonList(new QuerySplit())) : new ArrayList<>();
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
        // Nothing here depends on checkpoints.
    }

    @Override
    public void close() throws IOException {
        Connection open = connection;
        if (open != null) {
            try {
                // close() would first read the rest of the result.
                Executor sameThread = Runnable::run;
                open.abort(sameThread);
            } catch (SQLException e) {
                LOG.warn("the connection could not be closed: {}", e.toString());
            }
        }
    }

    private void execute() throws SQLException, IOException {
        connection = settings.connect();
        statement = connection.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
        // Connector/J streams rows only with this fetch size.
        statement.setFetchSize(Integer.MIN_VALUE);
        result = statement.executeQuery(settings.query);
        SeaTunnelRowType now = ResultColumns.rowType(result.getMetaData());
        if (now.getTotalFields() != type.getTotalFields()) {
            throw new SQLException(
                    "the query returns "
                            + now.getTotalFields()
                            + " columns, but returned "
                            + type.getTotalFields()
                            + " when the job was submitted");
        }
    }

    private void disconnect() throws SQLException {
        result.close();
        statement.close();
        connection.close();
        connection = null;
    }

    private void finish() {
        finished = true;
        context.signalNoMoreElement();
    }
}
