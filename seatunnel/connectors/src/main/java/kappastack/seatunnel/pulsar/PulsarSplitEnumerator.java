package kappastack.seatunnel.pulsar;

import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.common.naming.TopicName;
import org.apache.seatunnel.api.source.SourceSplitEnumerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Discovers the topic's partitions, also later ones, and assigns partition N to reader N modulo the number of readers.
 * Splits from a checkpoint keep their positions.
 */
final class PulsarSplitEnumerator implements SourceSplitEnumerator<PulsarSplit, String> {
    private static final Logger LOG = LoggerFactory.getLogger(PulsarSplitEnumerator.class);
    private static final int DISCOVERY_SECONDS = 20;

    private final PulsarSettings settings;
    private final Context<PulsarSplit> context;
    private final Map<String, PulsarSplit> waiting = new HashMap<>();
    private final Map<String, PulsarSplit> assigned = new HashMap<>();
    private final ScheduledExecutorService discovery =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        Thread thread = new Thread(task, "pulsar-discovery");
                        thread.setDaemon(true);
                        return thread;
                    });
    private PulsarClient client;
    private boolean running;
    private int failures;

    PulsarSplitEnumerator(PulsarSettings settings, Context<PulsarSplit> context) {
        this.settings = settings;
        this.context = context;
    }

    @Override
    public void open() {
        // The first discovery creates the client on its own thread.
        SourceStarts.count(settings.topic, settings.subscription);
    }

    @Override
    public void run() {
        synchronized (context) {
            running = true;
            assignWaiting();
        }
        discovery.execute(this::discover);
    }

    @Override
    public void addSplitsBack(List<PulsarSplit> splits, int subtaskId) {
        synchronized (context) {
            for (PulsarSplit split : splits) {
                assigned.remove(split.partition());
                waiting.put(split.partition(), split);
            }
            if (running) {
                assignWaiting();
            }
        }
    }

    @Override
    public int currentUnassignedSplitSize() {
        synchronized (context) {
            return waiting.size();
        }
    }

    @Override
    public void handleSplitRequest(int subtaskId) {
        // Splits are assigned without requests.
    }

    @Override
    public void registerReader(int subtaskId) {
        synchronized (context) {
            if (running) {
                assignWaiting();
            }
        }
    }

    @Override
    public String snapshotState(long checkpointId) {
        return EnumeratorStateSerializer.VERSION;
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
        // Nothing here depends on checkpoints.
    }

    @Override
    public void close() throws IOException {
        discovery.shutdownNow();
        PulsarClient toClose = client;
        if (toClose != null) {
            toClose.closeAsync();
        }
    }

    private void discover() {
        long next = settings.discoveryMillis;
        try {
            if (client == null) {
                client = settings.client();
            }
            List<String> partitions =
                    client.getPartitionsForTopic(settings.topic, false).get(DISCOVERY_SECONDS, TimeUnit.SECONDS);
            synchronized (context) {
                for (String partition : partitions) {
                    if (!assigned.containsKey(partition) && !waiting.containsKey(partition)) {
                        waiting.put(partition, new PulsarSplit(partition, null));
                    }
                }
                assignWaiting();
            }
            failures = 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (Exception e) {
            next = settings.backoff.millis(failures++);
            LOG.warn("the partitions of {} cannot be discovered ({}); trying again in {} ms", settings.topic, e.toString(), next);
        }
        if (!discovery.isShutdown()) {
            discovery.schedule(this::discover, next, TimeUnit.MILLISECONDS);
        }
    }

    private void assignWaiting() {
        for (PulsarSplit split : new java.util.ArrayList<>(waiting.values())) {
            int reader = Math.max(0, TopicName.getPartitionIndex(split.partition())) % context.currentParallelism();
            if (context.registeredReaders().contains(reader)) {
                LOG.info("{} is assigned to reader {}", split.partition(), reader);
                context.assignSplit(reader, Collections.singletonList(split));
                waiting.remove(split.partition());
                assigned.put(split.partition(), split);
            }
        }
    }
}
