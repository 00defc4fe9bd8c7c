package kappastack;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Properties;
import org.apache.pulsar.broker.ServiceConfiguration;
import org.apache.pulsar.broker.authentication.AuthenticationProvider;
import org.apache.pulsar.broker.authentication.AuthenticationProviderList;
import org.apache.pulsar.broker.authentication.AuthenticationProviderToken;

/**
 * Accepts tokens that are signed with one of several keys. {@link AuthenticationProviderToken} has one key only, so a
 * new key would make every token invalid at once.
 *
 * <p>{@code tokenSecretKey} is the URL of a file with a key on each line: the new one, and while it is rotated the old one.
 */
public final class RotatedKeys extends AuthenticationProviderList {
    private static final String KEY = "tokenSecretKey";

    /** Called by Pulsar, which passes the configuration afterwards. */
    public RotatedKeys() {
        super(new ArrayList<>());
    }

    @Override
    public String getAuthMethodName() {
        return "token";
    }

    @Override
    public void initialize(ServiceConfiguration configuration) throws IOException {
        initialize(Context.builder().config(configuration).build());
    }

    @Override
    public void initialize(Context context) throws IOException {
        // The list is empty, so this initializes its metrics only.
        super.initialize(context);
        String url = String.valueOf(context.getConfig().getProperty(KEY));
        for (String key : Files.readAllLines(Paths.get(URI.create(url)))) {
            byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
            Properties properties = new Properties();
            properties.putAll(context.getConfig().getProperties());
            properties.setProperty(KEY, "data:;base64," + Base64.getEncoder().encodeToString(bytes));
            ServiceConfiguration configuration = new ServiceConfiguration();
            configuration.setProperties(properties);
            AuthenticationProvider provider = new AuthenticationProviderToken();
            provider.initialize(
                    Context.builder().config(configuration).openTelemetry(context.getOpenTelemetry()).build());
            getProviders().add(provider);
        }
    }
}
