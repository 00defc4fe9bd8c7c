"""String functions. Strings compare byte by byte; positions count characters from 1."""

from collections.abc import Sequence

from starrocks_emulator import errors
from starrocks_emulator.functions.base import Function, fixed, overload
from starrocks_emulator.functions.native import MURMUR_SEED


def _concat(arguments: Sequence[str]) -> str:
    """NULL if any part is, where DuckDB's concat leaves NULLs out."""
    return "(" + " || ".join(overload("text", argument) for argument in arguments) + ")"


def _concat_ws(arguments: Sequence[str]) -> str:
    parts = ", ".join(overload("text", argument) for argument in arguments[1:])
    return f"concat_ws({arguments[0]}, {parts})"


_SPACE = "' '"


def _field(arguments: Sequence[str]) -> str:
    cases = " ".join(f"WHEN {arguments[0]} = {value} THEN {place}" for place, value in enumerate(arguments[1:], 1))
    return f"CASE {cases} ELSE 0 END"


def _locate(arguments: Sequence[str]) -> str:
    part, text, *start = arguments
    if not start:
        return f"CAST(instr({text}, {part}) AS INTEGER)"
    rest = f"instr(substring({text}, {start[0]}), {part})"
    return (
        f"CAST(CASE WHEN {start[0]} <= 0 OR {start[0]} > length({text}) THEN CASE WHEN {part} IS NOT NULL THEN 0 END "
        f"WHEN {rest} = 0 THEN 0 ELSE {rest} + {start[0]} - 1 END AS INTEGER)"
    )


def _sha2(arguments: Sequence[str]) -> str:
    if arguments[1] not in {"0", "256"}:
        raise errors.unsupported("sha2 of another length than 256 bits")
    return f"sha256({overload('text', arguments[0])})"


def _md5sum(arguments: Sequence[str]) -> str:
    texts = ", ".join(overload("text", argument) for argument in arguments)
    return f"md5(concat({texts}))"


def _murmur(arguments: Sequence[str]) -> str:
    """Each text is hashed with the hash of the ones before it as its seed."""
    state = str(MURMUR_SEED)
    for argument in arguments:
        state = f"py_murmur3({state}, {overload('text', argument)})"
    return state


