package kappastack.seatunnel.pulsar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.prometheus.client.CollectorRegistry;
import org.junit.jupiter.api.Test;

final class SourceStartsTest {
    private static Double starts(String topic) {
        return CollectorRegistry.defaultRegistry.getSampleValue(
                "seatunnel_zeta_source_starts_total",
                new String[] {"topic", "subscription"},
                new String[] {topic, "ingest"});
    }

    @Test
    void countsTheStartsOfEachSource() {
        SourceStarts.count("a", "ingest");
        SourceStarts.count("b", "ingest");
        SourceStarts.count("b", "ingest");
        assertEquals(1.0, starts("a"));
        assertEquals(2.0, starts("b"));
        assertNull(starts("c"));
    }
}
