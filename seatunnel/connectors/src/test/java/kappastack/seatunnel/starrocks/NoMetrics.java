package kappastack.seatunnel.starrocks;

import org.apache.seatunnel.api.common.metrics.AbstractMetricsContext;

/** Metrics that only this process sees. */
final class NoMetrics extends AbstractMetricsContext {
    private static final long serialVersionUID = 1L;
}
