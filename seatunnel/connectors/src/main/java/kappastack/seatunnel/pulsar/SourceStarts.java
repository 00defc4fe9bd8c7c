package kappastack.seatunnel.pulsar;

import io.prometheus.client.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the starts of each source in the engine's metrics. The engine restarts a failed job from its last checkpoint and
 * still reports it as running, so only such a counter shows that a job fails again and again.
 */
final class SourceStarts {
    private static final Logger LOG = LoggerFactory.getLogger(SourceStarts.class);
    private static final Counter STARTS = counter();

    private SourceStarts() {}

    /** Counts a start of the source that reads a topic with a subscription. */
    static void count(String topic, String subscription) {
        STARTS.labels(topic, subscription).inc();
    }

    private static Counter counter() {
        Counter.Builder builder =
                Counter.build("seatunnel_zeta_source_starts", "Starts of the source, also those by the engine itself")
                        .labelNames("topic", "subscription");
        try {
            return builder.register();
        } catch (IllegalArgumentException e) {
            // Another class loader has already registered this metric. The job then runs without counting its starts.
            LOG.warn("starts of sources are not counted: {}", e.toString());
            return builder.create();
        }
    }
}
