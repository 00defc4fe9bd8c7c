package kappastack.seatunnel.pulsar;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which reader of this process reads a partition for a subscription. When the engine restarts a pipeline it now and then
 * forgets to close the old reader, which would keep its exclusive subscription for as long as the process lives.
 */
final class LiveReaders {
    private static final Map<String, PulsarReader> READERS = new ConcurrentHashMap<>();

    private LiveReaders() {}

    /** Registers the reader of a partition and returns the one that it replaces, or null. */
    static PulsarReader replace(String subscriptionOfPartition, PulsarReader reader) {
        PulsarReader old = READERS.put(subscriptionOfPartition, reader);
        return old == reader ? null : old;
    }

    /** Forgets a reader that is closed. */
    static void forget(PulsarReader reader) {
        READERS.values().removeIf(registered -> registered == reader);
    }
}
