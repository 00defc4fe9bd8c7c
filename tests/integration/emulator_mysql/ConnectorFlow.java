import com.mysql.cj.jdbc.JdbcConnection;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The flows of a JDBC client, once for each set of options. Arguments: port, database, certificate store, options… */
public class ConnectorFlow {
    private static final String COLUMNS =
            "station_id, measured_at, value, quality, valid, price, day, counted, note";

    private static String options;

    interface Check {
        Object run() throws Exception;
    }

    /** Prints the result or the error of a check. The test compares it with the expected one. */
    private static void check(String name, Check check) {
        Object found;
        try {
            found = check.run();
        } catch (SQLException failed) {
            found = "SQLException " + failed.getErrorCode() + " " + failed.getSQLState();
        } catch (Exception failed) {
            found = failed.toString();
        }
        System.out.println(options + "\t" + name + "\t" + found);
    }

    public static void main(String[] arguments) throws Exception {
        String url = "jdbc:mysql://127.0.0.1:" + arguments[0] + "/" + arguments[1] + "?connectionTimeZone=UTC";
        for (String each : Arrays.asList(arguments).subList(3, arguments.length)) {
            options = each;
            String all = url + (each.equals("plain") ? "" : "&" + each);
            if (each.contains("VERIFY_CA")) {
                all += "&trustCertificateKeyStoreUrl=file:" + arguments[2]
                        + "&trustCertificateKeyStorePassword=changeit&trustCertificateKeyStoreType=PKCS12";
            }
            try (Connection connection = DriverManager.getConnection(all, "root", "")) {
                flow(connection, arguments[1]);
            }
        }
    }

