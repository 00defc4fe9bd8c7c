package kappastack.address;

import java.lang.instrument.Instrumentation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.ServerSocketChannel;

/**
 * {@code -javaagent:address-agent.jar=bind=127.0.0.1;advertise=127.0.0.1;methods=pkg.Class#method}.
 *
 * <p>A Java agent for servers without a setting for the address that they bind or for the address that they advertise. The
 * jar must keep its name, because its manifest puts it on the boot class path.
 */
public final class AddressAgent {
    private AddressAgent() {}

    /** The JVM calls this method before the server's {@code main}. */
    public static void premain(String argument, Instrumentation instrumentation) throws Exception {
        Options options = Options.parse(argument);
        Addresses.bindTo(options.bind);
        instrumentation.addTransformer(new Rewriter(options), true);
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            if (Rewriter.JDK.contains(loaded.getName().replace('.', '/'))) {
                instrumentation.retransformClasses(loaded);
            }
        }
        checkEffect(InetAddress.getByName(options.bind));
    }

    private static void checkEffect(InetAddress expected) throws Exception {
        try (ServerSocket socket = new ServerSocket(0);
                ServerSocketChannel channel = ServerSocketChannel.open()) {
            InetAddress bound = channel.bind(new InetSocketAddress(0)).socket().getInetAddress();
            if (!socket.getInetAddress().equals(expected) || !bound.equals(expected)) {
                throw new IllegalStateException(
                        "address agent: sockets of this JVM do not bind to " + expected.getHostAddress());
            }
        }
    }
}
