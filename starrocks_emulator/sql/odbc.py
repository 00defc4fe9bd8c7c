"""Functions in ODBC's braces, `{fn now()}`: those of StarRocks' OdbcScalarFunctionCall."""

from collections.abc import Sequence

from starrocks_emulator import errors

_FUNCTIONS = {
    "ascii", "bit_length", "char", "char_length", "concat", "difference", "hextoraw", "insert", "lcase", "left",
    "length", "locate", "lower", "ltrim", "octet_length", "rawtohex", "repeat", "replace", "right", "rtrim",
    "soundex", "space", "substr", "substring", "ucase", "upper", "abs", "acos", "asin", "atan", "atan2", "bitand",
    "bitor", "ceiling", "cos", "cot", "degrees", "exp", "floor", "log", "log10", "mod", "pi", "power", "radians",
    "rand", "round", "roundmagic", "sign", "sin", "sqrt", "tan", "truncate", "curdate", "curtime", "datediff",
    "dayname", "dayofmonth", "dayofweek", "dayofyear", "extract", "hour", "minute", "month", "monthname", "now",
    "quarter", "second", "week", "year", "current_date", "current_time", "current_timestamp", "cursessionid",
    "current_user", "database", "identity", "user",
}  # fmt: skip


def check(tokens: Sequence[str]) -> None:
    """Check the function if tokens begin with `{fn name`.

    Raises:
        SqlError: 1064 for a function that the braces do not accept.
    """
    if len(tokens) == 3 and tokens[0] == "{" and tokens[1].upper() == "FN" and tokens[2].lower() not in _FUNCTIONS:
        raise errors.syntax(f"Invalid odbc scalar function '{tokens[2]}'")
