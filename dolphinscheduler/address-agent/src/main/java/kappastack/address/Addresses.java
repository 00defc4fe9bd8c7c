package kappastack.address;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;

/** Which address a listening socket is bound to. The JDK's own classes call it: it is on the boot class path. */
public final class Addresses {
    private static volatile InetAddress bind;

    private Addresses() {}

    static void bindTo(String address) throws UnknownHostException {
        bind = InetAddress.getByName(address);
    }

    /**
     * Called first thing in each rewritten {@code bind}.
     *
     * @param socket whose {@code bind} was called
     * @param wanted its first argument; null asks for the wildcard address and any port
     * @return what to bind instead; explicit addresses, Unix sockets and clients are left as they are
     */
    public static SocketAddress replace(Object socket, SocketAddress wanted) {
        InetAddress address = bind;
        if (address == null || address.isAnyLocalAddress() || isNettyClient(socket)) {
            return wanted;
        }
        if (wanted == null) {
            return isUnixSocket(socket) ? null : new InetSocketAddress(address, 0);
        }
        if (wanted instanceof InetSocketAddress) {
            InetSocketAddress inet = (InetSocketAddress) wanted;
            if (!inet.isUnresolved() && inet.getAddress().isAnyLocalAddress()) {
                return new InetSocketAddress(address, inet.getPort());
            }
        }
        return wanted;
    }

    private static boolean isNettyClient(Object socket) {
        return socket.getClass().getName().endsWith(".Bootstrap");
    }

    private static boolean isUnixSocket(Object socket) {
        return socket instanceof ServerSocketChannel
                && !((ServerSocketChannel) socket).supportedOptions().contains(StandardSocketOptions.SO_REUSEADDR);
    }
}
