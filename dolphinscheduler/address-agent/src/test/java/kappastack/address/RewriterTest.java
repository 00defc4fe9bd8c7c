package kappastack.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class RewriterTest {
    /** Stands in for a class that determines the machine's address. */
    public static final class Finder {
        /** Rewritten. */
        public static String host() {
            return "192.0.2.1";
        }

        /** Not rewritten, because it has a parameter. */
        public static String host(String prefix) {
            return prefix + "192.0.2.1";
        }
    }

    private final Rewriter rewriter =
            new Rewriter(Options.parse("bind=127.0.0.1;advertise=worker-0;methods=" + Finder.class.getName() + "#host"));

    @Test
    void aNamedMethodReturnsTheAdvertisedHost() throws Exception {
        String name = Finder.class.getName();
        byte[] rewritten = rewriter.transform(null, name.replace('.', '/'), null, null, classFile(Finder.class));
        Class<?> loaded = new ClassLoader(null) {
            Class<?> define() {
                return defineClass(name, rewritten, 0, rewritten.length);
            }
        }.define();
        assertEquals("worker-0", loaded.getMethod("host").invoke(null));
        assertEquals("at 192.0.2.1", loaded.getMethod("host", String.class).invoke(null, "at "));
    }

    /** Stands in for a server whose JVM keeps running after the server has closed. */
    public static final class Server {
        /** Rewritten. */
        public static void stop(String cause) {
            System.out.println("stopped: " + cause);
        }
    }

    /** Runs the rewritten server in its own JVM, which ends with the server. */
    public static final class Stopping {
        /** Entry point of that JVM. */
        public static void main(String[] arguments) throws Exception {
            String name = Server.class.getName();
            Rewriter rewriter = new Rewriter(
                    Options.parse("bind=127.0.0.1;advertise=a;methods=pkg.Class#m;last=" + name + "#stop"));
            byte[] rewritten = rewriter.transform(null, name.replace('.', '/'), null, null, classFile(Server.class));
            Class<?> loaded = new ClassLoader(null) {
                Class<?> define() {
                    return defineClass(name, rewritten, 0, rewritten.length);
                }
            }.define();
            loaded.getMethod("stop", String.class).invoke(null, "no registry");
            System.out.println("lives on");
        }
    }

    @Test
    void theJvmEndsAfterALastMethod() throws Exception {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Stopping.class.getName())
                .redirectErrorStream(true)
                .start();
        byte[] output = new byte[4096];
        int count = process.getInputStream().read(output);
        assertEquals("stopped: no registry\n", new String(output, 0, count, "UTF-8"));
        assertEquals(70, process.waitFor());
        assertEquals(-1, process.getInputStream().read());
    }

    @Test
    void otherClassesAreNotRewritten() throws Exception {
        assertNull(rewriter.transform(null, "java/lang/String", null, null, classFile(String.class)));
    }

    private static byte[] classFile(Class<?> of) throws IOException {
        String name = "/" + of.getName().replace('.', '/') + ".class";
        try (InputStream file = of.getResourceAsStream(name); ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            byte[] part = new byte[4096];
            for (int count = file.read(part); count >= 0; count = file.read(part)) {
                bytes.write(part, 0, count);
            }
            return bytes.toByteArray();
        }
    }
}
