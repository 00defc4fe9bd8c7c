package kappastack.seatunnel.starrocks;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads a batch and returns when StarRocks has committed it.
 *
 * <p>StarRocks accepts a label once. While the outcome of a load is unknown (no response, a broken connection), the load is
 * repeated under the same label: if the first request arrived, StarRocks responds "Label Already Exists", and the label's
 * state is the outcome. A new label is used only when the old load is known to have had no effect.
 */
final class StreamLoader implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamLoader.class);

    private static final String DENIED = "access denied";

    /** Parts of error messages, in lower case, of loads that fail permanently. */
    private static final String[] PERMANENT = {
        DENIED,
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

    private enum Outcome {
        DONE,
        WITHOUT_EFFECT,
        UNKNOWN
    }

    private final SinkSettings settings;
    private final Credentials credentials;
    private final StreamLoadHttp http;
    private final LoadStatistics statistics;
    private int node;

    StreamLoader(SinkSettings settings, LoadStatistics statistics, int firstNode) throws IOException {
        this.settings = settings;
        this.statistics = statistics;
        this.node = firstNode % settings.nodes.size();
        this.credentials = new Credentials(settings);
        this.http = new StreamLoadHttp(credentials, settings.connectTimeoutMillis, settings.socketTimeoutMillis);
    }

    /**
     * Loads a JSON array of rows.
     *
     * @throws LoadException if StarRocks rejects the rows or the retries are used up
     * @throws InterruptedException if the thread is interrupted; the load's outcome may be unknown
     */
    void load(byte[] body, int length, int rows) throws IOException, InterruptedException {
        String label = newLabel();
        long started = System.nanoTime();
        Set<String> refused = new HashSet<>();
        for (int attempt = 0; ; attempt++) {
            try {
                Outcome outcome = attempt(label, body, length, refused);
                if (outcome == Outcome.DONE) {
                    statistics.loaded(rows, length, System.nanoTime() - started);
                    return;
                }
                if (outcome == Outcome.WITHOUT_EFFECT) {
                    label = newLabel();
                }
                pause(attempt, label, rows, null);
            } catch (LoadException e) {
                throw e;
            } catch (HttpStatusException e) {
                if (e.denied() && credentials.change(refused)) {
                    continue;
                }
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

    private Outcome attempt(String label, byte[] body, int length, Set<String> refused)
            throws IOException, InterruptedException {
        Map<String, String> headers = new LinkedHashMap<>(settings.headers);
        headers.put("label", label);
        String url = settings.nodes.get(node) + "/api/" + settings.database + "/" + settings.table + "/_stream_load";
        LoadResponse response = LoadResponse.parse(http.put(url, headers, body, length));
        switch (response.status()) {
            case "Success":
            case "OK":
                return Outcome.DONE;
            case "Publish Timeout":
                LOG.warn("{}.{}: {} is committed and becomes visible later", settings.database, settings.table, label);
                return Outcome.DONE;
            case "Label Already Exists":
                LOG.info("{}.{}: {} exists already; reading its state", settings.database, settings.table, label);
                return outcome(label);
            case "Fail":
            case "Failed":
            case "FAILED":
            case "INTERNAL_ERROR":
                if (isDenied(response.message()) && credentials.change(refused)) {
                    return Outcome.WITHOUT_EFFECT;
                }
                if (isPermanent(response.message())) {
                    throw refusal(label, response);
                }
                LOG.warn("{}.{}: {} failed: {}", settings.database, settings.table, label, response);
                return outcome(label);
            default:
                throw refusal(label, response);
        }
    }

    /** Asks StarRocks for the outcome of the label's load until it is known; UNKNOWN after all retries. */
    private Outcome outcome(String label) throws IOException, InterruptedException {
        String url = settings.nodes.get(node) + "/api/" + settings.database + "/get_load_state?label=" + label;
        for (int attempt = 0; attempt <= settings.maxRetries; attempt++) {
            LoadResponse response = LoadResponse.parse(http.get(url));
            switch (response.state()) {
                case "VISIBLE":
                case "COMMITTED":
                    return Outcome.DONE;
                case "ABORTED":
                case "UNKNOWN":
                    return Outcome.WITHOUT_EFFECT;
                case "PREPARE":
                case "PREPARED":
                case "PREPARING":
                    Thread.sleep(settings.backoff.millis(attempt));
                    break;
                default:
                    throw new LoadException("label " + label + " has an unknown state: " + response);
            }
        }
        return Outcome.UNKNOWN;
    }

    private LoadException refusal(String label, LoadResponse response) {
        String url = response.errorUrl();
        String rows = url == null ? "" : "\nrejected rows (" + url + "):\n" + http.errorLog(url);
        return new LoadException(
                settings.database + "." + settings.table + ": load " + label + " was rejected: " + response + rows);
    }

    private void pause(int attempt, String label, int rows, IOException reason) throws IOException, InterruptedException {
        if (attempt >= settings.maxRetries) {
            throw new LoadException(
                    failure(label, rows, "given up after " + (attempt + 1) + " attempts"
                            + (reason == null ? "" : "; the last: " + reason)),
                    reason);
        }
        statistics.retried();
        long millis = settings.backoff.millis(attempt);
        if (reason != null) {
            LOG.warn(
                    "{}.{}: no response to load {} of {} rows ({}); attempt {} of {} in {} ms",
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

    private String newLabel() {
        return settings.labelPrefix + "_" + settings.table + "_" + UUID.randomUUID().toString().replace("-", "");
    }

    private static boolean isDenied(String message) {
        return message.toLowerCase(Locale.ROOT).contains(DENIED);
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
