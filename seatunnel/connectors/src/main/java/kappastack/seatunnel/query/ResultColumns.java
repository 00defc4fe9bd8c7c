package kappastack.seatunnel.query;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.DecimalType;
import org.apache.seatunnel.api.table.type.LocalTimeType;
import org.apache.seatunnel.api.table.type.SeaTunnelDataType;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.apache.seatunnel.api.table.type.SeaTunnelRowType;

/** Converts JDBC's types and values to the engine's. */
final class ResultColumns {
    private ResultColumns() {}

    /**
     * Converts the columns of a query's result to a row type of the engine.
     *
     * @throws SQLException if a column's type has no counterpart; the message names the column
     */
    static SeaTunnelRowType rowType(ResultSetMetaData metadata) throws SQLException {
        int count = metadata.getColumnCount();
        String[] names = new String[count];
        SeaTunnelDataType<?>[] types = new SeaTunnelDataType<?>[count];
        for (int i = 0; i < count; i++) {
            names[i] = metadata.getColumnLabel(i + 1);
            types[i] = type(metadata, i + 1);
        }
        return new SeaTunnelRowType(names, types);
    }

    static SeaTunnelRow row(ResultSet result, SeaTunnelRowType type) throws SQLException {
        Object[] fields = new Object[type.getTotalFields()];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = value(result, i + 1, type.getFieldType(i));
        }
        return new SeaTunnelRow(fields);
    }

    private static SeaTunnelDataType<?> type(ResultSetMetaData metadata, int column) throws SQLException {
        switch (metadata.getColumnType(column)) {
            case Types.BIT:
            case Types.BOOLEAN:
                return BasicType.BOOLEAN_TYPE;
            case Types.TINYINT:
            case Types.SMALLINT:
            case Types.INTEGER:
                return metadata.isSigned(column) ? BasicType.INT_TYPE : BasicType.LONG_TYPE;
            case Types.BIGINT:
                return BasicType.LONG_TYPE;
            case Types.REAL:
            case Types.FLOAT:
            case Types.DOUBLE:
                return BasicType.DOUBLE_TYPE;
            case Types.NUMERIC:
            case Types.DECIMAL:
                return new DecimalType(Math.max(1, metadata.getPrecision(column)), Math.max(0, metadata.getScale(column)));
            case Types.DATE:
                return LocalTimeType.LOCAL_DATE_TYPE;
            case Types.TIMESTAMP:
                return LocalTimeType.LOCAL_DATE_TIME_TYPE;
            case Types.CHAR:
            case Types.VARCHAR:
            case Types.LONGVARCHAR:
            case Types.NCHAR:
            case Types.NVARCHAR:
            case Types.LONGNVARCHAR:
            case Types.NULL:
                return BasicType.STRING_TYPE;
            default:
                throw new SQLException(
                        QuerySettings.PLUGIN
                                + ": column "
                                + metadata.getColumnLabel(column)
                                + " is of type "
                                + metadata.getColumnTypeName(column)
                                + "; expected: a number, text, boolean, date or datetime");
        }
    }

    private static Object value(ResultSet result, int column, SeaTunnelDataType<?> type) throws SQLException {
        Object value;
        switch (type.getSqlType()) {
            case BOOLEAN:
                value = result.getBoolean(column);
                break;
            case INT:
                value = result.getInt(column);
                break;
            case BIGINT:
                value = result.getLong(column);
                break;
            case DOUBLE:
                value = result.getDouble(column);
                break;
            case DECIMAL:
                value = result.getBigDecimal(column);
                break;
            case DATE:
                value = result.getObject(column, LocalDate.class);
                break;
            case TIMESTAMP:
                value = result.getObject(column, LocalDateTime.class);
                break;
            default:
                value = result.getString(column);
        }
        return result.wasNull() ? null : value;
    }
}
