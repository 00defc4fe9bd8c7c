package kappastack.seatunnel.starrocks;

import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads a batch and comes back when StarRocks has it for certain.
 *
 * <p>A load carries a label that StarRocks accepts once. As long as it is unknown whether a load took place (no answer,
 * a broken connection), it is repeated under the same label: if the first try arrived, the second is told "Label Already
 * Exists" and the label's state says how it ended. A fresh label is taken only when the old one's load is known to have
 * ended without effect.
 */
final class StreamLoader implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamLoader.class);

    /** Parts of a refusal's message, in lower case, that trying again does not mend. */
    private static final String[] PERMANENT = {
        "access denied",
        "permission denied",
        "no permission",
        "unknown database",
        "unknown table",
        "unknown column",
        "too many filtered rows",
        "primary key size exceed",
        "merge_condition",
        "merge condition",
        "failed to parse",
        "parse json",
        "invalid json",
        "partial update",
    };

    private enum Fate {
        DONE,
        WITHOUT_EFFECT,
        UNKNOWN
    }

    private final SinkSettings settings;
    private final StreamLoadHttp http;
    private final LoadStatistics statistics;
    private int node;

    StreamLoader(SinkSettings settings, LoadStatistics statistics, int firstNode) throws IOException {
        this.settings = settings;
        this.statistics = statistics;
        this.node = firstNode % settings.nodes.size();
        this.http =
                new StreamLoadHttp(
                        settings.username,
                        settings.password(),
                        settings.connectTimeoutMillis,
                        settings.socketTimeoutMillis);
    }

    /**
     * Loads a JSON array of rows.
     *
     * @throws LoadException if StarRocks refuses the rows for good or the retries are used up
     * @throws InterruptedException if the thread is to stop; the load's outcome may be unknown then
     */
    void load(byte[] body, int length, int rows) throws IOException, InterruptedException {
        String label = freshLabel();
        long started = System.nanoTime();
        for (int attempt = 0; ; attempt++) {
            try {
                Fate fate = attempt(label, body, length);
                if (fate == Fate.DONE) {
                    statistics.loaded(rows, length, System.nanoTime() - started);
                    return;
                }
                if (fate == Fate.WITHOUT_EFFECT) {
                    label = freshLabel();
                }
                pause(attempt, label, rows, null);
            } catch (LoadException e) {
                throw e;
            } catch (HttpStatusException e) {
                if (e.permanent()) {
                    throw new LoadException(failure(label, rows, e.getMessage()), e);
                }
                nextNode();
                pause(attempt, label, rows, e);
            } catch (IOException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                nextNode();
                pause(attempt, label, rows, e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        http.close();
    }

    private Fate attempt(String label, byte[] body, int length) throws IOException, InterruptedException {
        Map<String, String> headers = new LinkedHashMap<>(settings.headers);
        headers.put("label", label);
        String url = settings.nodes.get(node) + "/api/" + settings.database + "/" + settings.table + "/_stream_load";
        LoadResponse response = LoadResponse.parse(http.put(url, headers, body, length));
        switch (response.status()) {
            case "Success":
            case "OK":
                return Fate.DONE;
            case "Publish Timeout":
                LOG.warn("{}.{}: {} is committed, its rows appear later", settings.database, settings.table, label);
                return Fate.DONE;
            case "Label Already Exists":
                LOG.info("{}.{}: {} arrived before; asking how it ended", settings.database, settings.table, label);
                return fate(label);
            case "Fail":
            case "Failed":
            case "FAILED":
            case "INTERNAL_ERROR":
                if (isPermanent(response.message())) {
                    throw refusal(label, response);
                }
                LOG.warn("{}.{}: {} failed: {}", settings.database, settings.table, label, response);
                return fate(label);
            default:
                throw refusal(label, response);
        }
    }

    /** Waits until it is known how the label's load ended. */
    private Fate fate(String label) throws IOException, InterruptedException {
        String url = settings.nodes.get(node) + "/api/" + settings.database + "/get_load_state?label=" + label;
        for (int attempt = 0; attempt <= settings.maxRetries; attempt++) {
            LoadResponse response = LoadResponse.parse(http.get(url));
            switch (response.state()) {
                case "VISIBLE":
                case "COMMITTED":
                    return Fate.DONE;
                case "ABORTED":
                case "UNKNOWN":
                    return Fate.WITHOUT_EFFECT;
                case "PREPARE":
                case "PREPARED":
                case "PREPARING":
                    Thread.sleep(settings.backoff.millis(attempt));
                    break;
                default:
                    throw new LoadException("label " + label + " is in a state that is not known: " + response);
            }
        }
        return Fate.UNKNOWN;
    }

    private LoadException refusal(String label, LoadResponse response) {
        String url = response.errorUrl();
        String rows = url == null ? "" : "\nrefused rows (" + url + "):\n" + http.errorLog(url);
        return new LoadException(
                settings.database + "." + settings.table + ": load " + label + " was refused: " + response + rows);
    }

    private void pause(int attempt, String label, int rows, IOException reason) throws IOException, InterruptedException {
        if (attempt >= settings.maxRetries) {
            throw new LoadException(
                    failure(label, rows, "given up after " + (attempt + 1) + " tries"
                            + (reason == null ? "" : "; the last: " + reason)),
                    reason);
        }
        statistics.retried();
        long millis = settings.backoff.millis(attempt);
        if (reason != null) {
            LOG.warn(
                    "{}.{}: no answer to load {} of {} rows ({}); try {} of {} in {} ms",
                    settings.database,
                    settings.table,
                    label,
                    rows,
                    reason.toString(),
                    attempt + 2,
                    settings.maxRetries + 1,
                    millis);
        }
        Thread.sleep(millis);
    }

    private String failure(String label, int rows, String reason) {
        return settings.database + "." + settings.table + ": load " + label + " of " + rows + " rows: " + reason;
    }

    private void nextNode() {
        node = (node + 1) % settings.nodes.size();
    }

    private String freshLabel() {
        return settings.labelPrefix + "_" + settings.table + "_" + UUID.randomUUID().toString().replace("-", "");
    }

    private static boolean isPermanent(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        for (String part : PERMANENT) {
            if (lower.contains(part)) {
                return true;
            }
        }
        return false;
    }
}
