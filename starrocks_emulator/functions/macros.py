"""DuckDB macros for expressions that DuckDB and StarRocks compute differently.

DuckDB cannot choose between the overloads of a macro if the argument contains an aggregate. Each overload therefore
also has a name of its own, which `base.overload` uses if the type of the argument is known."""

_DATETIME_TEXT = (
    "CASE WHEN date_part('microseconds', x) % 1000000 = 0 THEN strftime(x, '%Y-%m-%d %H:%M:%S') "
    "ELSE strftime(x, '%Y-%m-%d %H:%M:%S.%f') END"
)

# DuckDB reads the hour 24 as the next day; StarRocks does not.
# A string as DATETIME: usual forms by DuckDB, all other strings that begin with a digit by StarRocks' own rules
_MOMENT = (
    "CASE WHEN regexp_full_match(x, "
    "'\\s*\\d{4}-\\d{1,2}-\\d{1,2}([ T]([01]?\\d|2[0-3]):\\d{1,2}(:\\d{1,2}(\\.\\d{1,6})?)?)?\\s*') "
    "THEN TRY_CAST(trim(x) AS TIMESTAMP) "
    "WHEN regexp_full_match(x, '\\d{8}') THEN try_strptime(x, '%Y%m%d') "
    "WHEN regexp_full_match(x, '\\d{14}') THEN try_strptime(x, '%Y%m%d%H%M%S') "
    "WHEN regexp_matches(x, '^\\s*\\d') THEN py_datetime(x) END"
)


OVERLOADS: dict[str, dict[str, str]] = {
    # The implicit conversion to DATETIME; it returns NULL for a string that is not a date.
    "dt": {
        "TIMESTAMP": "x",
        "DATE": "CAST(x AS TIMESTAMP)",
        "VARCHAR": _MOMENT,
        "BIGINT": "CASE length(CAST(x AS VARCHAR)) WHEN 8 THEN try_strptime(CAST(x AS VARCHAR), '%Y%m%d') "
        "WHEN 14 THEN try_strptime(CAST(x AS VARCHAR), '%Y%m%d%H%M%S') ELSE CASE WHEN x IS NOT NULL THEN "
        "error('emulator: This emulator reads numbers as dates in the forms YYYYMMDD and YYYYMMDDHHMMSS') END END",
    },
    "truth": {
        "VARCHAR": "CASE WHEN lower(trim(x)) IN ('true', 'false') THEN lower(trim(x)) = 'true' "
        "ELSE TRY_CAST(regexp_extract(x, '^\\s*([-+]?\\d+)\\s*$', 1) AS HUGEINT) <> 0 END",
        "BOOLEAN": "x",
        "DOUBLE": "x <> 0",
        "BIGINT": "x <> 0",
        "HUGEINT": "x <> 0",
    },
    # StarRocks' CAST to an integer type truncates; DuckDB's rounds.
    "whole": {
        "DOUBLE": "trunc(x)",
        "VARCHAR": "TRY_CAST(regexp_extract(x, '^\\s*([-+]?\\d+)\\s*$', 1) AS HUGEINT)",
        "BIGINT": "x",
        "HUGEINT": "x",
        "BOOLEAN": "CAST(x AS INTEGER)",
        "DECIMAL(38,9)": "trunc(x)",
        "DATE": "CAST(strftime(x, '%Y%m%d') AS BIGINT)",
        "TIMESTAMP": "CAST(strftime(x, '%Y%m%d%H%M%S') AS BIGINT)",
    },
    "text": {
        "VARCHAR": "x",
        "BOOLEAN": "CASE WHEN x THEN '1' WHEN NOT x THEN '0' END",
        "DOUBLE": "regexp_replace(CAST(x AS VARCHAR), '\\.0$', '')",
        "FLOAT": "regexp_replace(CAST(x AS VARCHAR), '\\.0$', '')",
        "BIGINT": "CAST(x AS VARCHAR)",
        "DATE": "strftime(x, '%Y-%m-%d')",
        "TIMESTAMP": _DATETIME_TEXT,
        "HUGEINT": "CAST(x AS VARCHAR)",
        "": "CAST(x AS VARCHAR)",
    },
    # The number in a string; NULL for text such as nan, 1e400 and 1_000, which DuckDB's CAST accepts.
    "numeral": {
        "VARCHAR": "CASE WHEN isfinite(TRY_CAST(fn.number_text(x) AS DOUBLE)) THEN fn.number_text(x) END",
        "": "x",
    },
    "float_numeral": {
        "VARCHAR": "CASE WHEN isfinite(TRY_CAST(fn.number_text(x) AS FLOAT)) THEN fn.number_text(x) END",
        "": "x",
    },
    "with_time": {
        "TIMESTAMP": "x",
        "VARCHAR": "fn.dt_varchar(x)",
        "DATE": "CASE WHEN x IS NOT NULL THEN "
        "CAST(error('emulator: date_trunc of a DATE takes day, week, month, quarter or year') AS TIMESTAMP) END",
    },
    "round1": {"DOUBLE": "TRY_CAST(round(x) AS BIGINT)", "BIGINT": "x", "": "round(x)"},
    "floor1": {"DOUBLE": "TRY_CAST(floor(x) AS BIGINT)", "BIGINT": "x", "": "TRY_CAST(floor(x) AS BIGINT)"},
    "ceil1": {"DOUBLE": "TRY_CAST(ceil(x) AS BIGINT)", "BIGINT": "x", "": "TRY_CAST(ceil(x) AS BIGINT)"},
    # The absolute value of the smallest integer needs a larger type.
    "abs1": {
        "DOUBLE": "abs(CAST(x AS DOUBLE))", "FLOAT": "abs(x)", "TINYINT": "abs(CAST(x AS SMALLINT))",
        "SMALLINT": "abs(CAST(x AS INTEGER))", "INTEGER": "abs(CAST(x AS BIGINT))",
        "BIGINT": "CAST(abs(CAST(x AS HUGEINT)) AS DECIMAL(38,0))", "BOOLEAN": "CAST(x AS SMALLINT)", "": "abs(x)",
    },
    "signed": {"DOUBLE": "CAST(x AS DOUBLE)", "BIGINT": "CAST(x AS BIGINT)", "": "x"},
    "hex": {"VARCHAR": "hex(encode(x))", "BIGINT": "hex(x)"},
    "day_trunc": {
        "TIMESTAMP": "date_trunc(u, x)", "DATE": "CAST(date_trunc(u, x) AS DATE)",
        "VARCHAR": "date_trunc(u, fn.dt_varchar(x))",
    },
}  # fmt: skip
"""Name of a macro, DuckDB's type of its last parameter `x` (empty: any other), and the expression.

`day_trunc` has the unit `u` as its first parameter."""


