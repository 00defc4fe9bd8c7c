package kappastack.seatunnel.pulsar;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.common.naming.TopicName;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.LocalTimeType;
import org.apache.seatunnel.api.table.type.PrimitiveByteArrayType;
import org.apache.seatunnel.api.table.type.SeaTunnelDataType;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.apache.seatunnel.api.table.type.SeaTunnelRowType;

/** Converts each message into a row; any payload is valid. */
final class MessageRows {
    static final SeaTunnelRowType TYPE =
            new SeaTunnelRowType(
                    new String[] {"message_id", "message_key", "publish_time", "topic", "partition", "payload"},
                    new SeaTunnelDataType<?>[] {
                        BasicType.STRING_TYPE,
                        BasicType.STRING_TYPE,
                        LocalTimeType.LOCAL_DATE_TIME_TYPE,
                        BasicType.STRING_TYPE,
                        BasicType.INT_TYPE,
                        PrimitiveByteArrayType.INSTANCE
                    });

    private final String topic;
    private final int partition;

    MessageRows(String partitionTopic) {
        TopicName name = TopicName.get(partitionTopic);
        topic = name.getPartitionedTopicName();
        partition = name.getPartitionIndex();
    }

    /**
     * Converts a message. The publish time is the broker's if the broker adds its time to entries, because that time
     * does not depend on the producer's clock; otherwise it is the producer's.
     */
    SeaTunnelRow row(Message<byte[]> message, Position position) {
        long millis = message.getBrokerPublishTime().orElse(message.getPublishTime());
        byte[] payload = message.getData();
        return new SeaTunnelRow(
                new Object[] {
                    position.toString(),
                    message.hasKey() ? message.getKey() : null,
                    LocalDateTime.ofEpochSecond(
                            Math.floorDiv(millis, 1000L), (int) Math.floorMod(millis, 1000L) * 1_000_000, ZoneOffset.UTC),
                    topic,
                    partition,
                    payload == null ? new byte[0] : payload
                });
    }
}
