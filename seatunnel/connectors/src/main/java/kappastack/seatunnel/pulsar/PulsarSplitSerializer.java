package kappastack.seatunnel.pulsar;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.seatunnel.api.serialization.Serializer;

/** Serializes a split for checkpoints: version, partition, whether there is a position, its length and bytes. */
final class PulsarSplitSerializer implements Serializer<PulsarSplit> {
    private static final int VERSION = 1;

    @Override
    public byte[] serialize(PulsarSplit split) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeUTF(split.partition());
            out.writeBoolean(split.position() != null);
            if (split.position() != null) {
                out.writeInt(split.position().length);
                out.write(split.position());
            }
        }
        return bytes.toByteArray();
    }

    @Override
    public PulsarSplit deserialize(byte[] serialized) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized))) {
            int version = in.readByte();
            if (version != VERSION) {
                throw new IOException("a split of version " + version + " cannot be read; expected: " + VERSION);
            }
            String partition = in.readUTF();
            byte[] position = null;
            if (in.readBoolean()) {
                int length = in.readInt();
                if (length < 0 || length > in.available()) {
                    throw new IOException("the position of " + partition + " is truncated");
                }
                position = new byte[length];
                in.readFully(position);
            }
            return new PulsarSplit(partition, position);
        }
    }
}
