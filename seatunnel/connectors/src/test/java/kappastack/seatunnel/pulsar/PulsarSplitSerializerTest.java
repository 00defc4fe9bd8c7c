package kappastack.seatunnel.pulsar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import org.apache.pulsar.client.impl.BatchMessageIdImpl;
import org.apache.pulsar.client.impl.MessageIdImpl;
import org.junit.jupiter.api.Test;

class PulsarSplitSerializerTest {
    private static final String PARTITION = "persistent://ciapol/air/sensor-measurements-partition-3";
    private final PulsarSplitSerializer serializer = new PulsarSplitSerializer();

    @Test
    void keepsPartitionAndPosition() throws IOException {
        Position position = Position.of(new BatchMessageIdImpl(12, 34, 3, 5, 10, null));
        PulsarSplit split =
                serializer.deserialize(serializer.serialize(new PulsarSplit(PARTITION, position.toBytes())));
        assertEquals(PARTITION, split.splitId());
        assertEquals(position, Position.fromBytes(split.position()));
        assertEquals("12:34:3:5", Position.fromBytes(split.position()).toString());
    }

    @Test
    void keepsAMissingPosition() throws IOException {
        assertNull(serializer.deserialize(serializer.serialize(new PulsarSplit(PARTITION, null))).position());
    }

    @Test
    void refusesAnotherVersionAndHalfASplit() throws IOException {
        byte[] bytes = serializer.serialize(new PulsarSplit(PARTITION, new byte[] {1, 2, 3}));
        assertThrows(IOException.class, () -> serializer.deserialize(Arrays.copyOf(bytes, bytes.length - 1)));
        bytes[0] = 9;
        IOException error = assertThrows(IOException.class, () -> serializer.deserialize(bytes));
        assertTrue(error.getMessage().contains("version 9"), error.getMessage());
    }

    @Test
    void ordersPositions() {
        Position single = Position.of(new MessageIdImpl(5, 7, 0));
        Position inBatch = Position.of(new BatchMessageIdImpl(5, 8, 0, 0, 2, null));
        Position nextInBatch = Position.of(new BatchMessageIdImpl(5, 8, 0, 1, 2, null));
        Position nextLedger = Position.of(new MessageIdImpl(6, 0, 0));
        assertTrue(single.compareTo(inBatch) < 0);
        assertTrue(inBatch.compareTo(nextInBatch) < 0);
        assertTrue(nextInBatch.compareTo(nextLedger) < 0);
        assertTrue(single.isInEntryBefore(inBatch));
        assertEquals(false, inBatch.isInEntryBefore(nextInBatch));
        assertEquals("5:7:0:-1", single.toString());
        assertEquals(false, Position.of(new MessageIdImpl(5, -1, 0)).exists());
    }
}
