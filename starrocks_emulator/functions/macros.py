"""DuckDB macros, chosen by argument type, for what DuckDB computes otherwise than StarRocks."""

_DATETIME_TEXT = (
    "CASE WHEN date_part('microseconds', x) % 1000000 = 0 THEN strftime(x, '%Y-%m-%d %H:%M:%S') "
    "ELSE strftime(x, '%Y-%m-%d %H:%M:%S.%f') END"
)

MACROS = (
    # a text is read as DATETIME where one is wanted; what cannot be read is NULL
    "CREATE MACRO fn.dt(x TIMESTAMP) AS x, (x DATE) AS CAST(x AS TIMESTAMP), (x VARCHAR) AS TRY_CAST(x AS TIMESTAMP)",
    # CAST to an integer type cuts off decimals, where DuckDB rounds
    "CREATE MACRO fn.whole(x DOUBLE) AS trunc(x), (x VARCHAR) AS TRY_CAST(regexp_extract(x, "
    "'^\\s*([-+]?\\d+)\\s*$', 1) AS HUGEINT), (x BIGINT) AS x, (x HUGEINT) AS x, (x BOOLEAN) AS CAST(x AS INTEGER), "
    "(x DECIMAL(38,9)) AS trunc(x)",
    "CREATE MACRO fn.text(x VARCHAR) AS x, (x BOOLEAN) AS CASE WHEN x THEN '1' WHEN NOT x THEN '0' END, "
    "(x DOUBLE) AS regexp_replace(CAST(x AS VARCHAR), '\\.0$', ''), (x FLOAT) AS "
    "regexp_replace(CAST(x AS VARCHAR), '\\.0$', ''), (x BIGINT) AS CAST(x AS VARCHAR), "
    f"(x DATE) AS CAST(x AS VARCHAR), (x TIMESTAMP) AS {_DATETIME_TEXT}, (x HUGEINT) AS CAST(x AS VARCHAR), "
    "(x) AS CAST(x AS VARCHAR)",
    "CREATE MACRO fn.date_trunc(u VARCHAR, x TIMESTAMP) AS date_trunc(u, x), "
    "(u VARCHAR, x DATE) AS CAST(date_trunc(u, x) AS DATE), "
    "(u VARCHAR, x VARCHAR) AS date_trunc(u, TRY_CAST(x AS TIMESTAMP))",
    "CREATE MACRO fn.round1(x DOUBLE) AS TRY_CAST(round(x) AS BIGINT), (x BIGINT) AS x, (x) AS round(x)",
    "CREATE MACRO fn.floor1(x DOUBLE) AS TRY_CAST(floor(x) AS BIGINT), (x BIGINT) AS x, "
    "(x) AS TRY_CAST(floor(x) AS BIGINT)",
    "CREATE MACRO fn.ceil1(x DOUBLE) AS TRY_CAST(ceil(x) AS BIGINT), (x BIGINT) AS x, "
    "(x) AS TRY_CAST(ceil(x) AS BIGINT)",
    # substring counts from 1, from the end below 0; position 0 is no position
    "CREATE MACRO fn.substr2(x, p) AS CASE WHEN p = 0 THEN '' ELSE substring(x, CAST(p AS BIGINT)) END",
    "CREATE MACRO fn.substr3(x, p, n) AS CASE WHEN p = 0 OR n <= 0 OR abs(p) > length(x) THEN "
    "CASE WHEN x IS NOT NULL AND p IS NOT NULL AND n IS NOT NULL THEN '' END "
    "ELSE substring(x, CAST(p AS BIGINT), CAST(n AS BIGINT)) END",
)
