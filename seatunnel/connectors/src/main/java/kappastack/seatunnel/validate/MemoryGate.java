package kappastack.seatunnel.validate;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.HashSet;
import java.util.Set;

/**
 * Delays large rows while the large rows in memory exceed a limit. The engine's queues count rows, not bytes: 2,048 rows of
 * 1 MB need more than the heap. A row goes to several sinks, so only the garbage collector detects when the row is no
 * longer in use; phantom references report this.
 */
final class MemoryGate {
    /** Shared by all jobs of the process, as the heap is. */
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
     * @param limit most bytes of large rows in memory; a row above the limit passes when it is the only one
     * @param smallest bytes of the smallest row that counts as large
     */
    MemoryGate(long limit, long smallest) {
        this.limit = limit;
        this.smallest = smallest;
    }

    /**
     * Waits until there is room for the row.
     *
     * @param size the row's estimated bytes in memory
     * @throws InterruptedException if the task is stopped during the wait
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
                // Large rows are promoted to the old generation, which is collected only when memory runs short.
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
