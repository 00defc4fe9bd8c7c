package kappastack.seatunnel.validate;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.HashSet;
import java.util.Set;

/**
 * Holds large rows back while too many of them are on their way. The engine's queues count rows, not bytes: 2,048 rows of a
 * megabyte would take more heap than there is. How much is still held is known from the garbage collector, since nothing
 * else sees all ends that a row goes to.
 */
final class MemoryGate {
    /** Shared by all jobs of the process, because the heap is. */
    static final MemoryGate HEAP = new MemoryGate(Runtime.getRuntime().maxMemory() / 6, 32 * 1024);

    private static final long WAIT_MILLIS = 100;
    private static final long COLLECT_MILLIS = 1000;

    private final long limit;
    private final long smallest;
    private final ReferenceQueue<Object> collected = new ReferenceQueue<>();
    private final Set<Held> held = new HashSet<>();
    private long bytes;
    private long lastCollection;

    /**
     * @param limit bytes that may be held at a time; a single larger row passes when nothing else is held
     * @param smallest bytes from which on a row counts
     */
    MemoryGate(long limit, long smallest) {
        this.limit = limit;
        this.smallest = smallest;
    }

    /**
     * Waits until there is room for the row.
     *
     * @param size the row's bytes in memory, estimated
     * @throws InterruptedException if the task is stopped meanwhile
     */
    void pass(Object row, long size) throws InterruptedException {
        if (size >= smallest) {
            passLarge(row, size);
        }
    }

    private synchronized void passLarge(Object row, long size) throws InterruptedException {
        release(collected.poll());
        while (bytes > 0 && bytes + size > limit) {
            Reference<?> gone = collected.remove(WAIT_MILLIS);
            if (gone != null) {
                release(gone);
            } else if (System.currentTimeMillis() - lastCollection >= COLLECT_MILLIS) {
                // Large rows outlive the young generation, which is the only one that is collected without need.
                System.gc();
                lastCollection = System.currentTimeMillis();
            }
        }
        held.add(new Held(row, collected, size));
        bytes += size;
    }

    private void release(Reference<?> first) {
        for (Reference<?> gone = first; gone != null; gone = collected.poll()) {
            if (held.remove(gone)) {
                bytes -= ((Held) gone).size;
            }
        }
    }

    private static final class Held extends PhantomReference<Object> {
        private final long size;

        Held(Object row, ReferenceQueue<Object> queue, long size) {
            super(row, queue);
            this.size = size;
        }
    }
}