def suffix(type_: str) -> str:
    """The suffix of a macro's name for one type."""
    return f"_{type_.partition('(')[0].lower() or 'other'}"


def _overloaded() -> list[str]:
    statements = []
    for name, bodies in OVERLOADS.items():
        first, typed = ("u, ", "u VARCHAR, ") if name == "day_trunc" else ("", "")
        for type_, body in bodies.items():
            statements.append(f"CREATE MACRO fn.{name}{suffix(type_)}({first}x) AS {body}")
        choices = ", ".join(f"({typed}x {type_}) AS {body}" for type_, body in bodies.items())
        statements.append(f"CREATE MACRO fn.{name}{choices}")
    return statements


MACROS = (
    # DuckDB also accepts nan, inf and 1_000; StarRocks does not.
    "CREATE MACRO fn.number_text(x) AS CASE WHEN regexp_full_match(x, "
    "'\\s*[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?\\s*') THEN x END",
    "CREATE MACRO fn.like_pattern(x) AS CASE WHEN ends_with(x, '\\') "
    "THEN regexp_replace(x, '^((?:[^\\\\]|\\\\.)*)\\\\$', '\\1', 's') ELSE x END",
    "CREATE MACRO fn.lowest_byte(x) AS CASE WHEN x & 255 < 128 THEN chr(x & 255) WHEN x IS NOT NULL THEN "
    "error('emulator: This emulator does not support char if its bytes are not UTF-8') END",
    "CREATE MACRO fn.finite(x) AS CASE WHEN isfinite(x) THEN x END",
    *_overloaded(),
    # Converts a string to DATETIME in a load. The forms are YYYY-MM-DD with an optional time, YYYYMMDD and
    # YYYYMMDDhhmmss; any other string is NULL, also one with a time zone, which DuckDB accepts. White space at the ends
    # is removed, such as the carriage return of a CSV line. To do so always would be slow, and so would be regular
    # expressions.
    "CREATE MACRO fn.dashed_time(x) AS CASE WHEN strlen(x) <= 26 AND x[-1] BETWEEN '0' AND '9' "
    "AND NOT contains(x, '+') AND NOT contains(x, ' 24:') AND NOT contains(x, 'T24:') "
    "THEN TRY_CAST(x AS TIMESTAMP) END",
    "CREATE MACRO fn.trimmed_time(x) AS CASE WHEN x[5] = '-' THEN fn.dashed_time(x) "
    "WHEN strlen(x) = 8 THEN try_strptime(x, '%Y%m%d') WHEN strlen(x) = 14 THEN try_strptime(x, '%Y%m%d%H%M%S') END",
    "CREATE MACRO fn.loaded_time(x VARCHAR) AS CASE WHEN x[5] = '-' AND x[-1] BETWEEN '0' AND '9' "
    "THEN fn.dashed_time(x) ELSE fn.trimmed_time(trim(x, ' ' || chr(9) || chr(10) || chr(13))) END",
    # A floating-point number in a load. It may be inf or nan, but 1e400 is NULL, and so is 1_000.
    *(
        f"CREATE MACRO fn.loaded_{name}(x VARCHAR) AS CASE WHEN contains(x, '_') THEN NULL "
        f"WHEN isinf(TRY_CAST(x AS {name})) AND regexp_matches(x, '[0-9]') THEN NULL ELSE TRY_CAST(x AS {name}) END"
        for name in ("double", "float")
    ),
    # A number that DuckDB's JSON reader converts: 1e400 is inf, so that the read has to begin again with texts.
    "CREATE MACRO fn.read_number(x) AS CASE WHEN isinf(x) THEN error('a number is too large') ELSE x END",
    # Values outside the range of DATETIME become NULL.
    "CREATE MACRO fn.ranged(x) AS CASE WHEN x BETWEEN TIMESTAMP '0000-01-01 00:00:00' AND "
    "TIMESTAMP '9999-12-31 23:59:59.999999' THEN x END",
    # The slices of time_slice begin at 0001-01-01.
    "CREATE MACRO fn.first_moment() AS TIMESTAMP '0001-01-01 00:00:00'",
    "CREATE MACRO fn.sliced(x, slice) AS CASE WHEN x < fn.first_moment() THEN CAST(error('emulator: time used with "
    "time_slice can''t before 0001-01-01 00:00:00') AS TIMESTAMP) WHEN x IS NOT NULL THEN slice END",
    "CREATE MACRO fn.number(x) AS fn.finite(TRY_CAST(fn.number_text(x) AS DOUBLE))",
    "CREATE MACRO fn.month_number(x) AS date_part('year', x) * 12 + date_part('month', x)",
    "CREATE MACRO fn.in_month(x) AS x - date_trunc('month', x)",
    # The whole months and years from b to a, as `months_diff` and `years_diff` of time_functions.cpp compute them:
    # below one month the result is -1 if a is the earlier one. In DATE_DIFF it is 0, because DATE_DIFF counts up to the
    # last day of a shorter month.
    "CREATE MACRO fn.months(a, b) AS CASE WHEN fn.month_number(a) >= fn.month_number(b) "
    "THEN fn.month_number(a) - fn.month_number(b) - CAST(fn.in_month(a) < fn.in_month(b) AS BIGINT) "
    "ELSE fn.month_number(a) - fn.month_number(b) + CAST(fn.in_month(a) > fn.in_month(b) AS BIGINT) END",
    "CREATE MACRO fn.in_year(x) AS date_part('month', x) * 31 * INTERVAL 1 day + fn.in_month(x)",
    "CREATE MACRO fn.years(a, b) AS CASE WHEN date_part('year', a) >= date_part('year', b) "
    "THEN date_part('year', a) - date_part('year', b) - CAST(fn.in_year(a) < fn.in_year(b) AS BIGINT) "
    "ELSE date_part('year', a) - date_part('year', b) + CAST(fn.in_year(a) > fn.in_year(b) AS BIGINT) END",
    "CREATE MACRO fn.is_last_day(x) AS date_part('day', x + INTERVAL 1 day) = 1",
    "CREATE MACRO fn.in_day(x) AS x - date_trunc('day', x)",
    "CREATE MACRO fn.lacks_days(a, b) AS CASE WHEN date_part('day', a) > date_part('day', b) "
    "THEN NOT fn.is_last_day(b) OR (fn.is_last_day(a) AND fn.in_day(a) > fn.in_day(b)) "
    "ELSE date_part('day', a) = date_part('day', b) AND fn.in_day(a) > fn.in_day(b) "
    "AND (NOT fn.is_last_day(b) OR fn.is_last_day(a)) END",
    "CREATE MACRO fn.months_from(a, b) AS fn.month_number(b) - fn.month_number(a) "
    "- CAST(fn.lacks_days(a, b) AS BIGINT)",
    "CREATE MACRO fn.date_diff_months(a, b) AS CASE WHEN b < a THEN fn.months_from(b, a) "
    "ELSE - fn.months_from(a, b) END",
    # Rounds half away from zero, as StarRocks' DECIMAL arithmetic does.
    "CREATE MACRO fn.quotient(a, b) AS CASE WHEN b = 0 THEN NULL ELSE (abs(a) * 2 + abs(b)) // (abs(b) * 2) "
    "* CAST(sign(a) * sign(b) AS HUGEINT) END",
    "CREATE MACRO fn.divided(a DOUBLE, b DOUBLE) AS a / b, (a BIGINT, b BIGINT) AS a / b, "
    "(a DECIMAL(38,9), b DECIMAL(38,9)) AS error('emulator: a division of DECIMALs of unknown scale; use CAST')",
    # StarRocks truncates the result of group_concat to the whole characters within group_concat_max_len bytes.
    "CREATE MACRO fn.no_longer(x, most) AS CASE WHEN strlen(x) <= most THEN x WHEN strlen(x) = length(x) THEN "
    "left(x, most) ELSE py_cut(x, most) END",
    # A text of more than 1 MB (OLAP_STRING_MAX_LENGTH) becomes NULL.
    "CREATE MACRO fn.repeated(x, n) AS CASE WHEN n <= 0 THEN CASE WHEN x IS NOT NULL THEN '' END "
    "WHEN strlen(x) * CAST(n AS HUGEINT) <= 1048576 THEN repeat(x, CAST(n AS BIGINT)) END",
    # StarRocks changes the case of ASCII letters only.
    "CREATE MACRO fn.lower(x) AS translate(x, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')",
    "CREATE MACRO fn.upper(x) AS translate(x, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')",
    # A sum of integers is a BIGINT, which wraps around.
    "CREATE MACRO fn.wrapped(x) AS CAST(CASE WHEN x BETWEEN -9223372036854775808 AND 9223372036854775807 THEN x ELSE "
    "((x + 9223372036854775808) % 18446744073709551616 + 18446744073709551616) % 18446744073709551616 "
    "- 9223372036854775808 END AS BIGINT)",
    "CREATE MACRO fn.wrapped_at(x, limit_) AS CASE WHEN x = limit_ THEN - x ELSE x END",
    "CREATE MACRO fn.truncated(x, n) AS CASE WHEN n < 0 THEN trunc(CAST(x AS DOUBLE) / pow(10, -n)) * pow(10, -n) "
    "ELSE trunc(CAST(x AS DOUBLE) * pow(10, n)) / pow(10, n) END",
    # Bits that are shifted out are lost. DuckDB refuses that, and negative numbers.
    "CREATE MACRO fn.shift_left(x, n) AS CASE WHEN n BETWEEN 0 AND 63 THEN "
    "fn.wrapped(CAST(x AS HUGEINT) * CAST(pow(2, n) AS HUGEINT)) "
    "WHEN n IS NOT NULL AND x IS NOT NULL THEN error('emulator: a shift by ' || n || ' bits') END",
    "CREATE MACRO fn.shift_right(x, n) AS CASE WHEN n BETWEEN 0 AND 63 THEN CAST(x AS BIGINT) >> CAST(n AS BIGINT) "
    "WHEN n IS NOT NULL AND x IS NOT NULL THEN error('emulator: a shift by ' || n || ' bits') END",
    "CREATE MACRO fn.first_of(a, p) AS CASE WHEN p > 0 THEN p - 1 ELSE p + len(a) END",
    "CREATE MACRO fn.array_contains(a, x) AS CASE WHEN a IS NULL THEN NULL WHEN x IS NULL THEN "
    "len(list_filter(a, lambda e: e IS NULL)) > 0 ELSE list_contains(a, x) END",
    # A negative position counts from the end of the array.
    "CREATE MACRO fn.array_slice(a, p, n) AS CASE WHEN p = 0 AND a IS NOT NULL AND n IS NOT NULL THEN [] "
    "WHEN p IS NOT NULL AND n IS NOT NULL THEN list_slice(a, greatest(fn.first_of(a, p), 0) + 1, "
    "greatest(fn.first_of(a, p) + n, 0)) END",
    # Two NULL elements count as equal.
    "CREATE MACRO fn.arrays_overlap(a, b) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN list_has_any(a, b) OR "
    "(len(list_filter(a, lambda e: e IS NULL)) > 0 AND len(list_filter(b, lambda e: e IS NULL)) > 0) END",
    # A string of more than 1 MB (OLAP_STRING_MAX_LENGTH) becomes NULL.
    "CREATE MACRO fn.bounded(x) AS CASE WHEN strlen(x) <= 1048576 THEN x END",
    # Positions of substring count from 1, negative ones from the end. Position 0 gives an empty text.
    "CREATE MACRO fn.substr2(x, p) AS CASE WHEN p = 0 OR abs(CAST(p AS BIGINT)) > length(x) THEN "
    "CASE WHEN x IS NOT NULL THEN '' END ELSE substring(x, CAST(p AS BIGINT)) END",
    "CREATE MACRO fn.substr3(x, p, n) AS CASE WHEN p = 0 OR n <= 0 OR abs(CAST(p AS BIGINT)) > length(x) THEN "
    "CASE WHEN x IS NOT NULL AND p IS NOT NULL AND n IS NOT NULL THEN '' END "
    "ELSE substring(x, CAST(p AS BIGINT), CAST(n AS BIGINT)) END",
)