    private static void flow(Connection connection, String database) throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM measurements WHERE station_id IS NOT NULL");
        }
        check("version", () -> connection.getMetaData().getDatabaseProductVersion());
        check("batch", () -> batch(connection));
        check("read", () -> read(connection));
        check("update count", () -> {
            try (PreparedStatement update =
                    connection.prepareStatement("UPDATE measurements SET note = ? WHERE station_id = ?")) {
                update.setString(1, "changed");
                update.setString(2, "S1");
                return update.executeUpdate();
            }
        });
        check("null read", () -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            "SELECT value, note FROM measurements WHERE station_id = 'S4'")) {
                row.next();
                return row.getDouble(1) + " " + row.wasNull() + " " + row.getString(2);
            }
        });
        check("metadata", () -> metadata(connection));
        check("large result", () -> {
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT * FROM TABLE(generate_series(1, ?))")) {
                select.setInt(1, 5000);
                select.setFetchSize(100);
                long sum = 0;
                int count = 0;
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        sum += rows.getLong(1);
                        count++;
                    }
                }
                return count + " " + sum;
            }
        });
        check("several statements", () -> {
            try (Statement statement = connection.createStatement()) {
                List<String> found = new ArrayList<>();
                boolean rows = statement.execute(
                        "SELECT 1; DELETE FROM measurements WHERE station_id = 'S2'; SELECT 'a;b'");
                while (rows || statement.getUpdateCount() != -1) {
                    if (rows) {
                        ResultSet result = statement.getResultSet();
                        result.next();
                        found.add(result.getString(1));
                    } else {
                        found.add("count " + statement.getUpdateCount());
                    }
                    rows = statement.getMoreResults();
                }
                return found;
            }
        });
        check("no such table", () -> connection.createStatement().executeQuery("SELECT * FROM nowhere"));
        check("after an error", () -> connection.isValid(5));
        check("a query too slow", () -> {
            try (Statement statement = connection.createStatement()) {
                statement.setQueryTimeout(1);
                statement.executeQuery("SELECT sum(a.generate_series * b.generate_series % 7) "
                        + "FROM TABLE(generate_series(1, 1000000)) a, TABLE(generate_series(1, 100000)) b");
                return "it ended";
            } catch (java.sql.SQLTimeoutException interrupted) {
                return "interrupted";
            }
        });
        check("transactions", () -> {
            connection.setAutoCommit(false);
            connection.commit();
            connection.rollback();
            connection.setAutoCommit(true);
            return connection.getAutoCommit();
        });
        check("tables", () -> names(connection.getMetaData()
                .getTables(database, null, "%", new String[] {"TABLE"}), "TABLE_NAME"));
        check("columns", () -> names(connection.getMetaData()
                .getColumns(database, null, "measurements", "%"), "COLUMN_NAME"));
        check("primary key", () -> names(connection.getMetaData()
                .getPrimaryKeys(database, null, "measurements"), "COLUMN_NAME"));
        check("reset", () -> {
            connection.unwrap(JdbcConnection.class).resetServerState();
            return connection.isValid(5);
        });
        check("change user", () -> {
            connection.unwrap(JdbcConnection.class).changeUser("root", "");
            return connection.isValid(5);
        });
        check("change user, wrong password", () -> {
            connection.unwrap(JdbcConnection.class).changeUser("root", "wrong");
            return connection.isValid(5);
        });
    }

    private static String batch(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO measurements (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (int number = 1; number <= 3; number++) {
                insert.setString(1, "S" + number);
                insert.setTimestamp(2, Timestamp.from(java.time.Instant.parse("2026-01-31T12:05:06Z")));
                insert.setDouble(3, number / 10.0);
                insert.setByte(4, (byte) -number);
                insert.setBoolean(5, number % 2 == 1);
                insert.setBigDecimal(6, new BigDecimal("12.3400"));
                insert.setDate(7, Date.valueOf("2026-01-31"));
                insert.setLong(8, Long.MIN_VALUE);
                insert.setString(9, "d'été ? \\ 🌍");
                insert.addBatch();
            }
            insert.setString(1, "S4");
            insert.setTimestamp(2, Timestamp.from(java.time.Instant.parse("2026-01-31T12:05:06.5Z")));
            insert.setNull(3, Types.DOUBLE);
            insert.setNull(4, Types.TINYINT);
            insert.setNull(5, Types.BOOLEAN);
            insert.setNull(6, Types.DECIMAL);
            insert.setNull(7, Types.DATE);
            insert.setNull(8, Types.BIGINT);
            insert.setNull(9, Types.VARCHAR);
            insert.addBatch();
            return Arrays.toString(insert.executeBatch());
        }
    }

    private static String read(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT " + COLUMNS + " FROM measurements WHERE station_id = ? AND measured_at = ? LIMIT 2")) {
            select.setString(1, "S1");
            select.setTimestamp(2, Timestamp.from(java.time.Instant.parse("2026-01-31T12:05:06Z")));
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return "no row";
                }
                String found = row.getString(1) + "|" + row.getTimestamp(2).toInstant() + "|" + row.getDouble(3) + "|"
                        + row.getByte(4) + "|" + row.getBoolean(5) + "|" + row.getBigDecimal(6) + "|" + row.getDate(7)
                        + "|" + row.getLong(8) + "|" + row.getString(9);
                return row.next() ? "two rows" : found;
            }
        }
    }

    private static String metadata(Connection connection) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT " + COLUMNS + " FROM measurements WHERE 1 = 0")) {
            ResultSetMetaData columns = select.getMetaData();
            if (columns == null) {
                return "none";
            }
            List<String> found = new ArrayList<>();
            for (int number = 1; number <= columns.getColumnCount(); number++) {
                found.add(columns.getColumnName(number) + " " + columns.getColumnTypeName(number));
            }
            return String.join(", ", found);
        }
    }

    private static String names(ResultSet rows, String column) throws SQLException {
        List<String> found = new ArrayList<>();
        try (rows) {
            while (rows.next()) {
                found.add(rows.getString(column));
            }
        }
        return String.join(" ", found);
    }
}
