package kappastack.seatunnel.starrocks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A frontend that redirects, and a backend with the responses that a test sets. */
final class FakeStarRocks implements AutoCloseable {
    static final String SUCCESS = "{\"Status\":\"Success\",\"Message\":\"OK\"}";
    /** A response that closes the connection after the body was read. */
    static final String HANG_UP = "hang up";

    final List<String> bodies = Collections.synchronizedList(new ArrayList<>());
    final List<String> labels = Collections.synchronizedList(new ArrayList<>());
    final List<Map<String, String>> headers = Collections.synchronizedList(new ArrayList<>());
    volatile CountDownLatch hold;
    private final Deque<String> answers = new ArrayDeque<>();
    private final Deque<String> states = new ArrayDeque<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer frontend;
    private final HttpServer backend;

    FakeStarRocks() throws IOException {
        frontend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        frontend.setExecutor(threads);
        backend.setExecutor(threads);
        frontend.createContext("/api", this::frontend);
        backend.createContext("/api", this::backend);
        backend.createContext("/errors", exchange -> answer(exchange, 200, "row 7: value out of range"));
        frontend.start();
        backend.start();
    }

    String address() {
        return "127.0.0.1:" + frontend.getAddress().getPort();
    }

    String errorUrl() {
        return "http://127.0.0.1:" + backend.getAddress().getPort() + "/errors";
    }

    /** Sets the backend's next responses. All later responses are Success. */
    synchronized void answers(String... next) {
        Collections.addAll(answers, next);
    }

    /** Sets the next responses of get_load_state. */
    synchronized void states(String... next) {
        Collections.addAll(states, next);
    }

    @Override
    public void close() {
        frontend.stop(0);
        backend.stop(0);
        threads.shutdownNow();
    }

    private void frontend(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().toString();
        if (path.contains("get_load_state")) {
            String state;
            synchronized (this) {
                state = states.isEmpty() ? "UNKNOWN" : states.poll();
            }
            answer(exchange, 200, "{\"status\":\"OK\",\"state\":\"" + state + "\"}");
            return;
        }
        // The JDK's server sends 100 Continue automatically, so the body arrives here too. A real frontend redirects before.
        read(exchange.getRequestBody());
        exchange.getResponseHeaders()
                .add("Location", "http://user:secret@127.0.0.1:" + backend.getAddress().getPort() + path);
        exchange.sendResponseHeaders(307, -1);
        exchange.close();
    }

    private void backend(HttpExchange exchange) throws IOException {
        String body = read(exchange.getRequestBody());
        Map<String, String> sent = new HashMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> sent.put(name.toLowerCase(), values.get(0)));
        headers.add(sent);
        labels.add(sent.get("label"));
        bodies.add(body);
        CountDownLatch waiting = hold;
        if (waiting != null) {
            try {
                waiting.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        String next;
        synchronized (this) {
            next = answers.isEmpty() ? SUCCESS : answers.poll();
        }
        if (next.equals(HANG_UP)) {
            exchange.close();
        } else if (next.startsWith("HTTP ")) {
            answer(exchange, Integer.parseInt(next.substring(5, 8)), next.substring(8));
        } else {
            answer(exchange, 200, next);
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static String read(InputStream in) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int read; (read = in.read(buffer)) > 0; ) {
            out.write(buffer, 0, read);
        }
        return new String(out.toByteArray(), StandardCharsets.UTF_8);
    }
}
