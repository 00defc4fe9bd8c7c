package kappastack.seatunnel.pulsar;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.seatunnel.api.source.Collector;
import org.apache.seatunnel.api.source.SourceReader;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Emits the messages of its partitions and acknowledges them when the checkpoint that covers them is complete. */
final class PulsarReader implements SourceReader<SeaTunnelRow, PulsarSplit> {
    private static final Logger LOG = LoggerFactory.getLogger(PulsarReader.class);

    /** Longest wait of one poll for a message. A wait is better than an empty poll, after which the engine sleeps 100 ms. */
    private static final long POLL_MILLIS = 1000;
    private static final int MOST_PER_TURN = 1000;
    private static final long CLOSE_SECONDS = 5;
    private static final long STALL_CHECK_SECONDS = 20;

    private final PulsarSettings settings;
    private final Map<String, PartitionConsumer> consumers = new ConcurrentHashMap<>();
    private final BlockingQueue<PartitionConsumer> ready = new LinkedBlockingQueue<>();
    private final NavigableMap<Long, Map<PartitionConsumer, Position>> unacknowledged = new TreeMap<>();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        Thread thread = new Thread(task, "pulsar-retry");
                        thread.setDaemon(true);
                        return thread;
                    });
    private PulsarClient client;
    private volatile boolean closed;

    PulsarReader(PulsarSettings settings) {
        this.settings = settings;
    }

    @Override
    public void open() throws Exception {
        client = settings.client();
        timer.scheduleWithFixedDelay(
                () -> consumers.values().forEach(PartitionConsumer::restartIfStalled),
                STALL_CHECK_SECONDS,
                STALL_CHECK_SECONDS,
                TimeUnit.SECONDS);
    }

    @Override
    public void addSplits(List<PulsarSplit> splits) {
        for (PulsarSplit split : splits) {
            PulsarReader old = LiveReaders.replace(settings.subscriptionOf(split.partition()), this);
            if (old != null) {
                LOG.warn("{}: an earlier reader was still open; closing it", split.partition());
                timer.execute(old::closeQuietly);
            }
            Position restored;
            try {
                restored = split.position() == null ? null : Position.fromBytes(split.position());
            } catch (IOException e) {
                throw new IllegalStateException("the checkpointed position of " + split.partition() + " cannot be parsed", e);
            }
            PartitionConsumer consumer =
                    new PartitionConsumer(settings, client, timer, ready, split.partition(), restored);
            if (consumers.putIfAbsent(split.partition(), consumer) == null) {
                consumer.start();
            }
        }
    }

    @Override
    public void handleNoMoreSplits() {
        // A topic may get more partitions at any time.
    }

    @Override
    public void pollNext(Collector<SeaTunnelRow> output) throws Exception {
        if (closed) {
            throw new IOException("the reader is closed");
        }
        PartitionConsumer next = ready.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (next != null) {
            next.drain(output, MOST_PER_TURN);
        }
    }

    @Override
    public List<PulsarSplit> snapshotState(long checkpointId) {
        List<PulsarSplit> splits = new ArrayList<>();
        Map<PartitionConsumer, Position> positions = new HashMap<>();
        for (PartitionConsumer consumer : consumers.values()) {
            splits.add(consumer.split());
            if (consumer.position() != null) {
                positions.put(consumer, consumer.position());
            }
        }
        synchronized (unacknowledged) {
            unacknowledged.put(checkpointId, positions);
        }
        return splits;
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
        Map<PartitionConsumer, Position> positions;
        synchronized (unacknowledged) {
            positions = unacknowledged.remove(checkpointId);
            unacknowledged.headMap(checkpointId).clear();
        }
        if (positions != null) {
            positions.forEach(PartitionConsumer::acknowledge);
        }
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) {
        synchronized (unacknowledged) {
            unacknowledged.remove(checkpointId);
        }
    }

    @Override
    public void close() throws IOException {
        LiveReaders.remove(this);
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        timer.shutdownNow();
        if (client == null) {
            return;
        }
        CompletableFuture<?>[] closing =
                consumers.values().stream().map(PartitionConsumer::close).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(closing).handle((done, error) -> null).get(CLOSE_SECONDS, TimeUnit.SECONDS);
            client.closeAsync().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | java.util.concurrent.ExecutionException e) {
            LOG.warn("the Pulsar client did not close in time: {}", e.toString());
            client.shutdown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            client.shutdown();
        }
    }

    private void closeQuietly() {
        try {
            close();
        } catch (IOException e) {
            LOG.warn("an earlier reader could not be closed: {}", e.toString());
        }
    }
}
