package kappastack.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RewriterTest {
    /** Stands in for a class that determines the machine's address. */
    public static final class Finder {
        /** The rewriter changes this member. */
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

    /** Stands in for a component that initializes itself too early. */
    public static class Component {
        /** The calls in their order. */
        public final StringBuilder calls = new StringBuilder();

        /** Called by the rewritten method. */
        public void init() {
            calls.append("init ");
        }

        /** The rewriter changes this member. */
        public synchronized void start() {
            calls.append("start ");
        }
    }

    @Test
    void aMethodBeginsWithAnotherOne() throws Exception {
        String name = Component.class.getName();
        byte[] rewritten = rewriterWith("first=" + name + "#start>init")
                .transform(null, name.replace('.', '/'), null, null, classFile(Component.class));
        Class<?> loaded = new ClassLoader(null) {
            Class<?> define() {
                return defineClass(name, rewritten, 0, rewritten.length);
            }
        }.define();
        Object component = loaded.getConstructor().newInstance();
        loaded.getMethod("start").invoke(component);
        assertEquals("init start ", loaded.getField("calls").get(component).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"first=%s#begin>init", "last=%s#begin"})
    void aMissingMethodIsRejected(String option) throws Exception {
        String name = Component.class.getName();
        byte[] original = classFile(Component.class);
        Rewriter rewriting = rewriterWith(String.format(option, name));
        IllegalStateException error = assertThrows(
                IllegalStateException.class, () -> rewriting.rewritten(name.replace('.', '/'), original));
        assertEquals("it has no methods [begin] with the expected parameters", error.getMessage());
    }

    /** Stands in for a class with a fixed waiting time. */
    public static final class Waiting {
        /** The rewriter changes this member. */
        public static final long MILLISECONDS = Duration.ofMinutes(5L).toMillis();
    }

    @Test
    void minutesOfANamedClassAreReplaced() throws Exception {
        String name = Waiting.class.getName();
        byte[] rewritten = rewriterWith("minutes=" + name + "#20000")
                .transform(null, name.replace('.', '/'), null, null, classFile(Waiting.class));
        Class<?> loaded = new ClassLoader(null) {
            Class<?> define() {
                return defineClass(name, rewritten, 0, rewritten.length);
            }
        }.define();
        assertEquals(20000L, loaded.getField("MILLISECONDS").get(null));
    }

    @Test
    void aNamedClassWithoutMinutesIsRejected() throws Exception {
        String name = Finder.class.getName();
        byte[] original = classFile(Finder.class);
        Rewriter rewriting = rewriterWith("minutes=" + name + "#20000");
        IllegalStateException error = assertThrows(
                IllegalStateException.class, () -> rewriting.rewritten(name.replace('.', '/'), original));
        assertEquals("it does not call Duration.ofMinutes", error.getMessage());
    }

    private static Rewriter rewriterWith(String option) {
        return new Rewriter(Options.parse("bind=127.0.0.1;advertise=a;methods=pkg.Class#m;" + option));
    }

    /** Stands in for a server whose JVM keeps running after the server has closed. */
    public static final class Server {
        /** The rewriter changes this member. */
        public static void stop(String cause) {
            System.out.println("stopped: " + cause);
        }

        /** The rewriter changes this member. */
        public static Exception problem(String cause) {
            System.out.println("problem: " + cause);
            return new Exception(cause);
        }
    }

    /** Runs the rewritten server in its own JVM, which ends with the server. */
    public static final class Stopping {
        /** Entry point of that JVM. */
        public static void main(String[] arguments) throws Exception {
            String name = Server.class.getName();
            Rewriter rewriter = rewriterWith("last=" + name + "#stop," + name + "#problem");
            byte[] rewritten = rewriter.transform(null, name.replace('.', '/'), null, null, classFile(Server.class));
            Class<?> loaded = new ClassLoader(RewriterTest.class.getClassLoader()) {
                Class<?> define() {
                    return defineClass(name, rewritten, 0, rewritten.length);
                }
            }.define();
            loaded.getMethod(arguments[0], String.class).invoke(null, "no registry");
            System.out.println("lives on");
        }
    }

    @ParameterizedTest
    @CsvSource({"stop, stopped", "problem, problem"})
    void theJvmEndsAfterALastMethod(String method, String printed) throws Exception {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Stopping.class.getName(),
                        method)
                .redirectErrorStream(true)
                .start();
        assertEquals(
                printed + ": no registry\naddress agent: " + Server.class.getName() + "#" + method
                        + " was called: the JVM ends, and the target restarts it\n",
                everything(process.getInputStream()));
        assertEquals(70, process.waitFor());
    }

    @Test
    void otherClassesAreNotRewritten() throws Exception {
        assertNull(rewriter.transform(null, "java/lang/String", null, null, classFile(String.class)));
    }

    private static byte[] classFile(Class<?> of) throws IOException {
        String name = "/" + of.getName().replace('.', '/') + ".class";
        try (InputStream file = of.getResourceAsStream(name)) {
            return bytes(file);
        }
    }

    private static String everything(InputStream stream) throws IOException {
        return new String(bytes(stream), "UTF-8");
    }

    private static byte[] bytes(InputStream stream) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] part = new byte[4096];
        for (int count = stream.read(part); count >= 0; count = stream.read(part)) {
            bytes.write(part, 0, count);
        }
        return bytes.toByteArray();
    }
}
