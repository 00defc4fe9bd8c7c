package kappastack.seatunnel.starrocks;

import java.io.IOException;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/** The rows of one load, encoded as JSON. */
final class Batch {
    private static final int FIRST_CAPACITY = 64 * 1024;

    private final int mostRows;
    private final int mostBytes;
    private JsonBuffer json = new JsonBuffer(FIRST_CAPACITY);
    private int rows;
    private long firstNanos;

    /** The batch is full when it reaches a limit. A single row may exceed {@code mostBytes}. */
    Batch(int mostRows, int mostBytes) {
        this.mostRows = mostRows;
        this.mostBytes = mostBytes;
    }

    void add(SeaTunnelRow row, JsonRowEncoder encoder) throws IOException {
        int before = json.length();
        json.raw(rows == 0 ? '[' : ',');
        try {
            encoder.encode(row, json);
        } catch (IOException | RuntimeException e) {
            json.truncate(before);
            throw e;
        }
        if (rows++ == 0) {
            firstNanos = System.nanoTime();
        }
    }

    boolean isEmpty() {
        return rows == 0;
    }

    boolean isFull() {
        return rows >= mostRows || json.length() >= mostBytes;
    }

    int rows() {
        return rows;
    }

    /** The time of the first row, as {@link System#nanoTime()}. */
    long firstNanos() {
        return firstNanos;
    }

    /** Closes the JSON array; nothing may be added until {@link #clear()}. */
    JsonBuffer finish() {
        json.raw(']');
        return json;
    }

    /** Empties the batch and frees the memory of an unusually large row. */
    void clear() {
        rows = 0;
        if (json.capacity() > 2L * mostBytes) {
            json = new JsonBuffer(FIRST_CAPACITY);
        } else {
            json.truncate(0);
        }
    }
}
