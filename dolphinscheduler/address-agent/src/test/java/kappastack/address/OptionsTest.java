package kappastack.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
    @Test
    void readsAddressHostAndMethods() {
        Options options = Options.parse("bind=127.0.0.1;advertise=worker-0;methods=a.b.C#host,a.b.D#host");
        assertEquals("127.0.0.1", options.bind);
        assertEquals("worker-0", options.advertise);
        assertEquals(Collections.singleton("host"), options.methodsOf("a/b/C"));
        assertTrue(options.methodsOf("a/b/E").isEmpty());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "bind=127.0.0.1;methods=a.B#c | advertise= is missing",
        "advertise=x;methods=a.B#c | bind= is missing",
        "bind=127.0.0.1;advertise=x | methods= is missing",
        "bind=127.0.0.1;advertise=x;methods=a.B | 'a.B' is malformed; expected: pkg.Class#method",
        "bind=127.0.0.1;advertise=x;methods=a.B#c;port=1 | unknown [port]",
        "bind=127.0.0.1;advertise=x;methods=a.B#c;first=a.B#c | 'a.B#c' is malformed; expected: pkg.Class#method>other",
        "bind=127.0.0.1;advertise=x;methods=a.B#c;minutes=a.B | 'a.B' is malformed; expected: pkg.Class#MILLISECONDS",
        "bind=127.0.0.1;advertise=x;methods=a.B#c;minutes=a.B#0 | 'a.B#0' is malformed",
        "bind | 'bind' is malformed; expected: NAME=VALUE",
    })
    void rejectsMalformedArguments(String argument, String reason) {
        IllegalArgumentException error =
                assertThrows(IllegalArgumentException.class, () -> Options.parse(argument));
        assertTrue(error.getMessage().contains(reason), error.getMessage());
    }
}
