package kappastack.seatunnel.starrocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import kappastack.seatunnel.Settings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class StreamLoaderTest {
    private static final String FAIL = "{\"Status\":\"Fail\",\"Message\":\"memory limit exceeded\"}";
    private static final String EXISTS = "{\"Status\":\"Label Already Exists\",\"ExistingJobStatus\":\"RUNNING\"}";

    private FakeStarRocks server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeStarRocks();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    static Map<String, Object> settings(List<String> nodes) {
        Map<String, Object> values = new HashMap<>();
        values.put("nodeUrls", nodes);
        values.put("username", "sink");
        values.put("password", "pass:wörd");
        values.put("database", "db");
        values.put("table", "t");
        values.put("max_retries", "6");
        values.put("retry_backoff_multiplier_ms", "1");
        values.put("max_retry_backoff_ms", "5");
        return values;
    }

    private void load(Map<String, Object> values, String body) throws IOException, InterruptedException {
        byte[] bytes = (body + "rest of the buffer").getBytes(StandardCharsets.UTF_8);
        SinkSettings settings = new SinkSettings(Settings.of("StarRocks", values));
        try (StreamLoader loader = new StreamLoader(settings, new LoadStatistics("t", new NoMetrics()), 0)) {
            loader.load(bytes, bytes.length - "rest of the buffer".length(), 1);
        }
    }

    private void load() throws IOException, InterruptedException {
        load(settings(Collections.singletonList(server.address())), "[{\"a\":1}]");
    }

    @Test
    void sendsBodyHeadersAndCredentialsThroughTheRedirect() throws Exception {
        Map<String, Object> values = settings(Collections.singletonList(server.address()));
        values.put("starrocks.config", Collections.singletonMap("merge_condition", "published_at"));
        load(values, "[{\"a\":\"é\"}]");

        assertEquals(Collections.singletonList("[{\"a\":\"é\"}]"), server.bodies);
        Map<String, String> headers = server.headers.get(0);
        assertEquals("json", headers.get("format"));
        assertEquals("true", headers.get("strip_outer_array"));
        assertEquals("published_at", headers.get("merge_condition"));
        assertEquals("100-continue", headers.get("expect").toLowerCase());
        assertTrue(headers.get("label").matches("kappastack_t_[0-9a-f]{32}"), headers.get("label"));
        String credentials = headers.get("authorization").substring("Basic ".length());
        assertEquals("sink:pass:wörd", new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8));
    }

    private List<String> passwords() {
        return server.headers.stream()
                .map(each -> each.get("authorization").substring("Basic ".length()))
                .map(each -> new String(Base64.getDecoder().decode(each), StandardCharsets.UTF_8))
                .map(each -> each.substring("sink:".length()))
                .collect(Collectors.toList());
    }

    private Map<String, Object> settings(Path passwords) {
        Map<String, Object> values = settings(Collections.singletonList(server.address()));
        values.remove("password");
        values.put("password_file", passwords.toString());
        return values;
    }

    @Test
    void aRefusedPasswordIsFollowedByTheOtherOneOfItsFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("password");
        Files.write(file, "new\nold".getBytes(StandardCharsets.UTF_8));
        server.answers("HTTP 401", FakeStarRocks.SUCCESS);
        load(settings(file), "[{\"a\":1}]");
        assertEquals(Arrays.asList("new", "old"), passwords());
        assertEquals(server.labels.get(0), server.labels.get(1));

        server.headers.clear();
        server.answers("{\"Status\":\"Fail\",\"Message\":\"Access denied for sink\"}", FakeStarRocks.SUCCESS);
        load(settings(file), "[{\"a\":1}]");
        assertEquals(Arrays.asList("new", "old"), passwords());
    }

    @Test
    void thePasswordFileIsReadAgainAfterARefusal(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("password");
        Files.write(file, "old".getBytes(StandardCharsets.UTF_8));
        SinkSettings settings = new SinkSettings(Settings.of("StarRocks", settings(file)));
        byte[] body = "[{\"a\":1}]".getBytes(StandardCharsets.UTF_8);
        try (StreamLoader loader = new StreamLoader(settings, new LoadStatistics("t", new NoMetrics()), 0)) {
            loader.load(body, body.length, 1);
            Files.write(file, "new".getBytes(StandardCharsets.UTF_8));
            server.answers("HTTP 401", FakeStarRocks.SUCCESS);
            loader.load(body, body.length, 1);
        }
        assertEquals(Arrays.asList("old", "old", "new"), passwords());
    }

    @Test
    void aLoadFailsIfEveryPasswordIsRefused(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("password");
        Files.write(file, "new\nold".getBytes(StandardCharsets.UTF_8));
        server.answers("HTTP 401", "HTTP 401");
        assertThrows(LoadException.class, () -> load(settings(file), "[{\"a\":1}]"));
        assertEquals(Arrays.asList("new", "old"), passwords());
    }

    @Test
    void aLoadWithoutAResponseIsRepeatedUnderTheSameLabel() throws Exception {
        server.answers(FakeStarRocks.HANG_UP, EXISTS);
        server.states("PREPARE", "PREPARE", "VISIBLE");
        load();
        assertEquals(2, server.labels.size());
        assertEquals(server.labels.get(0), server.labels.get(1));
    }

    @Test
    void anAbortedLoadIsRepeatedUnderANewLabel() throws Exception {
        server.answers(FakeStarRocks.HANG_UP, EXISTS, FakeStarRocks.SUCCESS);
        server.states("ABORTED");
        load();
        assertEquals(3, server.labels.size());
        assertEquals(server.labels.get(0), server.labels.get(1));
        assertNotEquals(server.labels.get(0), server.labels.get(2));
        assertEquals(Collections.nCopies(3, "[{\"a\":1}]"), server.bodies);
    }

    @Test
    void aFailureIsRepeatedOnlyIfItsLabelHadNoEffect() throws Exception {
        server.answers(FAIL, FAIL, FakeStarRocks.SUCCESS);
        server.states("ABORTED", "UNKNOWN");
        load();
        assertEquals(3, new java.util.HashSet<>(server.labels).size());

        server.labels.clear();
        server.answers(FAIL);
        server.states("COMMITTED");
        load();
        assertEquals(1, server.labels.size(), "a failure that was committed after all is done");
    }

    @Test
    void aPublishTimeoutIsCommitted() throws Exception {
        server.answers("{\"Status\":\"Publish Timeout\",\"Message\":\"\"}");
        load();
        assertEquals(1, server.labels.size());
    }

    @Test
    void theErrorForRejectedRowsContainsTheirList() {
        server.answers(
                "{\"Status\":\"Fail\",\"Message\":\"too many filtered rows\",\"ErrorURL\":\"" + server.errorUrl() + "\"}");
        LoadException error = assertThrows(LoadException.class, this::load);
        assertTrue(error.getMessage().contains("too many filtered rows"), error.getMessage());
        assertTrue(error.getMessage().contains("row 7: value out of range"), error.getMessage());
        assertTrue(error.getMessage().contains("db.t"), error.getMessage());
        assertEquals(1, server.labels.size());
    }

    @Test
    void permanentErrorsAreNotRetried() {
        for (String answer :
                Arrays.asList(
                        "{\"Status\":\"FAILED\",\"Message\":\"Access denied for sink\"}",
                        "{\"status\":\"FAILED\",\"msg\":\"unknown table t\"}",
                        "{\"Status\":\"Fail\",\"Message\":\"Unknown database 'db'\"}",
                        "{\"Status\":\"Strange\",\"Message\":\"new in version 9\"}",
                        "{\"Message\":\"no status\"}",
                        "HTTP 401{\"Status\":\"FAILED\"}",
                        "HTTP 404no such path")) {
            server.labels.clear();
            server.answers(answer);
            LoadException error = assertThrows(LoadException.class, this::load, answer);
            assertEquals(1, server.labels.size(), answer);
            assertFalse(error.getMessage().contains("wörd"), error.getMessage());
        }
    }

    @Test
    void serverErrorsAndInvalidResponsesAreRetriedUnderTheSameLabel() throws Exception {
        server.answers("HTTP 503busy", "HTTP 500", "<html>proxy</html>", FakeStarRocks.SUCCESS);
        load();
        assertEquals(4, server.labels.size());
        assertEquals(1, new java.util.HashSet<>(server.labels).size());
    }

    @Test
    void givesUpAfterTheRetriesWithAReason() {
        String[] failures = new String[7];
        Arrays.fill(failures, FAIL);
        server.answers(failures);
        LoadException error = assertThrows(LoadException.class, this::load);
        assertTrue(error.getMessage().contains("7 attempts"), error.getMessage());
        assertEquals(7, server.labels.size());
    }

    @Test
    void usesTheNextFrontendIfOneIsUnreachable() throws Exception {
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closedPort = socket.getLocalPort();
        }
        load(settings(Arrays.asList("127.0.0.1:" + closedPort, "http://" + server.address() + "/")), "[{\"a\":1}]");
        assertEquals(1, server.bodies.size());
    }

    @Test
    void sendsLargeBodies() throws Exception {
        char[] text = new char[6 << 20];
        Arrays.fill(text, 'x');
        String body = "[{\"a\":\"" + new String(text) + "\"}]";
        load(settings(Collections.singletonList(server.address())), body);
        assertEquals(body.length(), server.bodies.get(0).length());
    }
}
