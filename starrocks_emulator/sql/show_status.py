"""SHOW INDEX and SHOW TABLE STATUS."""

from starrocks_emulator.context import Context
from starrocks_emulator.information_schema import InformationSchema
from starrocks_emulator.results import ResultSet
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.literals import text_literal
from starrocks_emulator.sql.show_cluster import texts
from starrocks_emulator.sql.show_parts import database_of, filtered, table_of

_INDEX = ["Table", "Non_unique", "Key_name", "Seq_in_index", "Column_name", "Collation", "Cardinality", "Sub_part",
          "Packed", "Null", "Index_type", "Comment"]  # fmt: skip


def indexes(context: Context, words: Words) -> ResultSet:
    """`SHOW INDEX FROM table [FROM db]`: no rows, because the emulator refuses INDEX in CREATE TABLE."""
    words.one_of("FROM", "IN")
    table_of(context, words)
    words.finish()
    return texts(_INDEX, [])


_STATUS = {
    "Name": "TABLE_NAME", "Engine": "ENGINE", "Version": "CAST(NULL AS BIGINT)", "Row_format": "''",
    "Rows": "coalesce(TABLE_ROWS, -1)", "Avg_row_length": "coalesce(AVG_ROW_LENGTH, -1)",
    "Data_length": "coalesce(DATA_LENGTH, -1)", "Max_data_length": "CAST(NULL AS BIGINT)",
    "Index_length": "CAST(NULL AS BIGINT)", "Data_free": "CAST(NULL AS BIGINT)",
    "Auto_increment": "CAST(NULL AS BIGINT)", "Create_time": "CREATE_TIME", "Update_time": "UPDATE_TIME",
    "Check_time": "CAST(NULL AS TIMESTAMP)", "Collation": "TABLE_COLLATION", "Checksum": "CAST(NULL AS BIGINT)",
    "Create_options": "''", "Comment": "TABLE_COMMENT",
}  # fmt: skip
"""Columns of SHOW TABLE STATUS, as expressions over information_schema.tables; a view has -1 rows."""


def table_status(context: Context, words: Words) -> ResultSet:
    """`SHOW TABLE STATUS [FROM db] [LIKE 'pattern' | WHERE condition]`."""
    database = database_of(context, words)
    columns = ", ".join(f'{value} AS "{name}"' for name, value in _STATUS.items())
    source = InformationSchema(context.services, context.access).query("tables")
    shown = f"SELECT {columns} FROM ({source}) AS tables WHERE TABLE_SCHEMA = {text_literal(database)} ORDER BY 1"
    if words.accept("WHERE"):
        return filtered(context, shown, "*", words.rest())
    if words.accept("LIKE"):
        shown = f"SELECT * FROM ({shown}) AS shown WHERE \"Name\" ILIKE {text_literal(words.string())} ESCAPE '\\'"
    words.finish()
    return context.rows(shown)
