package kappastack.seatunnel.starrocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import kappastack.seatunnel.Settings;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.SeaTunnelDataType;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.apache.seatunnel.api.table.type.SeaTunnelRowType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class StarRocksWriterTest {
    private static final SeaTunnelRowType TYPE =
            new SeaTunnelRowType(
                    new String[] {"a", "reason", "usable"},
                    new SeaTunnelDataType<?>[] {BasicType.INT_TYPE, BasicType.STRING_TYPE, BasicType.BOOLEAN_TYPE});

    private FakeStarRocks server;
    private StarRocksWriter writer;

    @BeforeEach
    void start() throws IOException {
        server = new FakeStarRocks();
    }

    @AfterEach
    void stop() throws IOException {
        if (server.hold != null) {
            server.hold.countDown();
        }
        writer.close();
        server.close();
    }

    private void open(Object... pairs) throws IOException {
        Map<String, Object> values = StreamLoaderTest.settings(Collections.singletonList(server.address()));
        values.put("columns", Collections.singletonList("a"));
        values.put("batch_interval_ms", "600000");
        for (int i = 0; i < pairs.length; i += 2) {
            values.put((String) pairs[i], pairs[i + 1]);
        }
        Settings section = Settings.of("StarRocks", values);
        SinkSettings settings = new SinkSettings(section);
        writer =
                new StarRocksWriter(
                        settings,
                        new JsonRowEncoder(SinkColumn.parse(section.texts("columns"), TYPE), false),
                        RowFilter.of(section, TYPE),
                        new StreamLoader(settings, new LoadStatistics("t", new NoMetrics()), 0));
    }

    private void write(int value) throws IOException {
        write(value, null);
    }

    private void write(int value, String reason) throws IOException {
        writer.write(new SeaTunnelRow(new Object[] {value, reason, reason == null}));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    @Test
    void loadsWhenThereAreEnoughRows() throws Exception {
        open("batch_max_rows", 3);
        for (int i = 0; i < 3; i++) {
            write(i);
        }
        await(() -> server.bodies.size() == 1);
        assertEquals("[{\"a\":0},{\"a\":1},{\"a\":2}]", server.bodies.get(0));
    }

    @Test
    void loadsWhenThereAreEnoughBytes() throws Exception {
        open("batch_max_bytes", "10");
        write(1);
        write(2);
        await(() -> server.bodies.size() == 1);
        assertEquals("[{\"a\":1},{\"a\":2}]", server.bodies.get(0));
    }

    @Test
    void loadsWhenTheFirstRowHasWaitedLongEnough() throws Exception {
        open("batch_interval_ms", "30");
        write(1);
        await(() -> server.bodies.size() == 1);
        write(2);
        await(() -> server.bodies.size() == 2);
        assertEquals(Arrays.asList("[{\"a\":1}]", "[{\"a\":2}]"), server.bodies);
    }

    @Test
    void aCheckpointWaitsForTheResponse() throws Exception {
        open();
        server.hold = new CountDownLatch(1);
        write(1);
        CompletableFuture<Void> checkpoint =
                CompletableFuture.runAsync(
                        () -> {
                            try {
                                writer.prepareCommit();
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        });
        await(() -> server.bodies.size() == 1);
        assertThrows(TimeoutException.class, () -> checkpoint.get(50, TimeUnit.MILLISECONDS));
        server.hold.countDown();
        checkpoint.get();
    }

    @Test
    void aCheckpointWithoutRowsLoadsNothing() throws Exception {
        open();
        writer.prepareCommit();
        assertTrue(server.bodies.isEmpty());
    }

    @Test
    void readingContinuesDuringALoadUntilTheNextBatchIsFull() throws Exception {
        open("batch_max_rows", 2);
        server.hold = new CountDownLatch(1);
        write(0);
        write(1);
        await(() -> server.bodies.size() == 1);
        write(2);
        write(3);
        CompletableFuture<Void> fifth =
                CompletableFuture.runAsync(
                        () -> {
                            try {
                                write(4);
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        });
        assertThrows(TimeoutException.class, () -> fifth.get(50, TimeUnit.MILLISECONDS));
        server.hold.countDown();
        fifth.get();
        writer.prepareCommit();
        assertEquals(Arrays.asList("[{\"a\":0},{\"a\":1}]", "[{\"a\":2},{\"a\":3}]", "[{\"a\":4}]"), server.bodies);
    }

    @Test
    void aRefusedBatchFailsTheCheckpointAndAllLaterCalls() throws Exception {
        open();
        server.answers("{\"Status\":\"Fail\",\"Message\":\"too many filtered rows\"}");
        write(1);
        assertTrue(assertThrows(IOException.class, writer::prepareCommit).getMessage().contains("too many filtered rows"));
        assertThrows(IOException.class, () -> write(2));
        assertThrows(IOException.class, writer::prepareCommit);
        assertEquals(1, server.bodies.size());
    }

    @Test
    void aRowThatCannotBeWrittenDoesNotChangeTheBatch() throws Exception {
        open();
        write(1);
        assertThrows(
                IOException.class, () -> writer.write(new SeaTunnelRow(new Object[] {Double.POSITIVE_INFINITY, null, null})));
        write(2);
        writer.prepareCommit();
        assertEquals(Collections.singletonList("[{\"a\":1},{\"a\":2}]"), server.bodies);
    }

    @Test
    void takesOnlyTheRowsOfItsFilter() throws Exception {
        open("only_rows_where_null", "reason");
        write(1, "bad");
        write(2, null);
        writer.prepareCommit();
        writer.close();
        open("only_rows_where_not_null", "reason");
        write(3, "bad");
        write(4, null);
        writer.prepareCommit();
        writer.close();
        open("only_rows_where_true", "usable");
        write(5, "bad");
        write(6, null);
        writer.write(new SeaTunnelRow(new Object[] {7, null, null}));
        writer.prepareCommit();
        assertEquals(Arrays.asList("[{\"a\":2}]", "[{\"a\":3}]", "[{\"a\":6}]"), server.bodies);
    }

    @Test
    void aFilterThatIsNoBooleanIsAnError() throws Exception {
        open();
        String message =
                assertThrows(IllegalArgumentException.class, () -> open("only_rows_where_true", "reason")).getMessage();
        assertTrue(message.contains("only_rows_where_true") && message.contains("boolean"), message);
    }

    @Test
    void closingStopsALoadThatIsRetriedAndLoadsNothingMore() throws Exception {
        open("max_retries", 1000, "retry_backoff_multiplier_ms", "60000", "max_retry_backoff_ms", "60000");
        server.answers("HTTP 503busy");
        write(1);
        CompletableFuture<Boolean> failed =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                writer.prepareCommit();
                                return false;
                            } catch (IOException e) {
                                return true;
                            }
                        });
        await(() -> server.bodies.size() == 1);
        writer.close();
        assertTrue(failed.get());
        assertEquals(1, server.bodies.size());
        assertFalse(Thread.getAllStackTraces().keySet().stream().anyMatch(t -> t.getName().equals("starrocks-load-t")));
    }
}
