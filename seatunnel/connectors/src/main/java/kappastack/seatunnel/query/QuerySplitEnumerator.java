package kappastack.seatunnel.query;

import org.apache.seatunnel.api.source.SourceSplitEnumerator;
import java.util.List;

/** Gives the one split to the first reader and none to the others. After a restore the query runs again as a whole. */
final class QuerySplitEnumerator implements SourceSplitEnumerator<QuerySplit, String> {
    private static final String NO_STATE = "";

    private final Context<QuerySplit> context;

    QuerySplitEnumerator(Context<QuerySplit> context) {
        this.context = context;
    }

    @Override
    public void open() {
        // There is nothing to open.
    }

    @Override
    public void run() {
        for (int reader : context.registeredReaders()) {
            if (reader == 0) {
                context.assignSplit(reader, new QuerySplit());
            }
            context.signalNoMoreSplits(reader);
        }
    }

    @Override
    public void addSplitsBack(List<QuerySplit> splits, int subtaskId) {
        // The split is given out in run(), restored or not.
    }

    @Override
    public int currentUnassignedSplitSize() {
        return 0;
    }

    @Override
    public void handleSplitRequest(int subtaskId) {
        // Readers do not ask; they are given their splits.
    }

    @Override
    public void registerReader(int subtaskId) {
        // Splits are given out when all readers are there.
    }

    @Override
    public String snapshotState(long checkpointId) {
        return NO_STATE;
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
        // Nothing here depends on checkpoints.
    }

    @Override
    public void close() {
        // There is nothing to close.
    }
}
