package kappastack.seatunnel.pulsar;

import java.io.IOException;
import java.io.Serializable;
import java.util.concurrent.TimeUnit;
import kappastack.seatunnel.Backoff;
import kappastack.seatunnel.Settings;
import org.apache.pulsar.client.api.AuthenticationFactory;
import org.apache.pulsar.client.api.BatchReceivePolicy;
import org.apache.pulsar.client.api.ClientBuilder;
import org.apache.pulsar.client.api.ConsumerBuilder;
import org.apache.pulsar.client.api.ConsumerCryptoFailureAction;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.SizeUnit;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.common.naming.TopicName;

/** The source's settings. Options that the published Pulsar source has too have the same names. */
final class PulsarSettings implements Serializable {
    private static final long serialVersionUID = 1L;
    static final String PLUGIN = "PulsarMessages";
    private static final int CONNECT_SECONDS = 5;
    private static final int OPERATION_SECONDS = 15;
    private static final int SMALLEST_QUEUE = 20;
    private static final int LONGEST_RECONNECT_SECONDS = 2;

    final String topic;
    final String subscription;
    final long discoveryMillis;
    final Backoff backoff = new Backoff(500, 5000);
    private final String serviceUrl;
    private final SubscriptionType subscriptionType;
    private final SubscriptionInitialPosition initialPosition;
    private final int queueSize;
    private final long memoryBytes;
    private final String authPlugin;
    private final String authParams;
    private final String tokenFile;
    private final String trustCertificates;

    PulsarSettings(Settings settings) {
        topic = TopicName.get(settings.text("topic")).toString();
        if (TopicName.get(topic).isPartitioned()) {
            throw settings.error("topic", topic, "a topic's name without -partition-N");
        }
        serviceUrl = settings.text("client.service-url");
        subscription = settings.text("subscription.name");
        subscriptionType = SubscriptionType.valueOf(settings.choice("subscription.type", "Exclusive", "Failover"));
        initialPosition =
                "EARLIEST".equals(settings.choice("cursor.startup.mode", "EARLIEST", "LATEST"))
                        ? SubscriptionInitialPosition.Earliest
                        : SubscriptionInitialPosition.Latest;
        discoveryMillis = settings.whole("topic-discovery.interval", 30_000, 100);
        queueSize = settings.count("receiver.queue-size", 2000, 2);
        memoryBytes = settings.whole("receiver.memory-bytes", 32L << 20, 1 << 20);
        authPlugin = settings.text("auth.plugin-class", null);
        authParams = settings.text("auth.params", null);
        tokenFile = settings.text("auth.token-file", null);
        if (tokenFile != null && authPlugin != null) {
            throw settings.error("auth.token-file", tokenFile, "either auth.plugin-class or auth.token-file, not both");
        }
        trustCertificates = settings.text("tls.trust-certs-file", null);
    }

    /** Creates a client that connects at first use and bounds the memory of received messages. */
    PulsarClient client() throws PulsarClientException {
        ClientBuilder builder =
                PulsarClient.builder()
                        .serviceUrl(serviceUrl)
                        .ioThreads(1)
                        .listenerThreads(1)
                        .memoryLimit(memoryBytes, SizeUnit.BYTES)
                        .statsInterval(0, TimeUnit.SECONDS)
                        .connectionTimeout(CONNECT_SECONDS, TimeUnit.SECONDS)
                        .operationTimeout(OPERATION_SECONDS, TimeUnit.SECONDS)
                        .startingBackoffInterval(100, TimeUnit.MILLISECONDS)
                        .maxBackoffInterval(LONGEST_RECONNECT_SECONDS, TimeUnit.SECONDS);
        if (trustCertificates != null) {
            builder.tlsTrustCertsFilePath(trustCertificates);
        }
        if (tokenFile != null) {
            builder.authentication(AuthenticationFactory.token(this::token));
        } else if (authPlugin != null) {
            builder.authentication(authPlugin, authParams == null ? "" : authParams);
        }
        return builder.build();
    }

    /** A paused consumer of one partition. */
    ConsumerBuilder<byte[]> consumer(PulsarClient client, String partition) {
        return client.newConsumer()
                .topic(partition)
                .subscriptionName(subscription)
                .subscriptionType(subscriptionType)
                .subscriptionInitialPosition(initialPosition)
                .receiverQueueSize(queueSize)
                .autoScaledReceiverQueueSizeEnabled(true)
                // This is also the initial size of an auto-scaled receiver queue. It must be above 1:
                // after a seek, the client drops the message at the position, and with a queue of 1
                // it requests no further one.
                .batchReceivePolicy(BatchReceivePolicy.builder().maxNumMessages(Math.min(SMALLEST_QUEUE, queueSize)).build())
                // Messages that cannot be decrypted are emitted as they are; otherwise the first one would block the partition.
                .cryptoFailureAction(ConsumerCryptoFailureAction.CONSUME)
                .startPaused(true);
    }

    /** The key of an exclusive subscription: only one reader at a time can use the subscription. */
    String subscriptionOf(String partition) {
        return serviceUrl + " " + partition + " " + subscription;
    }

    private String token() {
        try {
            return Settings.secret(null, tokenFile).trim();
        } catch (IOException e) {
            throw new IllegalStateException("auth.token-file '" + tokenFile + "' cannot be read: " + e, e);
        }
    }
}