STRINGS = {
    "CONCAT": Function(_concat, 1, None),
    "CONCAT_WS": Function(_concat_ws, 2, None),
    "LOWER": fixed("fn.lower(fn.text({0}))", 1),
    "LCASE": fixed("fn.lower(fn.text({0}))", 1),
    "UPPER": fixed("fn.upper(fn.text({0}))", 1),
    "UCASE": fixed("fn.upper(fn.text({0}))", 1),
    "LENGTH": fixed("CAST(strlen(fn.text({0})) AS INTEGER)", 1),
    "CHAR_LENGTH": fixed("CAST(length({0}) AS INTEGER)", 1),
    "CHARACTER_LENGTH": fixed("CAST(length({0}) AS INTEGER)", 1),
    "LEFT": fixed("CASE WHEN {1} <= 0 THEN '' ELSE left({0}, {1}) END", 2),
    "RIGHT": fixed("CASE WHEN {1} <= 0 THEN '' ELSE right({0}, {1}) END", 2),
    "SUBSTRING": Function(lambda a: f"fn.substr{len(a)}({', '.join(a)})", 2, 3),
    "SUBSTR": Function(lambda a: f"fn.substr{len(a)}({', '.join(a)})", 2, 3),
    "REPLACE": fixed("replace({0}, {1}, {2})", 3),
    "TRIM": fixed("trim({0})", 1),
    "LTRIM": Function(lambda a: f"ltrim({', '.join(a)})", 1, 2),
    "RTRIM": Function(lambda a: f"rtrim({', '.join(a)})", 1, 2),
    "STARTS_WITH": fixed("starts_with({0}, {1})", 2),
    "ENDS_WITH": fixed("ends_with({0}, {1})", 2),
    "INSTR": fixed("CAST(instr({0}, {1}) AS INTEGER)", 2),
    "LOCATE": Function(_locate, 2, 3),
    "REPEAT": fixed("fn.repeated({0}, {1})", 2),
    "REVERSE": fixed("reverse({0})", 1),
    "LPAD": Function(lambda a: f"py_pad({a[0]}, {a[1]}, {a[2] if len(a) == 3 else _SPACE}, TRUE)", 2, 3),
    "RPAD": Function(lambda a: f"py_pad({a[0]}, {a[1]}, {a[2] if len(a) == 3 else _SPACE}, FALSE)", 2, 3),
    "SPLIT_PART": fixed("fn.split_part({0}, {1}, {2})", 3),
    "SUBSTRING_INDEX": fixed("py_substring_index({0}, {1}, {2})", 3),
    "STRLEFT": fixed("CASE WHEN {1} <= 0 THEN '' ELSE left({0}, {1}) END", 2),
    "STRRIGHT": fixed("CASE WHEN {1} <= 0 THEN '' ELSE right({0}, {1}) END", 2),
    "NULL_OR_EMPTY": fixed("({0} IS NULL OR {0} = '')", 1),
    "STRCMP": fixed("CAST(CASE WHEN {0} < {1} THEN -1 WHEN {0} = {1} THEN 0 WHEN {0} > {1} THEN 1 END AS INTEGER)", 2),
    "ASCII": fixed("CASE WHEN {0} = '' THEN 0 ELSE CAST('0x' || left(hex(encode({0})), 2) AS INTEGER) END", 1),
    "CHAR": fixed("CASE WHEN {0} BETWEEN 0 AND 127 THEN chr(CAST({0} AS INTEGER)) END", 1),
    "FIND_IN_SET": fixed(
        "CASE WHEN {0} IS NULL OR {1} IS NULL THEN NULL WHEN contains({0}, ',') THEN 0 "
        "ELSE coalesce(list_position(string_split({1}, ','), {0}), 0) END",
        2,
    ),
    "FIELD": Function(_field, 2, None),
    "APPEND_TRAILING_CHAR_IF_ABSENT": fixed(
        "CASE WHEN length({1}) = 1 THEN CASE WHEN ends_with({0}, {1}) THEN {0} ELSE {0} || {1} END END", 2
    ),
    "TRANSLATE": fixed("translate({0}, {1}, {2})", 3),
    "URL_ENCODE": fixed("py_url_encode({0})", 1),
    "URL_DECODE": fixed("py_url_decode({0})", 1),
    "TO_BASE64": fixed("to_base64(encode({0}))", 1),
    "FROM_BASE64": fixed("decode(from_base64({0}))", 1),
    "UNHEX": fixed("py_unhex({0})", 1),
    "PARSE_JSON": fixed("CAST(py_json({0}) AS JSON)", 1),
    "GET_JSON_STRING": fixed("py_get_json_string({0}, {1})", 2),
    "GET_JSON_INT": fixed("py_get_json_int({0}, {1})", 2),
    "GET_JSON_DOUBLE": fixed("py_get_json_double({0}, {1})", 2),
    "REGEXP_EXTRACT": fixed("regexp_extract({0}, {1}, {2})", 3),
    "REGEXP_REPLACE": fixed("regexp_replace({0}, {1}, {2}, 'g')", 3),
    "HEX": fixed("fn.hex({0})", 1),
    "MD5": fixed("md5(fn.text({0}))", 1),
    "MD5SUM": Function(_md5sum, 1, None),
    "SHA2": Function(_sha2, 2, 2),
    "CRC32": fixed("py_crc32(fn.text({0}))", 1),
    "MURMUR_HASH3_32": Function(_murmur, 1, None),
    "UUID": fixed("CAST(uuid() AS VARCHAR)", 0),
    "SPACE": fixed("fn.repeated(' ', {0})", 1),
}
