package kappastack.seatunnel.pulsar;

import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.seatunnel.api.source.Collector;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one partition. Pulsar's client reconnects a consumer automatically. When a consumer fails permanently (its topic was
 * deleted, its subscription is in use), this class subscribes again, with back-off and without a limit of attempts.
 *
 * <p>After a restore the consumer seeks to the checkpointed message. After a reconnection the broker redelivers messages
 * that are not acknowledged; those that were emitted before and follow the acknowledged entry are skipped. A message before
 * that entry means that the subscription was reset or the topic was recreated, so it is emitted.
 */
final class PartitionConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionConsumer.class);

    private final PulsarSettings settings;
    private final PulsarClient client;
    private final ScheduledExecutorService timer;
    private final Queue<PartitionConsumer> ready;
    private final String partition;
    private final MessageRows rows;

    private final AtomicReference<Arrival> arrived = new AtomicReference<>();
    private volatile Consumer<byte[]> consumer;
    private volatile boolean closed;
    private volatile Position lastEmitted;
    private volatile Position acknowledgedUpTo;
    private volatile int failures;
    private volatile boolean waiting;
    private Position idleAt;
    private volatile boolean wasBehind;
    private Position endOfLastRestart;

    PartitionConsumer(
            PulsarSettings settings,
            PulsarClient client,
            ScheduledExecutorService timer,
            Queue<PartitionConsumer> ready,
            String partition,
            Position restored) {
        this.settings = settings;
        this.client = client;
        this.timer = timer;
        this.ready = ready;
        this.partition = partition;
        this.rows = new MessageRows(partition);
        this.lastEmitted = restored;
        this.acknowledgedUpTo = restored;
    }

    /** Subscribes in the background. This object joins the queue of ready partitions whenever a message arrives. */
    void start() {
        if (closed) {
            return;
        }
        settings.consumer(client, partition)
                .subscribeAsync()
                .whenComplete(
                        (subscribed, error) -> {
                            if (error != null) {
                                restart(null, error);
                                return;
                            }
                            consumer = subscribed;
                            if (closed) {
                                subscribed.closeAsync();
                                return;
                            }
                            seek(subscribed)
                                    .whenComplete(
                                            (nothing, problem) -> {
                                                if (problem != null) {
                                                    restart(subscribed, problem);
                                                } else {
                                                    failures = 0;
                                                    subscribed.resume();
                                                    await(subscribed);
                                                }
                                            });
                        });
    }

    /**
     * Emits the messages that have arrived. Only the reader's thread calls it.
     *
     * @param most the most messages to emit
     * @throws Exception any exception of the collector
     */
    void drain(Collector<SeaTunnelRow> output, int most) throws Exception {
        Arrival arrival = arrived.getAndSet(null);
        if (arrival == null) {
            return;
        }
        Message<byte[]> message = arrival.message;
        try {
            for (int count = 1; message != null; count++) {
                emit(message, output);
                message = count < most ? arrival.from.receive(0, TimeUnit.MILLISECONDS) : null;
            }
        } catch (PulsarClientException e) {
            restart(arrival.from, e);
            return;
        }
        await(arrival.from);
    }

    /** The position of the last emitted message, or null. */
    Position position() {
        return lastEmitted;
    }

    PulsarSplit split() {
        Position position = lastEmitted;
        return new PulsarSplit(partition, position == null ? null : position.toBytes());
    }

    /** Acknowledges all messages up to this one. A failure needs no retry, because the next acknowledgement covers it. */
    void acknowledge(Position upTo) {
        acknowledgedUpTo = upTo;
        Consumer<byte[]> current = consumer;
        if (current != null) {
            current.acknowledgeCumulativeAsync(upTo.id())
                    .exceptionally(
                            error -> {
                                LOG.warn("{}: {} could not be acknowledged: {}", partition, upTo, error.toString());
                                return null;
                            });
        }
    }

    /**
     * Subscribes again if the partition has messages and none has arrived since the last call, so that no fault of client
     * or broker stops a partition. Only the reader's timer calls it.
     */
    void restartIfStalled() {
        Consumer<byte[]> current = consumer;
        if (closed || !waiting || current == null || !current.isConnected()) {
            wasBehind = false;
            return;
        }
        Position last = lastEmitted;
        current.getLastMessageIdAsync()
                .thenAccept(id -> compareWithEnd(current, last, Position.of(id)))
                .exceptionally(
                        error -> {
                            LOG.info("{}: the last message id is unknown: {}", partition, error.toString());
                            return null;
                        });
    }

    CompletableFuture<Void> close() {
        closed = true;
        Consumer<byte[]> current = consumer;
        return current == null ? CompletableFuture.completedFuture(null) : current.closeAsync();
    }

    private synchronized void compareWithEnd(Consumer<byte[]> current, Position last, Position end) {
        boolean behind = end.exists() && (last == null || last.isInEntryBefore(end));
        boolean before = wasBehind && Objects.equals(last, idleAt) && Objects.equals(last, lastEmitted);
        wasBehind = behind;
        idleAt = last;
        // The last entry may be one that is never delivered, so each end causes one restart at most.
        if (behind && before && waiting && !end.equals(endOfLastRestart)) {
            endOfLastRestart = end;
            restart(current, new PulsarClientException("no message arrives although the partition ends at " + end + "; last emitted: " + last));
        }
    }

    private CompletableFuture<Void> seek(Consumer<byte[]> subscribed) {
        Position target = lastEmitted;
        if (target == null) {
            LOG.info("{}: resuming at the position of its subscription", partition);
            return CompletableFuture.completedFuture(null);
        }
        return subscribed
                .getLastMessageIdAsync()
                .thenCompose(
                        last -> {
                            if (Position.of(last).isInEntryBefore(target)) {
                                LOG.warn(
                                        "{}: ends at {}, before the checkpointed {}: the topic was recreated;"
                                                + " starting at its beginning",
                                        partition,
                                        Position.of(last),
                                        target);
                                lastEmitted = null;
                                acknowledgedUpTo = null;
                                return subscribed.seekAsync(MessageId.earliest);
                            }
                            LOG.info("{}: resuming after {}", partition, target);
                            return subscribed.seekAsync(target.id());
                        });
    }

    private void await(Consumer<byte[]> from) {
        waiting = true;
        from.receiveAsync()
                .whenComplete(
                        (message, error) -> {
                            waiting = false;
                            if (error != null) {
                                restart(from, error);
                            } else {
                                // Replaces an undrained message of an earlier consumer, which the broker redelivers.
                                arrived.set(new Arrival(from, message));
                                ready.add(this);
                            }
                        });
    }

    private void emit(Message<byte[]> message, Collector<SeaTunnelRow> output) {
        Position position = Position.of(message.getMessageId());
        Position last = lastEmitted;
        if (last != null && position.compareTo(last) <= 0) {
            Position acknowledged = acknowledgedUpTo;
            if (acknowledged != null && !position.isInEntryBefore(acknowledged)) {
                return;
            }
            if (acknowledged != null) {
                LOG.warn("{}: the subscription was reset from {} to {}; continuing from there", partition, last, position);
                acknowledgedUpTo = null;
            }
        }
        SeaTunnelRow row = rows.row(message, position);
        synchronized (output.getCheckpointLock()) {
            output.collect(row);
            lastEmitted = position;
        }
    }

    private synchronized void restart(Consumer<byte[]> failed, Throwable error) {
        if (closed || consumer != failed) {
            return;
        }
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        long wait = settings.backoff.millis(failures++);
        LOG.warn("{}: cannot be read ({}); subscribing again in {} ms", partition, cause.toString(), wait);
        consumer = null;
        if (failed != null) {
            failed.closeAsync();
        }
        timer.schedule(this::start, wait, TimeUnit.MILLISECONDS);
    }

    private static final class Arrival {
        private final Consumer<byte[]> from;
        private final Message<byte[]> message;

        Arrival(Consumer<byte[]> from, Message<byte[]> message) {
            this.from = from;
            this.message = message;
        }
    }
}
