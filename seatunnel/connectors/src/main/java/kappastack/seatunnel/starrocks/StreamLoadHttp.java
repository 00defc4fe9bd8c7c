package kappastack.seatunnel.starrocks;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.http.Header;
import org.apache.http.HttpEntity;
import org.apache.http.HttpStatus;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.client.methods.HttpPut;
import org.apache.http.client.methods.HttpRequestBase;
import org.apache.http.entity.ByteArrayEntity;
import org.apache.http.impl.DefaultConnectionReuseStrategy;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.impl.conn.PoolingHttpClientConnectionManager;

/**
 * The HTTP client of Stream Load. The frontend redirects a load to a backend, which receives body and credentials. {@code
 * Expect: 100-continue} avoids sending the body to the frontend, which does not read it.
 */
final class StreamLoadHttp implements Closeable {
    private static final int MOST_REDIRECTS = 5;
    private static final int STALE_AFTER_MILLIS = 500;
    private static final int LONGEST_RESPONSE = 1 << 20;
    private static final int LONGEST_ERROR_LOG = 4096;

    private final CloseableHttpClient client;
    private final Credentials credentials;

    StreamLoadHttp(Credentials credentials, int connectTimeoutMillis, int socketTimeoutMillis) {
        this.credentials = credentials;
        PoolingHttpClientConnectionManager connections = new PoolingHttpClientConnectionManager();
        connections.setValidateAfterInactivity(STALE_AFTER_MILLIS);
        client =
                HttpClientBuilder.create()
                        .setConnectionManager(connections)
                        .setDefaultRequestConfig(
                                RequestConfig.custom()
                                        .setConnectTimeout(connectTimeoutMillis)
                                        .setConnectionRequestTimeout(connectTimeoutMillis)
                                        .setSocketTimeout(socketTimeoutMillis)
                                        .build())
                        // After a redirect the announced body is unsent, so the connection cannot be reused.
                        .setConnectionReuseStrategy(
                                (response, context) ->
                                        response.getStatusLine().getStatusCode() == HttpStatus.SC_OK
                                                && DefaultConnectionReuseStrategy.INSTANCE.keepAlive(response, context))
                        .disableRedirectHandling()
                        .disableAutomaticRetries()
                        .disableAuthCaching()
                        .disableCookieManagement()
                        .disableContentCompression()
                        .setUserAgent("kappastack")
                        .build();
    }

    /**
     * Loads one body.
     *
     * @param url the frontend's URL of the load
     * @return the backend's response
     * @throws HttpStatusException if the response is neither 200 nor a redirect
     * @throws IOException if there is no response; whether the load took place is unknown
     */
    String put(String url, Map<String, String> headers, byte[] body, int length) throws IOException {
        String target = url;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            HttpPut request = new HttpPut(target);
            request.setConfig(withExpectContinue());
            headers.forEach(request::setHeader);
            request.setHeader("Authorization", credentials.header());
            request.setEntity(new ByteArrayEntity(body, 0, length));
            try (CloseableHttpResponse response = client.execute(request)) {
                Header location = response.getFirstHeader("Location");
                int status = response.getStatusLine().getStatusCode();
                if (status / 100 != 3 || location == null) {
                    return answer(request, response);
                }
                target = withoutCredentials(location.getValue());
            }
        }
        throw new IOException(url + " was redirected more than " + MOST_REDIRECTS + " times");
    }

    /** Sends a GET request with the credentials. */
    String get(String url) throws IOException {
        HttpGet request = new HttpGet(url);
        request.setHeader("Authorization", credentials.header());
        try (CloseableHttpResponse response = client.execute(request)) {
            return answer(request, response);
        }
    }

    /** The beginning of the list of rejected rows, or the reason why the list cannot be read. Sends no credentials. */
    String errorLog(String url) {
        try (CloseableHttpResponse response = client.execute(new HttpGet(url))) {
            return text(response.getEntity(), LONGEST_ERROR_LOG);
        } catch (IOException | RuntimeException e) {
            return "(cannot be read: " + e + ")";
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
    }

    private static String answer(HttpRequestBase request, CloseableHttpResponse response) throws IOException {
        String text = text(response.getEntity(), LONGEST_RESPONSE);
        int status = response.getStatusLine().getStatusCode();
        if (status != HttpStatus.SC_OK) {
            throw new HttpStatusException(request.getURI().toString(), status, text);
        }
        return text;
    }

    private static String text(HttpEntity entity, int longest) throws IOException {
        if (entity == null) {
            return "";
        }
        byte[] bytes = new byte[(int) Math.min(longest, Math.max(1024, entity.getContentLength() + 1))];
        int length = 0;
        try (InputStream in = entity.getContent()) {
            for (int read; (read = in.read(bytes, length, bytes.length - length)) > 0; ) {
                length += read;
                if (length == bytes.length && length < longest) {
                    bytes = java.util.Arrays.copyOf(bytes, Math.min(longest, length * 2));
                }
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private RequestConfig withExpectContinue() {
        return RequestConfig.copy(((org.apache.http.client.methods.Configurable) client).getConfig())
                .setExpectContinueEnabled(true)
                .build();
    }

    /** Removes user and password, which frontends write into the redirect's URL. The header contains them. */
    private static String withoutCredentials(String url) {
        return url.replaceFirst("//[^/@]*@", "//");
    }
}
