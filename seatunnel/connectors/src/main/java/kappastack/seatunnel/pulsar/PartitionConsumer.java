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
 * Reads one partition. The client reconnects by itself; when a consumer is given up for good (its topic was deleted, its
 * subscription is taken), another is made, with back-off, for as long as it takes.
 *
 * <p>A consumer that starts after a restore seeks to the checkpointed message. After a reconnection the broker sends again
 * what is not acknowledged; what was handed on already is left out, as far as it lies behind the acknowledged entry. A
 * message before that entry means that somebody has reset the subscription or the topic is another one: it is handed on.
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
    private volatile Position handedOn;
    private volatile Position floor;
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
        this.handedOn = restored;
        this.floor = restored;
    }

    /** Subscribes in the background; this joins the queue of ready partitions whenever a message has come. */
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
     * Hands on what has arrived, at most so many messages. Called by the reader's thread only.
     *
     * @throws Exception whatever the collector throws
     */
    void drain(Collector<SeaTunnelRow> output, int most) throws Exception {
        Arrival arrival = arrived.getAndSet(null);
        if (arrival == null) {
            return;
        }
        Message<byte[]> message = arrival.message;
        try {
            for (int count = 1; message != null; count++) {
                handOn(message, output);
                message = count < most ? arrival.from.receive(0, TimeUnit.MILLISECONDS) : null;
            }
        } catch (PulsarClientException e) {
            restart(arrival.from, e);
            return;
        }
        await(arrival.from);
    }

    /** The last message handed on, or null. */
    Position position() {
        return handedOn;
    }

    PulsarSplit split() {
        Position position = handedOn;
        return new PulsarSplit(partition, position == null ? null : position.toBytes());
    }

    /** Acknowledges everything up to a message; a failure is made up for by the next acknowledgement. */
    void acknowledge(Position upTo) {
        floor = upTo;
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
     * Subscribes again if messages lie in the partition and none has come since the last call: whatever the client or the
     * broker got wrong, a partition does not stay silent. Called by the reader's timer only.
     */
    void restartIfStalled() {
        Consumer<byte[]> current = consumer;
        if (closed || !waiting || current == null || !current.isConnected()) {
            wasBehind = false;
            return;
        }
        Position last = handedOn;
        current.getLastMessageIdAsync()
                .thenAccept(id -> compareWithEnd(current, last, Position.of(id)))
                .exceptionally(
                        error -> {
                            LOG.info("{}: its end is not known: {}", partition, error.toString());
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
        boolean before = wasBehind && Objects.equals(last, idleAt) && Objects.equals(last, handedOn);
        wasBehind = behind;
        idleAt = last;
        // The end may be an entry that is never delivered, so it is no reason for more than one try.
        if (behind && before && waiting && !end.equals(endOfLastRestart)) {
            endOfLastRestart = end;
            restart(current, new PulsarClientException("nothing comes although it ends at " + end + ", after " + last));
        }
    }

    private CompletableFuture<Void> seek(Consumer<byte[]> subscribed) {
        Position target = handedOn;
        if (target == null) {
            LOG.info("{}: goes on where its subscription is", partition);
            return CompletableFuture.completedFuture(null);
        }
        return subscribed
                .getLastMessageIdAsync()
                .thenCompose(
                        last -> {
                            if (Position.of(last).isInEntryBefore(target)) {
                                LOG.warn(
                                        "{}: ends at {}, before the checkpointed {}, so it is another topic of that name;"
                                                + " starting at its beginning",
                                        partition,
                                        Position.of(last),
                                        target);
                                handedOn = null;
                                floor = null;
                                return subscribed.seekAsync(MessageId.earliest);
                            }
                            LOG.info("{}: goes on after {}", partition, target);
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
                                // What an earlier consumer had received and nobody drained comes again.
                                arrived.set(new Arrival(from, message));
                                ready.add(this);
                            }
                        });
    }

    private void handOn(Message<byte[]> message, Collector<SeaTunnelRow> output) {
        Position position = Position.of(message.getMessageId());
        Position last = handedOn;
        if (last != null && position.compareTo(last) <= 0) {
            Position acknowledged = floor;
            if (acknowledged != null && !position.isInEntryBefore(acknowledged)) {
                return;
            }
            if (acknowledged != null) {
                LOG.warn("{}: went back from {} to {}; reading on from there", partition, last, position);
                floor = null;
            }
        }
        SeaTunnelRow row = rows.row(message, position);
        synchronized (output.getCheckpointLock()) {
            output.collect(row);
            handedOn = position;
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
