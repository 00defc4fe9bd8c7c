package kappastack.seatunnel.pulsar;

import java.nio.charset.StandardCharsets;
import org.apache.seatunnel.api.serialization.Serializer;

/** The enumerator's state is only a version: positions are the readers', partitions are asked for anew. */
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
