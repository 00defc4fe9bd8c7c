package kappastack.seatunnel.query;

import org.apache.seatunnel.api.source.SourceSplitEnumerator;
import java.util.List;

/** Assigns the only split to the first reader. After a restore the whole query runs again. */
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
        // run() assigns the split, also after a restore.
    }

    @Override
    public int currentUnassignedSplitSize() {
        return 0;
    }

    @Override
    public void handleSplitRequest(int subtaskId) {
        // The split is assigned without requests.
    }

    @Override
    public void registerReader(int subtaskId) {
        // run() assigns the split when all readers are registered.
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
