"""Each function of the allowlist with StarRocks' result."""

import datetime
import math

import pytest

from starrocks_emulator.functions import FUNCTIONS
from starrocks_emulator.results import Value
from starrocks_emulator.sql.moments import SPECIAL
from starrocks_emulator.testing import Client

D = datetime.datetime
ROWS = "(SELECT 1 AS n, 'a' AS s UNION ALL SELECT 2, 'b' UNION ALL SELECT 4, 'b') AS t"

SCALARS: dict[str, list[tuple[str, Value]]] = {
    "GROUPING": [
        ("(SELECT MAX(g) FROM (SELECT GROUPING(n) AS g FROM (SELECT 1 AS n) AS r GROUP BY ROLLUP (n)) AS q)", 1)
    ],
    "GROUPING_ID": [
        ("(SELECT MAX(g) FROM (SELECT GROUPING_ID(n) AS g FROM (SELECT 1 AS n) AS r GROUP BY ROLLUP (n)) AS q)", 1)
    ],
    "IF": [("IF(1 > 2, 'a', 'b')", "b"), ("IF(NULL, 1, 2)", 2)],
    "IFNULL": [("IFNULL(NULL, 3)", 3)],
    "NVL": [("NVL(NULL, 3)", 3)],
    "NULLIF": [("NULLIF(1, 1)", None), ("NULLIF(2, 1)", 2)],
    "COALESCE": [("COALESCE(NULL, NULL, 5)", 5)],
    "ISNULL": [("ISNULL(NULL)", True)],
    "ISNOTNULL": [("ISNOTNULL(NULL)", False)],
    "GREATEST": [("GREATEST(1, 3, 2)", 3), ("GREATEST(1, NULL)", None)],
    "LEAST": [("LEAST(2, 1)", 1), ("LEAST(2, NULL)", None)],
    "CONCAT": [("CONCAT('a', 1, 'b')", "a1b"), ("CONCAT('a', NULL)", None)],
    "CONCAT_WS": [("CONCAT_WS('-', 'a', NULL, 2)", "a-2")],
    "LOWER": [("LOWER('AÉ')", "aé")],
    "LCASE": [("LCASE('A')", "a")],
    "UPPER": [("UPPER('a')", "A")],
    "UCASE": [("UCASE('a')", "A")],
    "LENGTH": [("LENGTH('é')", 2)],
    "CHAR_LENGTH": [("CHAR_LENGTH('é')", 1)],
    "CHARACTER_LENGTH": [("CHARACTER_LENGTH('é')", 1)],
    "LEFT": [("LEFT('abc', 2)", "ab"), ("LEFT('abc', -1)", "")],
    "RIGHT": [("RIGHT('abc', 2)", "bc")],
    "SUBSTRING": [("SUBSTRING('abc', 2)", "bc"), ("SUBSTRING('abc', -2, 1)", "b"), ("SUBSTRING('abc', 0, 2)", "")],
    "SUBSTR": [("SUBSTR('abc', 2, 1)", "b")],
    "REPLACE": [("REPLACE('abab', 'b', 'x')", "axax")],
    "TRIM": [("TRIM('  a ')", "a")],
    "LTRIM": [("LTRIM(' a ')", "a ")],
    "RTRIM": [("RTRIM(' a ')", " a")],
    "STARTS_WITH": [("STARTS_WITH('abc', 'ab')", True)],
    "ENDS_WITH": [("ENDS_WITH('abc', 'ab')", False)],
    "INSTR": [("INSTR('abc', 'c')", 3)],
    "LOCATE": [("LOCATE('c', 'abc')", 3)],
    "REPEAT": [("REPEAT('ab', 2)", "abab")],
    "REVERSE": [("REVERSE('abc')", "cba")],
    "LPAD": [("LPAD('7', 3, '0')", "007")],
    "RPAD": [("RPAD('7', 3, '0')", "700")],
    "SPLIT_PART": [("SPLIT_PART('a:b:c', ':', 2)", "b")],
    "REGEXP_EXTRACT": [("REGEXP_EXTRACT('a12', '([0-9]+)', 1)", "12")],
    "REGEXP_REPLACE": [("REGEXP_REPLACE('a1b2', '[0-9]', '_')", "a_b_")],
    "HEX": [("HEX('ab')", "6162")],
    "MD5": [("MD5('a')", "0cc175b9c0f1b6a831c399e269772661")],
    "MD5SUM": [
        ("MD5SUM('starrocks', NULL)", "f75523a916caf65f1ad487a9f8017f75"),
        ("MD5SUM('a', 'b')", "187ef4436122d1cc2f40dc2b92f0eba0"),
    ],
    "SHA2": [("SHA2('starrocks', 256)", "87da3b6aefc0bd626a32626685dad2dba7435095f26c5a9628a6b13ced5721b0")],
    "CRC32": [("CRC32('starrocks')", 2312449062), ("CRC32(NULL)", None)],
    "MURMUR_HASH3_32": [
        ("MURMUR_HASH3_32(NULL)", None),
        ("MURMUR_HASH3_32('hello')", 1321743225),
        ("MURMUR_HASH3_32('hello', 'world')", 984713481),
        ("MURMUR_HASH3_32('hello', NULL)", None),
        ("MURMUR_HASH3_32('')", -965378730),
    ],
    "BITAND": [("BITAND(3, 0)", 0), ("BITAND(3, 1)", 1)],
    "BITOR": [("BITOR(3, 0)", 3)],
    "BITXOR": [("BITXOR(3, 1)", 2)],
    "BITNOT": [("BITNOT(3)", -4)],
    "SPACE": [("SPACE(2)", "  ")],
    "ABS": [("ABS(-2)", 2)],
    "SIGN": [("SIGN(-2)", -1)],
    "FLOOR": [("FLOOR(-2.5)", -3)],
    "CEIL": [("CEIL(2.1)", 3)],
    "CEILING": [("CEILING(2.1)", 3)],
    "ROUND": [
        ("ROUND(CAST(2.5 AS DOUBLE))", 3),
        ("ROUND(CAST(-2.5 AS DOUBLE))", -3),
        ("CAST(ROUND(2.345, 2) AS DOUBLE)", 2.35),
    ],
    "TRUNCATE": [("TRUNCATE(CAST(2.567 AS DOUBLE), 1)", 2.5), ("TRUNCATE(CAST(-2.567 AS DOUBLE), 1)", -2.5)],
    "MOD": [("MOD(-7, 3)", -1), ("MOD(7, 0)", None)],
    "POW": [("POW(2, 3)", 8.0)],
    "POWER": [("POWER(2, 3)", 8.0), ("POWER(0, -1)", None)],
    "SQRT": [("SQRT(9)", 3.0), ("SQRT(-1)", None)],
    "EXP": [("EXP(0)", 1.0)],
    "LN": [("LN(1)", 0.0), ("LN(0)", None)],
    "LOG10": [("LOG10(100)", 2.0)],
    "LOG2": [("LOG2(8)", 3.0)],
    "SIN": [("SIN(0)", 0.0)],
    "COS": [("COS(0)", 1.0)],
    "TAN": [("TAN(0)", 0.0)],
    "ASIN": [("ASIN(0)", 0.0), ("ASIN(2)", None)],
    "ACOS": [("ACOS(1)", 0.0)],
    "ATAN": [("ATAN(0)", 0.0)],
    "ATAN2": [("ATAN2(0, 1)", 0.0)],
    "RADIANS": [("RADIANS(180)", math.pi)],
    "DEGREES": [("DEGREES(PI())", 180.0)],
    "PI": [("PI()", math.pi)],
    "RAND": [("RAND() < 1", True)],
    "RANDOM": [("RANDOM() >= 0", True)],
    "UUID": [("LENGTH(UUID())", 36)],
    "DATE_TRUNC": [
        ("DATE_TRUNC('hour', '2024-01-01 10:33:00')", D(2024, 1, 1, 10)),
        ("DATE_TRUNC('month', CAST('2024-03-05' AS DATE))", datetime.date(2024, 3, 1)),
    ],
    "DATE_FORMAT": [("DATE_FORMAT('2024-01-02 03:04:05', '%Y/%m/%d %H:%i:%s')", "2024/01/02 03:04:05")],
    "STR_TO_DATE": [
        ("STR_TO_DATE('2024-01-02 03', '%Y-%m-%d %H')", D(2024, 1, 2, 3)),
        ("STR_TO_DATE('x', '%Y-%m-%d')", None),
        ("STR_TO_DATE('2014-12-21 12:34:56', '%Y-%m-%d')", datetime.date(2014, 12, 21)),
        ("STR_TO_DATE('5 Jan 2020 03:04:05 PM', '%d %b %Y %r')", D(2020, 1, 5, 15, 4, 5)),
    ],
    "UNIX_TIMESTAMP": [("UNIX_TIMESTAMP('1970-01-02 00:00:00')", 86400)],
    "FROM_UNIXTIME": [("FROM_UNIXTIME(86400)", "1970-01-02 00:00:00")],
    "CONVERT_TZ": [
        ("CONVERT_TZ('2024-01-01 00:00:00', 'UTC', 'Asia/Shanghai')", D(2024, 1, 1, 8)),
        ("CONVERT_TZ('2024-01-01', 'Mars', 'UTC')", None),
    ],
    "NOW": [("NOW() > '2024-01-01'", True)],
    "CURRENT_TIMESTAMP": [("CURRENT_TIMESTAMP() = DATE_TRUNC('second', CURRENT_TIMESTAMP())", True)],
    "LOCALTIMESTAMP": [("LOCALTIMESTAMP() > '2024-01-01'", True)],
    "UTC_TIMESTAMP": [("UTC_TIMESTAMP() > '2024-01-01'", True)],
    "CURDATE": [("CURDATE() > '2024-01-01'", True)],
    "CURTIME": [("LENGTH(CAST(CURTIME() AS VARCHAR))", 8)],
    "CURRENT_TIME": [("LENGTH(CAST(CURRENT_TIME() AS VARCHAR))", 8)],
    "CURRENT_DATE": [("CURRENT_DATE() = CURRENT_DATE", True)],
    "DATE": [("DATE('2024-01-02 10:00:00')", datetime.date(2024, 1, 2))],
    "TO_DATE": [("TO_DATE('2024-01-02 10:00:00')", datetime.date(2024, 1, 2))],
    "DATEDIFF": [("DATEDIFF('2024-01-03 00:00:00', '2024-01-01 23:00:00')", 2)],
    "DAYOFWEEK": [("DAYOFWEEK('2024-01-01')", 2)],
    "LAST_DAY": [("LAST_DAY('2024-02-10')", datetime.date(2024, 2, 29))],
    "DAYNAME": [("DAYNAME('2024-01-01')", "Monday")],
    "MONTHNAME": [("MONTHNAME('2024-01-01')", "January")],
    "MAKEDATE": [("MAKEDATE(2024, 32)", datetime.date(2024, 2, 1))],
    "YEAR": [("YEAR('2024-05-06')", 2024)],
    "QUARTER": [("QUARTER('2024-05-06')", 2)],
    "MONTH": [("MONTH('2024-05-06')", 5)],
    "DAY": [("DAY('2024-05-06')", 6)],
    "DAYOFMONTH": [("DAYOFMONTH('2024-05-06')", 6)],
    "DAYOFYEAR": [("DAYOFYEAR('2024-02-01')", 32)],
    "HOUR": [("HOUR('2024-05-06 07:08:09')", 7), ("EXTRACT(HOUR FROM '2024-05-06 07:08:09')", 7)],
    "MINUTE": [("MINUTE('2024-05-06 07:08:09')", 8)],
    "SECOND": [("SECOND('2024-05-06 07:08:09')", 9)],
    "WEEK_ISO": [("WEEK_ISO('2024-01-08')", 2)],
    "DATE_ADD": [("DATE_ADD('2024-01-31', INTERVAL 1 MONTH)", D(2024, 2, 29))],
    "ADDDATE": [("ADDDATE('2024-01-31', 1)", D(2024, 2, 1))],
    "DATE_SUB": [("DATE_SUB('2024-01-01', INTERVAL 1 SECOND)", D(2023, 12, 31, 23, 59, 59))],
    "SUBDATE": [("SUBDATE('2024-01-01', INTERVAL 1 DAY)", D(2023, 12, 31))],
    "TIMESTAMPDIFF": [("TIMESTAMPDIFF(HOUR, '2024-01-01 00:30:00', '2024-01-01 02:00:00')", 1)],
    "TIMESTAMPADD": [("TIMESTAMPADD(MINUTE, 5, '2024-01-01')", D(2024, 1, 1, 0, 5))],
    "TIME_SLICE": [
        ("TIME_SLICE('2024-01-01 10:33:00', INTERVAL 5 MINUTE)", D(2024, 1, 1, 10, 30)),
        ("TIME_SLICE('2024-01-01 10:33:00', INTERVAL 5 MINUTE, CEIL)", D(2024, 1, 1, 10, 35)),
    ],
}
for _unit, _step in {
    "MICROSECONDS": datetime.timedelta(microseconds=3), "MILLISECONDS": datetime.timedelta(milliseconds=3),
    "SECONDS": datetime.timedelta(seconds=3), "MINUTES": datetime.timedelta(minutes=3),
    "HOURS": datetime.timedelta(hours=3), "DAYS": datetime.timedelta(days=3), "WEEKS": datetime.timedelta(weeks=3),
}.items():  # fmt: skip
    SCALARS[f"{_unit}_ADD"] = [(f"{_unit}_ADD('2024-01-10 00:00:00', 3)", D(2024, 1, 10) + _step)]
    SCALARS[f"{_unit}_SUB"] = [(f"{_unit}_SUB('2024-01-10 00:00:00', 3)", D(2024, 1, 10) - _step)]
    SCALARS[f"{_unit}_DIFF"] = [(f"{_unit}_DIFF({_unit}_ADD('2024-01-10', 3), '2024-01-10')", 3)]
