package kappastack.address;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;

/** The address that listening sockets bind. It is on the boot class path, because the JDK's classes call it. */
public final class Addresses {
    private static volatile InetAddress bind;

    private Addresses() {}

    static void bindTo(String address) throws UnknownHostException {
        bind = InetAddress.getByName(address);
    }

    /**
     * Returns the address to bind. Each rewritten {@code bind} calls it first.
     *
     * @param socket the object whose {@code bind} was called
     * @param requested its first argument; null means the wildcard address and any port
     * @return the address to bind; explicit addresses, Unix sockets and clients keep theirs
     */
    public static SocketAddress replace(Object socket, SocketAddress requested) {
        InetAddress address = bind;
        if (address == null || address.isAnyLocalAddress() || isNettyClient(socket)) {
            return requested;
        }
        if (requested == null) {
            return isUnixSocket(socket) ? null : new InetSocketAddress(address, 0);
        }
        if (requested instanceof InetSocketAddress) {
            InetSocketAddress inet = (InetSocketAddress) requested;
            if (!inet.isUnresolved() && inet.getAddress().isAnyLocalAddress()) {
                return new InetSocketAddress(address, inet.getPort());
            }
        }
        return requested;
    }

    private static boolean isNettyClient(Object socket) {
        return socket.getClass().getName().endsWith(".Bootstrap");
    }

    private static boolean isUnixSocket(Object socket) {
        return socket instanceof ServerSocketChannel
                && !((ServerSocketChannel) socket).supportedOptions().contains(StandardSocketOptions.SO_REUSEADDR);
    }
}
