package kappastack.seatunnel.pulsar;

import java.io.IOException;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.MessageIdAdv;

/** A message's position in its partition: ledger, entry, and index within a batch (-1 for an entry of one message). */
final class Position implements Comparable<Position> {
    private final MessageIdAdv id;

    private Position(MessageIdAdv id) {
        this.id = id;
    }

    static Position of(MessageId id) {
        return new Position((MessageIdAdv) id);
    }

    /** @throws IOException if the bytes are not a message id */
    static Position fromBytes(byte[] bytes) throws IOException {
        return of(MessageId.fromByteArray(bytes));
    }

    byte[] toBytes() {
        return id.toByteArray();
    }

    MessageId id() {
        return id;
    }

    /** False for the end of a partition that has never had a message. */
    boolean exists() {
        return id.getEntryId() >= 0;
    }

    /** Whether this position's entry lies before the other's. */
    boolean isInEntryBefore(Position other) {
        return id.getLedgerId() < other.id.getLedgerId()
                || id.getLedgerId() == other.id.getLedgerId() && id.getEntryId() < other.id.getEntryId();
    }

    @Override
    public int compareTo(Position other) {
        if (id.getLedgerId() != other.id.getLedgerId()) {
            return Long.compare(id.getLedgerId(), other.id.getLedgerId());
        }
        if (id.getEntryId() != other.id.getEntryId()) {
            return Long.compare(id.getEntryId(), other.id.getEntryId());
        }
        return Integer.compare(id.getBatchIndex(), other.id.getBatchIndex());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Position && compareTo((Position) other) == 0;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(id.getLedgerId() * 31 + id.getEntryId()) * 31 + id.getBatchIndex();
    }

    /** {@code ledger:entry:partition:batch}. */
    @Override
    public String toString() {
        return new StringBuilder(32)
                .append(id.getLedgerId())
                .append(':')
                .append(id.getEntryId())
                .append(':')
                .append(id.getPartitionIndex())
                .append(':')
                .append(id.getBatchIndex())
                .toString();
    }
}