for _unit, _later, _earlier in (
    ("MONTHS", D(2024, 2, 29), D(2023, 12, 31)), ("QUARTERS", D(2024, 4, 30), D(2023, 10, 31)),
    ("YEARS", D(2025, 1, 31), D(2023, 1, 31)),
):  # fmt: skip
    SCALARS[f"{_unit}_ADD"] = [(f"{_unit}_ADD('2024-01-31', 1)", _later)]
    SCALARS[f"{_unit}_SUB"] = [(f"{_unit}_SUB('2024-01-31', 1)", _earlier)]

for _unit, _number in {"MONTHS": 13, "QUARTERS": 4, "YEARS": 1}.items():
    SCALARS[f"{_unit}_DIFF"] = [
        (f"{_unit}_DIFF('2024-02-29', '2023-01-29')", _number),
        (f"{_unit}_DIFF('2023-01-29', '2024-02-29')", -_number),
        (f"{_unit}_DIFF('2024-02-29', '2024-01-31')", 0),
    ]
SCALARS |= {
    "STR2DATE": [("STR2DATE('2020-01-05', '%Y-%m-%d')", datetime.date(2020, 1, 5))],
    "DATE_DIFF": [
        ("DATE_DIFF('second', '2010-11-30 23:59:59', '2010-11-30 20:58:59')", 10860),
        ("DATE_DIFF('minute', '2010-11-30 23:59:59', '2010-11-30 20:58:59')", 181),
        ("DATE_DIFF('millisecond', '2010-11-30 23:59:59', '2010-11-30 20:58:59')", 10860000),
    ],
    "DATE_SLICE": [("DATE_SLICE('2022-04-26', INTERVAL 1 MONTH)", datetime.date(2022, 4, 1))],
    "ADD_MONTHS": [
        ("ADD_MONTHS('2022-01-31 17:01:02', -2)", D(2021, 11, 30, 17, 1, 2)),
        ("ADD_MONTHS('2022-01-01', 2)", D(2022, 3, 1)),
    ],
    "TIMESTAMP": [("TIMESTAMP('2024-01-02')", D(2024, 1, 2))],
    "TO_DATETIME": [("TO_DATETIME(86400)", D(1970, 1, 2))],
    "WEEK": [("WEEK('2007-01-01')", 0), ("WEEK('2007-01-01', 1)", 1), ("WEEK('2007-01-01', 2)", 53)],
    "YEARWEEK": [("YEARWEEK('2007-01-01', 0)", 200653), ("YEARWEEK('2007-01-01', 1)", 200701)],
    "WEEKOFYEAR": [("WEEKOFYEAR('2008-02-20 00:00:00')", 8)],
    "DAYOFWEEK_ISO": [("DAYOFWEEK_ISO('2023-01-01')", 7)],
    "TO_DAYS": [("TO_DAYS('2007-10-07')", 733321)],
    "FROM_DAYS": [("FROM_DAYS(730669)", datetime.date(2000, 7, 3))],
    "NEXT_DAY": [("NEXT_DAY('2023-04-06', 'Monday')", datetime.date(2023, 4, 10))],
    "PREVIOUS_DAY": [("PREVIOUS_DAY('2023-04-06', 'Monday')", datetime.date(2023, 4, 3))],
    "CURRENT_TIMEZONE": [("CURRENT_TIMEZONE()", "UTC")],
    "LOCALTIME": [("LOCALTIME() > '2024-01-01'", True)],
    "SUBSTRING_INDEX": [("SUBSTRING_INDEX('a.b.c', '.', 2)", "a.b"), ("SUBSTRING_INDEX('a.b.c', '.', -1)", "c")],
    "STRLEFT": [("STRLEFT('Hello starrocks', 5)", "Hello"), ("STRLEFT('x', 0)", "")],
    "STRRIGHT": [("STRRIGHT('Hello starrocks', 9)", "starrocks")],
    "NULL_OR_EMPTY": [("NULL_OR_EMPTY('')", True), ("NULL_OR_EMPTY(NULL)", True), ("NULL_OR_EMPTY('a')", False)],
    "STRCMP": [("STRCMP('test1', 'test1')", 0), ("STRCMP('test1', 'test2')", -1), ("STRCMP('b', 'a')", 1)],
    "ASCII": [("ASCII('234')", 50), ("ASCII('')", 0)],
    "CHAR": [("CHAR(77)", "M")],
    "FIND_IN_SET": [("FIND_IN_SET('b', 'a,b,c')", 2), ("FIND_IN_SET('d', 'a,b')", 0), ("FIND_IN_SET(NULL, 'a')", None)],
    "FIELD": [("FIELD('a', 'b', 'a', 'd')", 2), ("FIELD(NULL, 'a')", 0)],
    "APPEND_TRAILING_CHAR_IF_ABSENT": [
        ("APPEND_TRAILING_CHAR_IF_ABSENT('a', 'c')", "ac"), ("APPEND_TRAILING_CHAR_IF_ABSENT('ac', 'c')", "ac"),
    ],
    "TRANSLATE": [("TRANSLATE('s1m1a1rrfcks', 'mf1', 'to')", "starrocks")],
    "URL_ENCODE": [("URL_ENCODE('a b/c')", "a%20b%2Fc")],
    "URL_DECODE": [("URL_DECODE('https%3A%2F%2Fdocs')", "https://docs")],
    "TO_BASE64": [("TO_BASE64('starrocks')", "c3RhcnJvY2tz")],
    "FROM_BASE64": [("FROM_BASE64('c3RhcnJvY2tz')", "starrocks")],
    "UNHEX": [("UNHEX('33')", "3"), ("UNHEX('zz')", "")],
    "GET_JSON_STRING": [
        ("GET_JSON_STRING('{\"k1\": \"v1\"}', '$.k1')", "v1"),
        ("GET_JSON_STRING('{\"k1\": \"v1\", \"my.key\": [\"e1\", \"e2\"]}', '$.\"my.key\"[1]')", "e2"),
        ("GET_JSON_STRING('no', '$.a')", None),
    ],
    "JSON_EXISTS": [
        ("JSON_EXISTS(PARSE_JSON('{\"a\": {\"b\": null}}'), '$.a.b')", True),
        ("JSON_EXISTS(PARSE_JSON('{\"a\": {\"b\": 1}}'), '$.a.c')", False),
        ("JSON_EXISTS(PARSE_JSON('{\"a\": [1,2,3]}'), '$.a[3]')", False), ("JSON_EXISTS('{no', '$')", None),
    ],
    "JSON_LENGTH": [
        ("JSON_LENGTH('{\"Name\": \"Alice\", \"x\": [1, 2, 3]}')", 2), ("JSON_LENGTH('[1, 2, 3]')", 3),
        ("JSON_LENGTH(PARSE_JSON('{\"x\": [1, 2, 3]}'), '$.x')", 3), ("JSON_LENGTH('1')", 1),
        ("JSON_LENGTH(PARSE_JSON('{\"x\": {}}'), '$.x')", 0), ("JSON_LENGTH('{}', '$.x')", 0),
        ("JSON_LENGTH(NULL)", None),
    ],
    "JSON_KEYS": [
        ("JSON_KEYS(PARSE_JSON('{\"b\": 1, \"a\": {\"d\": 1}}'))", '["a", "b"]'),
        ("JSON_KEYS(PARSE_JSON('{\"a\": {\"d\": 1}}'), '$.a')", '["d"]'), ("JSON_KEYS('[1]')", None),
    ],
    "JSON_STRING": [("JSON_STRING(PARSE_JSON('{\"a\":1}'))", '{"a": 1}'), ("JSON_STRING(PARSE_JSON('\"x\"'))", '"x"')],
    "GET_JSON_BOOL": [
        ("GET_JSON_BOOL(PARSE_JSON('{\"a\": true}'), '$.a')", True),
        ("GET_JSON_BOOL('{\"a\": \"false\"}', 'a')", False),
        ("GET_JSON_BOOL('{\"a\": 0.5}', 'a')", True), ("GET_JSON_BOOL('{\"a\": \"x\"}', 'a')", None),
    ],
    "GET_JSON_OBJECT": [("GET_JSON_OBJECT('{\"k1\": \"v1\"}', '$.k1')", "v1")],
    "JSON_QUERY": [
        ("JSON_QUERY(PARSE_JSON('{\"a\": {\"b\": 1}}'), '$.a.b')", "1"),
        ("JSON_QUERY(PARSE_JSON('{\"a\": {\"b\": 1}}'), '$.a.c')", None),
        ("JSON_QUERY(PARSE_JSON('{\"a\": [1,2,3]}'), '$.a[2]')", "3"),
        ("JSON_QUERY(PARSE_JSON('{\"a\": [1,2,3]}'), '$.a[3]')", None),
    ],
    "SPLIT": [
        ("SPLIT('a,b,c', ',')", '["a","b","c"]'), ("SPLIT('a,b,c', ',b,')", '["a","c"]'),
        ("SPLIT('abc', '')", '["a","b","c"]'), ("SPLIT('', '')", "[]"), ("SPLIT('', ',')", '[""]'),
        ("SPLIT(NULL, ',')", None), ("SPLIT('a', NULL)", None), ("SPLIT(121, '2')", '["1","1"]'),
    ],
    "PARSE_JSON": [
        ("PARSE_JSON('{\"name\":\"starrocks\",\"active\":true,\"k\":[1,2.5]}')",
         '{"active": true, "k": [1, 2.5], "name": "starrocks"}'),
        ("PARSE_JSON('{no')", None),
    ],
    "GET_JSON_INT": [("GET_JSON_INT('{\"k1\": {\"a\": 2}}', '$.k1.a')", 2)],
    "GET_JSON_DOUBLE": [("GET_JSON_DOUBLE('{\"k1\": 1.3}', '$.k1')", 1.3)],
    "FMOD": [("FMOD(3.14, 3)", 0.14000000000000012)],
    "PMOD": [("PMOD(-13, 3)", 2)],
    "LOG": [("LOG(2, 65536)", 16.0), ("LOG(0)", None)],
    "DPOW": [("DPOW(2, 2)", 4.0)],
    "FPOW": [("FPOW(2, 3)", 8.0)],
    "SQUARE": [("SQUARE(11)", 121.0)],
    "CBRT": [("ROUND(CBRT(27), 9)", 3.0)],
    "COT": [("ROUND(COT(1), 6)", 0.642093), ("COT(0)", None)],
    "SINH": [("SINH(0)", 0.0)],
    "COSH": [("COSH(0)", 1.0)],
    "TANH": [("TANH(0)", 0.0)],
    "E": [("E()", math.e)],
    "BIN": [("BIN(3)", "11")],
    "CONV": [("CONV(8, 10, 2)", "1000"), ("CONV('ff', 16, 10)", "255"), ("CONV('z', 10, 16)", "0"),
             ("CONV('-1', 10, 16)", "FFFFFFFFFFFFFFFF"), ("CONV('-1', 10, -16)", "-1"),
             ("CONV('-7f', -16, -10)", "-127"), ("CONV('99999999999999999999', 10, 16)", "FFFFFFFFFFFFFFFF"),
             ("CONV('', 10, 2)", "0"), ("CONV('1', 1, 2)", None)],
    "POSITIVE": [("POSITIVE(3)", 3)],
    "NEGATIVE": [("NEGATIVE(3)", -3)],
    "BIT_SHIFT_LEFT": [("BIT_SHIFT_LEFT(2, 1)", 4)],
    "BIT_SHIFT_RIGHT": [("BIT_SHIFT_RIGHT(-2, 1)", -1)],
    "DEXP": [("DEXP(0)", 1.0)],
    "DSQRT": [("DSQRT(9)", 3.0)],
    "DLOG1": [("DLOG1(1)", 0.0)],
    "DLOG10": [("DLOG10(100)", 2.0)],
    "ARRAY_LENGTH": [("ARRAY_LENGTH([1, 2, 3])", 3)],
    "CARDINALITY": [("CARDINALITY([[1], [2]])", 2)],
    "ARRAY_CONTAINS": [("ARRAY_CONTAINS(['a', 'b'], 'b')", True), ("ARRAY_CONTAINS([1, NULL], NULL)", True)],
    "ARRAY_POSITION": [("ARRAY_POSITION([1, 2], 2)", 2), ("ARRAY_POSITION([1], 3)", 0)],
    "ARRAY_SUM": [("ARRAY_SUM([11, 11, 12])", 34)],
    "ARRAY_MIN": [("ARRAY_MIN([3, NULL, 2])", 2)],
    "ARRAY_MAX": [("ARRAY_MAX([3, NULL, 2])", 3)],
    "ARRAY_JOIN": [("ARRAY_JOIN([1, 3, NULL, 5], '_')", "1_3_5"), ("ARRAY_JOIN([1, NULL], '_', 'x')", "1_x")],
    "ARRAY_SORT": [("ARRAY_SORT([3, NULL, 1])", "[null,1,3]")],
    "ARRAY_CONCAT": [("ARRAY_CONCAT([57, 65], [2])", "[57,65,2]")],
    "ARRAY_APPEND": [("ARRAY_APPEND([7, 8], 6)", "[7,8,6]")],
    "ARRAY_SLICE": [("ARRAY_SLICE([1, 2, 3, 4], 2, 2)", "[2,3]")],
    "ARRAY_REMOVE": [("ARRAY_REMOVE([1, 2, NULL, 1], 1)", "[2,null]")],
    "ARRAYS_OVERLAP": [("ARRAYS_OVERLAP([1, 2], [2, 3])", True)],
    "ELEMENT_AT": [("ELEMENT_AT([7, 8], 2)", 8), ("ELEMENT_AT([7], 2)", None)],
}  # fmt: skip

