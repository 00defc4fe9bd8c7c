package kappastack.seatunnel.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class MemoryGateTest {
    private static CompletableFuture<Void> passing(MemoryGate gate, List<byte[]> rows, int count) {
        return CompletableFuture.runAsync(
                () -> {
                    for (int i = 0; i < count; i++) {
                        byte[] row = new byte[1000];
                        try {
                            gate.pass(row, 1000);
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        rows.add(row);
                    }
                });
    }

    @Test
    void waitsUntilRowsAreReleased() throws Exception {
        MemoryGate gate = new MemoryGate(10_000, 100);
        List<byte[]> rows = new ArrayList<>();
        passing(gate, rows, 10).get();
        CompletableFuture<Void> eleventh = passing(gate, new ArrayList<>(), 1);
        assertThrows(TimeoutException.class, () -> eleventh.get(300, TimeUnit.MILLISECONDS));
        assertEquals(10, rows.size());
        rows.clear();
        eleventh.get();
    }

    @Test
    void smallRowsAndASingleLargeOnePass() throws Exception {
        MemoryGate gate = new MemoryGate(10_000, 2000);
        List<byte[]> rows = new ArrayList<>();
        passing(gate, rows, 100).get();
        gate.pass(rows, 1_000_000);
        assertEquals(100, rows.size());
    }
}
