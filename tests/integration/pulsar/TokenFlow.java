import java.util.Properties;
import kappastack.RotatedKeys;
import org.apache.pulsar.broker.ServiceConfiguration;
import org.apache.pulsar.broker.authentication.AuthenticationDataSource;
import org.apache.pulsar.broker.authentication.AuthenticationProvider;
import org.apache.pulsar.common.api.AuthData;

/** Arguments: URL of the file of keys, tokens. Prints the role of each token, or that the broker refuses it. */
public class TokenFlow {
    public static void main(String[] arguments) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("tokenSecretKey", arguments[0]);
        ServiceConfiguration configuration = new ServiceConfiguration();
        configuration.setProperties(properties);
        // A broker reads the method before it passes its configuration.
        AuthenticationProvider provider = new RotatedKeys();
        String method = provider.getAuthMethodName();
        provider.initialize(AuthenticationProvider.Context.builder().config(configuration).build());
        for (int index = 1; index < arguments.length; index++) {
            String token = arguments[index];
            System.out.println(method + " " + role(provider, token));
        }
        provider.close();
    }

    private static String role(AuthenticationProvider provider, String token) {
        AuthenticationDataSource source =
                new AuthenticationDataSource() {
                    @Override
                    public boolean hasDataFromCommand() {
                        return true;
                    }

                    @Override
                    public String getCommandData() {
                        return token;
                    }
                };
        try {
            String role = provider.authenticateAsync(source).get();
            // The way in which a broker authenticates a connection.
            provider.newAuthState(AuthData.of(token.getBytes()), null, null).authenticateAsync(AuthData.of(token.getBytes())).get();
            return role;
        } catch (Exception refused) {
            return "refused";
        }
    }
}
