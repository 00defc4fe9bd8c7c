package kappastack.seatunnel.validate;

import java.time.DateTimeException;
import java.time.LocalDateTime;

/**
 * Parses ISO 8601 times with an offset from UTC, in the profile of RFC 3339: {@code 2026-01-31T12:00:00Z}, {@code
 * 2026-01-31T12:00:00.123456+01:00}. Seconds, fraction and the offset's colon are optional; the T may be a space.
 */
final class IsoTime {
    private static final String FORM = "expected: a time like 2026-01-31T12:00:00Z";
    private static final int MICROSECOND = 1000;

    private final String text;
    private int position;

    private IsoTime(String text) {
        this.text = text;
    }

    /**
     * @return the time in UTC, truncated to microseconds
     * @throws DateTimeException if the text is not such a time; the message is the reason
     */
    static LocalDateTime parse(String text) {
        return new IsoTime(text).read();
    }

    private LocalDateTime read() {
        int year = digits(4);
        expect("-");
        int month = digits(2);
        expect("-");
        int day = digits(2);
        expect("Tt ");
        int hour = digits(2);
        expect(":");
        int minute = digits(2);
        int second = 0;
        int nano = 0;
        if (at(":")) {
            position++;
            second = digits(2);
            if (at(".,")) {
                position++;
                nano = fraction();
            }
        }
        LocalDateTime local;
        try {
            local = LocalDateTime.of(year, month, day, hour, minute, second, nano / MICROSECOND * MICROSECOND);
        } catch (DateTimeException e) {
            throw new DateTimeException("does not exist in the calendar");
        }
        return local.minusMinutes(offsetMinutes());
    }

    private int offsetMinutes() {
        if (position == text.length()) {
            throw new DateTimeException("has no offset from UTC; expected: Z or +hh:mm at its end");
        }
        int minutes = 0;
        if (at("Zz")) {
            position++;
        } else {
            boolean west = at("-");
            expect("+-");
            int hours = digits(2);
            if (at(":")) {
                position++;
            }
            int rest = position == text.length() ? 0 : digits(2);
            if (hours > 18 || rest > 59) {
                throw new DateTimeException("has an offset from UTC that does not exist");
            }
            minutes = (hours * 60 + rest) * (west ? -1 : 1);
        }
        if (position != text.length()) {
            throw malformed();
        }
        return minutes;
    }

    private int fraction() {
        int nano = 0;
        int count = 0;
        while (position < text.length() && isDigit(text.charAt(position))) {
            if (count < 9) {
                nano = nano * 10 + text.charAt(position) - '0';
                count++;
            }
            position++;
        }
        if (count == 0) {
            throw malformed();
        }
        for (; count < 9; count++) {
            nano *= 10;
        }
        return nano;
    }

    private int digits(int count) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            if (position >= text.length() || !isDigit(text.charAt(position))) {
                throw malformed();
            }
            value = value * 10 + text.charAt(position++) - '0';
        }
        return value;
    }

    private void expect(String oneOf) {
        if (!at(oneOf)) {
            throw malformed();
        }
        position++;
    }

    private boolean at(String oneOf) {
        return position < text.length() && oneOf.indexOf(text.charAt(position)) >= 0;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static DateTimeException malformed() {
        return new DateTimeException("is not an ISO 8601 time; " + FORM);
    }
}