AGGREGATES: dict[str, list[tuple[str, Value]]] = {
    "COUNT": [("COUNT(*)", 3), ("COUNT(DISTINCT s)", 2), ("COUNT(DISTINCT n, s)", 3)],
    "SUM": [("SUM(n)", 7), ("SUM(DISTINCT n)", 7)],
    "AVG": [("AVG(n)", 7 / 3)],
    "MIN": [("MIN(n)", 1)],
    "MAX": [("MAX(s)", "b")],
    "MIN_BY": [("MIN_BY(s, n)", "a")],
    "MAX_BY": [("MAX_BY(s, n)", "b"), ("MAX_BY(NULLIF(n, 4), n)", None)],
    "STDDEV": [("ROUND(STDDEV(n), 6)", 1.247219)],
    "STDDEV_POP": [("ROUND(STDDEV_POP(n), 6)", 1.247219)],
    "STD": [("ROUND(STD(n), 6)", 1.247219)],
    "STDDEV_SAMP": [("ROUND(STDDEV_SAMP(n), 6)", 1.527525)],
    "VARIANCE": [("ROUND(VARIANCE(n), 6)", 1.555556)],
    "VAR_POP": [("ROUND(VAR_POP(n), 6)", 1.555556)],
    "VAR_SAMP": [("ROUND(VAR_SAMP(n), 6)", 2.333333)],
    "VARIANCE_SAMP": [("ROUND(VARIANCE_SAMP(n), 6)", 2.333333)],
    "CORR": [("ROUND(CORR(n, n), 6)", 1.0)],
    "APPROX_COUNT_DISTINCT": [("APPROX_COUNT_DISTINCT(s)", 2)],
    "NDV": [("NDV(s)", 2)],
    "PERCENTILE_APPROX": [("PERCENTILE_APPROX(n, 0.5)", 2.0), ("PERCENTILE_APPROX(n, 0.5, 2048)", 2.0)],
    "PERCENTILE_CONT": [("PERCENTILE_CONT(n, 0.5)", 2.0)],
    "ANY_VALUE": [("ANY_VALUE(n) > 0", True)],
    "ARRAY_AGG": [("ARRAY_AGG(n ORDER BY n DESC)", "[4,2,1]")],
    "COUNT_IF": [("COUNT_IF(n > 1)", 2)],
    "COVAR_POP": [("ROUND(COVAR_POP(n, n), 6)", 1.555556)],
    "COVAR_SAMP": [("ROUND(COVAR_SAMP(n, n), 6)", 2.333333)],
    "VARIANCE_POP": [("ROUND(VARIANCE_POP(n), 6)", 1.555556)],
    "MULTI_DISTINCT_COUNT": [("MULTI_DISTINCT_COUNT(s)", 2)],
    "MULTI_DISTINCT_SUM": [("MULTI_DISTINCT_SUM(n % 2)", 1)],
    "PERCENTILE_DISC": [("PERCENTILE_DISC(n, 0.5)", 2), ("PERCENTILE_DISC(NULLIF(n, 4), 0.5)", 2)],
    "BOOLOR_AGG": [("BOOLOR_AGG(n > 3)", True)],
    "BOOL_OR": [("BOOL_OR(n > 3)", True)],
    "BOOL_AND": [("BOOL_AND(n > 3)", False)],
    "GROUP_CONCAT": [
        ("GROUP_CONCAT(s ORDER BY n DESC SEPARATOR '-')", "b-b-a"),
        ("GROUP_CONCAT(DISTINCT s ORDER BY s)", "a,b"),
    ],
}
WINDOWS: dict[str, tuple[str, list[Value]]] = {
    "ROW_NUMBER": ("ROW_NUMBER() OVER (ORDER BY n)", [1, 2, 3]),
    "RANK": ("RANK() OVER (ORDER BY s)", [1, 2, 2]),
    "DENSE_RANK": ("DENSE_RANK() OVER (ORDER BY s)", [1, 2, 2]),
    "PERCENT_RANK": ("PERCENT_RANK() OVER (ORDER BY n)", [0.0, 0.5, 1.0]),
    "CUME_DIST": ("CUME_DIST() OVER (ORDER BY s)", [1 / 3, 1.0, 1.0]),
    "NTILE": ("NTILE(3) OVER (ORDER BY n)", [1, 2, 3]),
    "LAG": ("LAG(n, 1, 0) OVER (ORDER BY n)", [0, 1, 2]),
    "LEAD": ("LEAD(n) OVER (ORDER BY n)", [2, 4, None]),
    "FIRST_VALUE": ("FIRST_VALUE(n) OVER (PARTITION BY s ORDER BY n)", [1, 2, 2]),
    "LAST_VALUE": (
        "LAST_VALUE(n) OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)", [4, 4, 4],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("expression", "wanted"), [case for cases in SCALARS.values() for case in cases])
def test_scalar(client: Client, expression: str, wanted: object) -> None:
    assert client.value(f"SELECT {expression}") == wanted


@pytest.mark.parametrize(("expression", "wanted"), [case for cases in AGGREGATES.values() for case in cases])
def test_aggregate(client: Client, expression: str, wanted: object) -> None:
    assert client.value(f"SELECT {expression} FROM {ROWS}") == wanted


@pytest.mark.parametrize(("expression", "wanted"), WINDOWS.values())
def test_window(client: Client, expression: str, wanted: object) -> None:
    assert [row[0] for row in client.run(f"SELECT {expression} FROM {ROWS} ORDER BY n")] == wanted


def test_sum_over_a_frame(client: Client) -> None:
    query = f"SELECT SUM(n) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM {ROWS} ORDER BY n"
    assert client.run(query) == [(1,), (3,), (6,)]


def test_every_function_has_a_case() -> None:
    tested = {*SCALARS, *AGGREGATES, *WINDOWS}
    assert sorted((set(FUNCTIONS) | set(SPECIAL)) - tested) == []


@pytest.mark.parametrize(
    "call", ["read_csv('/etc/passwd')", "getenv('HOME')", "hll_union(1)", "pg_sleep(1)", "nextval('x')"]
)
def test_the_error_names_an_unknown_function(client: Client, call: str) -> None:
    error = client.error(f"SELECT {call}")
    assert error.code == 1064
    assert call.split("(", maxsplit=1)[0] in error.message
