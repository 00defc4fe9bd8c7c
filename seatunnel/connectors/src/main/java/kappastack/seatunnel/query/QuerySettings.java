package kappastack.seatunnel.query;

import java.io.IOException;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import kappastack.seatunnel.Settings;

/** The query and its connection. */
final class QuerySettings implements Serializable {
    private static final long serialVersionUID = 1L;
    static final String PLUGIN = "StarRocksQuery";
    private static final String DRIVER = "com.mysql.cj.jdbc.Driver";
    private static final int ACCESS_DENIED = 1045;

    final String query;
    private final String url;
    private final String username;
    private final String password;
    private final String passwordFile;
    private final int connectTimeoutMillis;
    private final int socketTimeoutMillis;

    QuerySettings(Settings settings) {
        String base = settings.text("base-url");
        if (!base.startsWith("jdbc:mysql://")) {
            throw settings.error("base-url", base, "jdbc:mysql://host:port");
        }
        url = (base.endsWith("/") ? base : base + "/") + settings.text("database", "");
        username = settings.text("username");
        password = settings.text("password", null);
        passwordFile = settings.text("password_file", null);
        if (password != null && passwordFile != null) {
            throw settings.error("password_file", passwordFile, "either password or password_file, not both");
        }
        query = withoutTrailingSemicolon(settings.text("query"));
        connectTimeoutMillis = settings.count("connect_timeout_ms", 10_000, 1);
        socketTimeoutMillis = settings.count("socket_timeout_ms", 600_000, 1);
    }

    /** A query that returns the columns and no rows. */
    String metadataQuery() {
        return "SELECT * FROM (\n" + query + "\n) AS q LIMIT 0";
    }

    /**
     * @throws SQLException if the database is unreachable or rejects the user
     * @throws IOException if the driver is missing or the password file cannot be read
     */
    Connection connect() throws SQLException, IOException {
        try {
            Class.forName(DRIVER);
        } catch (ClassNotFoundException e) {
            throw new IOException("the MySQL driver (mysql-connector-j) is not in the engine's lib folder", e);
        }
        Properties properties = new Properties();
        properties.setProperty("user", username);
        properties.setProperty("connectTimeout", Integer.toString(connectTimeoutMillis));
        properties.setProperty("socketTimeout", Integer.toString(socketTimeoutMillis));
        properties.setProperty("sslMode", "PREFERRED");
        properties.setProperty("allowPublicKeyRetrieval", "true");
        properties.setProperty("characterEncoding", "UTF-8");
        properties.setProperty("tinyInt1isBit", "true");
        properties.setProperty("zeroDateTimeBehavior", "CONVERT_TO_NULL");
        SQLException refused = null;
        // While a password is rotated, StarRocks accepts the new or the old one.
        for (String each : Settings.secrets(password, passwordFile)) {
            properties.setProperty("password", each);
            try {
                return DriverManager.getConnection(url, properties);
            } catch (SQLException e) {
                if (e.getErrorCode() != ACCESS_DENIED) {
                    throw e;
                }
                refused = e;
            }
        }
        throw refused;
    }

    private static String withoutTrailingSemicolon(String sql) {
        String text = sql.trim();
        while (text.endsWith(";")) {
            text = text.substring(0, text.length() - 1).trim();
        }
        return text;
    }
}
