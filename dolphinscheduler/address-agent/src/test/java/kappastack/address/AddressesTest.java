package kappastack.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AddressesTest {
    private final Object socket = new Object();

    @BeforeEach
    void loopback() throws Exception {
        Addresses.bindTo("127.0.0.1");
    }

    @AfterEach
    void wildcard() throws Exception {
        Addresses.bindTo("0.0.0.0");
    }

    @Test
    void theWildcardBecomesTheAddressAndKeepsThePort() {
        assertEquals(new InetSocketAddress("127.0.0.1", 5678), Addresses.replace(socket, new InetSocketAddress(5678)));
    }

    @Test
    void noAddressMeansAnyPort() {
        assertEquals(new InetSocketAddress("127.0.0.1", 0), Addresses.replace(socket, null));
    }

    @Test
    void anExplicitAddressIsKept() {
        SocketAddress requested = new InetSocketAddress("127.0.0.2", 80);
        assertSame(requested, Addresses.replace(socket, requested));
    }

    @Test
    void theWildcardAsAddressChangesNothing() throws Exception {
        Addresses.bindTo("0.0.0.0");
        SocketAddress requested = new InetSocketAddress(80);
        assertSame(requested, Addresses.replace(socket, requested));
    }
}
