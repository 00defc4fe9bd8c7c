package kappastack.seatunnel.starrocks;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.seatunnel.api.common.metrics.Counter;
import org.apache.seatunnel.api.common.metrics.MetricsContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Statistics of one writer's loads: metrics of the engine, and a log line for each minute with loads. */
final class LoadStatistics {
    private static final Logger LOG = LoggerFactory.getLogger(LoadStatistics.class);
    private static final long REPORT_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String table;
    private final Counter loads;
    private final Counter rows;
    private final Counter bytes;
    private final Counter retries;
    private long reportedAt = System.nanoTime();
    private long reportedLoads;
    private long reportedRows;
    private long reportedNanos;

    LoadStatistics(String table, MetricsContext metrics) {
        this.table = table;
        loads = metrics.counter("StarRocksLoads." + table);
        rows = metrics.counter("StarRocksLoadedRows." + table);
        bytes = metrics.counter("StarRocksLoadedBytes." + table);
        retries = metrics.counter("StarRocksRetries." + table);
    }

    void loaded(int rowCount, int byteCount, long nanos) {
        loads.inc();
        rows.inc(rowCount);
        bytes.inc(byteCount);
        reportedLoads++;
        reportedRows += rowCount;
        reportedNanos += nanos;
        long now = System.nanoTime();
        if (now - reportedAt >= REPORT_NANOS) {
            LOG.info(
                    "{}: {} rows in {} loads of {} ms on average during the last {} s; {} retries so far",
                    table,
                    reportedRows,
                    reportedLoads,
                    String.format(Locale.ROOT, "%.1f", reportedNanos / 1e6 / reportedLoads),
                    TimeUnit.NANOSECONDS.toSeconds(now - reportedAt),
                    retries.getCount());
            reportedAt = now;
            reportedLoads = 0;
            reportedRows = 0;
            reportedNanos = 0;
        }
    }

    void retried() {
        retries.inc();
    }
}
