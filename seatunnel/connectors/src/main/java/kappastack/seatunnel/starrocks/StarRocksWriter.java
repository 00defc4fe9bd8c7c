package kappastack.seatunnel.starrocks;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects rows into batches and loads them on one thread, so that rows of a key keep their order and reading continues
 * during a load. At most two batches are in memory: one that is filled and one that is loaded.
 *
 * <p>A batch is loaded when it is full, when its first row has waited for the interval, or at a checkpoint. {@link
 * #prepareCommit()} returns only when StarRocks has confirmed every earlier row.
 */
final class StarRocksWriter implements SinkWriter<SeaTunnelRow, Void, Void> {
    private static final Logger LOG = LoggerFactory.getLogger(StarRocksWriter.class);
    private static final long CLOSE_MILLIS = 5000;

    private final JsonRowEncoder encoder;
    private final RowFilter filter;
    private final StreamLoader loader;
    private final long intervalNanos;
    private final Thread thread;

    private final Lock lock = new ReentrantLock();
    private final Condition workToDo = lock.newCondition();
    private final Condition progress = lock.newCondition();
    private Batch filling;
    private Batch spare;
    private boolean loading;
    private boolean flushNow;
    private boolean closed;
    private Throwable failure;

    StarRocksWriter(SinkSettings settings, JsonRowEncoder encoder, RowFilter filter, StreamLoader loader) {
        this.encoder = encoder;
        this.filter = filter;
        this.loader = loader;
        intervalNanos = TimeUnit.MILLISECONDS.toNanos(settings.batchIntervalMillis);
        filling = new Batch(settings.batchMaxRows, settings.batchMaxBytes);
        spare = new Batch(settings.batchMaxRows, settings.batchMaxBytes);
        thread = new Thread(this::loadUntilClosed, "starrocks-load-" + settings.table);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void write(SeaTunnelRow row) throws IOException {
        if (!filter.accepts(row)) {
            return;
        }
        lock.lock();
        try {
            failIfBroken();
            while (filling.isFull()) {
                progress.await();
                failIfBroken();
            }
            filling.add(row, encoder);
            if (filling.rows() == 1 || filling.isFull()) {
                workToDo.signal();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Void> prepareCommit() throws IOException {
        lock.lock();
        try {
            flushNow = true;
            workToDo.signal();
            failIfBroken();
            while (loading || !filling.isEmpty()) {
                progress.await();
                failIfBroken();
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            flushNow = false;
            lock.unlock();
        }
    }

    @Override
    public void abortPrepare() {
        // Nothing is staged. A restored job loads the same rows again, which has no further effect on a PRIMARY KEY table.
    }

    /** Stops without loading the rows after the last checkpoint, because the source emits them again. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            if (!filling.isEmpty()) {
                LOG.info("closed with {} rows after the last checkpoint, which the source emits again", filling.rows());
            }
            workToDo.signal();
            progress.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
        loader.close();
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loadUntilClosed() {
        try {
            while (true) {
                Batch batch = nextBatch();
                if (batch == null) {
                    return;
                }
                JsonBuffer json = batch.finish();
                loader.load(json.bytes(), json.length(), batch.rows());
                done(batch);
            }
        } catch (InterruptedException e) {
            fail(new IOException("loading was interrupted", e));
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    private Batch nextBatch() throws InterruptedException {
        lock.lock();
        try {
            while (!closed) {
                long waited = System.nanoTime() - filling.firstNanos();
                if (filling.isEmpty()) {
                    workToDo.await();
                } else if (filling.isFull() || flushNow || waited >= intervalNanos) {
                    Batch batch = filling;
                    filling = spare;
                    spare = null;
                    loading = true;
                    progress.signalAll();
                    return batch;
                } else {
                    workToDo.awaitNanos(intervalNanos - waited);
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void done(Batch batch) {
        lock.lock();
        try {
            batch.clear();
            spare = batch;
            loading = false;
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void fail(Throwable cause) {
        lock.lock();
        try {
            failure = cause;
            if (!closed) {
                LOG.error("loading stopped: {}", cause.getMessage(), cause);
            }
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void failIfBroken() throws IOException {
        if (failure != null) {
            throw new LoadException(failure.getMessage(), failure);
        }
        if (closed) {
            throw new LoadException("the writer is closed");
        }
    }

    private static IOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("the writer's task was stopped");
    }
}
