package kappastack.seatunnel.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IsoTimeTest {
    @ParameterizedTest
    @CsvSource({
        "2026-01-31T12:00:00Z, 2026-01-31T12:00:00",
        "2026-01-31t12:00:00z, 2026-01-31T12:00:00",
        "2026-01-31 12:00:00Z, 2026-01-31T12:00:00",
        "2026-01-31T12:00Z, 2026-01-31T12:00:00",
        "2026-01-31T12:00:00.5Z, 2026-01-31T12:00:00.500",
        "'2026-01-31T12:00:00,123456789123Z', 2026-01-31T12:00:00.123456",
        "2026-01-01T00:30:00+01:00, 2025-12-31T23:30:00",
        "2026-01-31T23:30:00-0130, 2026-02-01T01:00:00",
        "2026-01-31T12:00:00+05, 2026-01-31T07:00:00",
        "2024-02-29T00:00:00-00:00, 2024-02-29T00:00:00",
    })
    void readsTimesWithAnOffset(String text, LocalDateTime utc) {
        assertEquals(utc, IsoTime.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2026",
                "2026-01-31",
                "31/01/2026 12:00",
                "2026-1-31T12:00:00Z",
                "2026-13-01T00:00:00Z",
                "2026-02-29T00:00:00Z",
                "2026-01-31T24:00:00Z",
                "2026-01-31T23:59:60Z",
                "2026-01-31T12:00:00.Z",
                "2026-01-31T12:00:00+19:00",
                "2026-01-31T12:00:00+01:60",
                "2026-01-31T12:00:00+1",
                "2026-01-31T12:00:00Zulu",
                "2026-01-31T12:00:00 Z",
                "٢٠٢٦-01-31T12:00:00Z",
                "1769860800",
            })
    void refusesEverythingElse(String text) {
        assertThrows(DateTimeException.class, () -> IsoTime.parse(text));
    }

    @Test
    void reportsAMissingOffset() {
        assertEquals(
                "has no offset from UTC; expected: Z or +hh:mm at its end",
                assertThrows(DateTimeException.class, () -> IsoTime.parse("2026-01-31T12:00:00")).getMessage());
    }
}
