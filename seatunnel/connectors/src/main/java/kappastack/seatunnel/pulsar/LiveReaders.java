package kappastack.seatunnel.pulsar;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The reader of each partition and subscription in this process. After a restart of a pipeline the engine sometimes leaves
 * the old reader open, which would keep its exclusive subscription until the process ends.
 */
final class LiveReaders {
    private static final Map<String, PulsarReader> READERS = new ConcurrentHashMap<>();

    private LiveReaders() {}

    /** Registers the reader of a partition and returns the one that it replaces, or null. */
    static PulsarReader replace(String subscriptionOfPartition, PulsarReader reader) {
        PulsarReader old = READERS.put(subscriptionOfPartition, reader);
        return old == reader ? null : old;
    }

    /** Removes a closed reader. */
    static void remove(PulsarReader reader) {
        READERS.values().removeIf(registered -> registered == reader);
    }
}
