package kappastack.address;

import java.lang.instrument.Instrumentation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.ServerSocketChannel;

/**
 * {@code -javaagent:address-agent.jar=bind=127.0.0.1;advertise=127.0.0.1;methods=pkg.Class#method}.
 *
 * <p>For servers that listen on every address of the machine and choose by themselves which of them they tell others,
 * without a setting for either. The jar must keep its name: it puts itself on the boot class path.
 */
public final class AddressAgent {
    private AddressAgent() {}

    /** Called by the JVM before the server's own main. */
    public static void premain(String argument, Instrumentation instrumentation) throws Exception {
        Options options = Options.parse(argument);
        Addresses.bindTo(options.bind);
        instrumentation.addTransformer(new Rewriter(options), true);
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            if (Rewriter.JDK.contains(loaded.getName().replace('.', '/'))) {
                instrumentation.retransformClasses(loaded);
            }
        }
        refuseToBeWithoutEffect(InetAddress.getByName(options.bind));
    }

    private static void refuseToBeWithoutEffect(InetAddress wanted) throws Exception {
        try (ServerSocket socket = new ServerSocket(0);
                ServerSocketChannel channel = ServerSocketChannel.open()) {
            InetAddress bound = channel.bind(new InetSocketAddress(0)).socket().getInetAddress();
            if (!socket.getInetAddress().equals(wanted) || !bound.equals(wanted)) {
                throw new IllegalStateException("address agent: it has no effect on this JVM");
            }
        }
    }
}
