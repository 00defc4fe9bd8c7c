package kappastack.seatunnel.pulsar;

import org.apache.seatunnel.api.source.SourceSplit;

/** One partition of the topic and the position of its last emitted message. */
final class PulsarSplit implements SourceSplit {
    private static final long serialVersionUID = 1L;

    private final String partition;
    private final byte[] position;

    /**
     * @param partition the partition's full topic name
     * @param position a serialised message id, or null if no message was emitted yet
     */
    PulsarSplit(String partition, byte[] position) {
        this.partition = partition;
        this.position = position;
    }

    @Override
    public String splitId() {
        return partition;
    }

    String partition() {
        return partition;
    }

    byte[] position() {
        return position;
    }
}
