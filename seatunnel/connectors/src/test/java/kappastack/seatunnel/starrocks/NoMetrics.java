package kappastack.seatunnel.starrocks;

import org.apache.seatunnel.api.common.metrics.AbstractMetricsContext;

/** Metrics in memory. */
final class NoMetrics extends AbstractMetricsContext {
    private static final long serialVersionUID = 1L;
}
