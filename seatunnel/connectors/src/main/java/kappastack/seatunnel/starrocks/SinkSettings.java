package kappastack.seatunnel.starrocks;

import java.io.IOException;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import kappastack.seatunnel.Backoff;
import kappastack.seatunnel.Settings;

/** The sink's settings. Options that upstream's sink has too have the same names. */
final class SinkSettings implements Serializable {
    private static final long serialVersionUID = 1L;
    static final String PLUGIN = "StarRocks";

    final List<String> nodes;
    final String username;
    private final String password;
    private final String passwordFile;
    final String database;
    final String table;
    final String labelPrefix;
    final int batchMaxRows;
    final int batchMaxBytes;
    final long batchIntervalMillis;
    final int maxRetries;
    final Backoff backoff;
    final int connectTimeoutMillis;
    final int socketTimeoutMillis;
    final boolean upsertDelete;
    final LinkedHashMap<String, String> headers;

    SinkSettings(Settings settings) {
        nodes =
                settings.texts("nodeUrls").stream()
                        .map(node -> node.startsWith("http") ? node : "http://" + node)
                        .map(node -> node.endsWith("/") ? node.substring(0, node.length() - 1) : node)
                        .collect(Collectors.toList());
        if (nodes.isEmpty()) {
            throw settings.error("nodeUrls", null, "a list of host:port of StarRocks' frontends (HTTP)");
        }
        username = settings.text("username");
        password = settings.text("password", null);
        passwordFile = settings.text("password_file", null);
        if (password != null && passwordFile != null) {
            throw settings.error("password_file", passwordFile, "either password or password_file, not both");
        }
        database = settings.text("database");
        table = settings.text("table");
        labelPrefix = settings.text("labelPrefix", "kappastack");
        if (!labelPrefix.matches("[-_A-Za-z0-9]{1,80}")) {
            throw settings.error("labelPrefix", labelPrefix, "1 to 80 letters, digits, '-' or '_'");
        }
        batchMaxRows = settings.count("batch_max_rows", 10_000, 1);
        batchMaxBytes = settings.count("batch_max_bytes", 5 * 1024 * 1024, 1);
        batchIntervalMillis = settings.whole("batch_interval_ms", 1000, 1);
        maxRetries = settings.count("max_retries", 120, 0);
        backoff =
                new Backoff(
                        settings.whole("retry_backoff_multiplier_ms", 200, 1),
                        settings.whole("max_retry_backoff_ms", 5000, 1));
        connectTimeoutMillis = settings.count("http_connect_timeout_ms", 5000, 1);
        socketTimeoutMillis = settings.count("http_socket_timeout_ms", 60_000, 1);
        upsertDelete = settings.flag("enable_upsert_delete", false);
        headers = new LinkedHashMap<>();
        headers.put("format", "json");
        headers.put("strip_outer_array", "true");
        headers.put("Content-Type", "application/json; charset=UTF-8");
        for (Map.Entry<String, String> header : settings.textMap("starrocks.config").entrySet()) {
            if (header.getKey().equalsIgnoreCase("format") && !header.getValue().equalsIgnoreCase("json")) {
                throw settings.error("starrocks.config.format", header.getValue(), "JSON");
            }
            headers.put(header.getKey(), header.getValue());
        }
    }

    /** The password, and its predecessor while it is rotated. */
    List<String> passwords() throws IOException {
        return Settings.secrets(password, passwordFile);
    }
}
