package kappastack.seatunnel.pulsar;

import java.nio.charset.StandardCharsets;
import org.apache.seatunnel.api.serialization.Serializer;

/**
 * Serializes the enumerator's state, which is only a version: readers keep the positions, and partitions are discovered
 * again.
 */
final class EnumeratorStateSerializer implements Serializer<String> {
    static final String VERSION = "1";

    @Override
    public byte[] serialize(String state) {
        return state.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String deserialize(byte[] serialized) {
        return new String(serialized, StandardCharsets.UTF_8);
    }
}
