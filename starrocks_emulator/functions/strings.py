"""String functions. Strings compare byte by byte; positions count characters from 1."""

from collections.abc import Sequence

from starrocks_emulator import errors
from starrocks_emulator.functions.base import Function, fixed
from starrocks_emulator.functions.native import MURMUR_SEED


def _concat(arguments: Sequence[str]) -> str:
    """NULL if any part is, where DuckDB's concat leaves NULLs out."""
    return "(" + " || ".join(f"fn.text({argument})" for argument in arguments) + ")"


def _concat_ws(arguments: Sequence[str]) -> str:
    parts = ", ".join(f"fn.text({argument})" for argument in arguments[1:])
    return f"concat_ws({arguments[0]}, {parts})"


def _sha2(arguments: Sequence[str]) -> str:
    if arguments[1] not in {"0", "256"}:
        raise errors.unsupported("sha2 of another length than 256 bits")
    return f"sha256(fn.text({arguments[0]}))"


def _murmur(arguments: Sequence[str]) -> str:
    """Each text is hashed with the hash of the ones before it as its seed."""
    state = str(MURMUR_SEED)
    for argument in arguments:
        state = f"py_murmur3({state}, fn.text({argument}))"
    return state


STRINGS = {
    "CONCAT": Function(_concat, 1, None),
    "CONCAT_WS": Function(_concat_ws, 2, None),
    "LOWER": fixed("lower(fn.text({0}))", 1),
    "LCASE": fixed("lower(fn.text({0}))", 1),
    "UPPER": fixed("upper(fn.text({0}))", 1),
    "UCASE": fixed("upper(fn.text({0}))", 1),
    "LENGTH": fixed("CAST(strlen(fn.text({0})) AS INTEGER)", 1),
    "CHAR_LENGTH": fixed("CAST(length({0}) AS INTEGER)", 1),
    "CHARACTER_LENGTH": fixed("CAST(length({0}) AS INTEGER)", 1),
    "LEFT": fixed("CASE WHEN {1} <= 0 THEN '' ELSE left({0}, {1}) END", 2),
    "RIGHT": fixed("CASE WHEN {1} <= 0 THEN '' ELSE right({0}, {1}) END", 2),
    "SUBSTRING": Function(lambda a: f"fn.substr{len(a)}({', '.join(a)})", 2, 3),
    "SUBSTR": Function(lambda a: f"fn.substr{len(a)}({', '.join(a)})", 2, 3),
    "REPLACE": fixed("replace({0}, {1}, {2})", 3),
    "TRIM": fixed("trim({0})", 1),
    "LTRIM": fixed("ltrim({0})", 1),
    "RTRIM": fixed("rtrim({0})", 1),
    "STARTS_WITH": fixed("starts_with({0}, {1})", 2),
    "ENDS_WITH": fixed("ends_with({0}, {1})", 2),
    "INSTR": fixed("CAST(instr({0}, {1}) AS INTEGER)", 2),
    "LOCATE": fixed("CAST(instr({1}, {0}) AS INTEGER)", 2),
    "REPEAT": fixed("repeat({0}, {1})", 2),
    "REVERSE": fixed("reverse({0})", 1),
    "LPAD": fixed("lpad({0}, {1}, {2})", 3),
    "RPAD": fixed("rpad({0}, {1}, {2})", 3),
    "SPLIT_PART": fixed("split_part({0}, {1}, {2})", 3),
    "REGEXP_EXTRACT": fixed("regexp_extract({0}, {1}, {2})", 3),
    "REGEXP_REPLACE": fixed("regexp_replace({0}, {1}, {2}, 'g')", 3),
    "HEX": fixed("upper(hex({0}))", 1),
    "MD5": fixed("md5(fn.text({0}))", 1),
    "MD5SUM": Function(lambda a: f"md5(concat({', '.join(f'fn.text({one})' for one in a)}))", 1, None),
    "SHA2": Function(_sha2, 2, 2),
    "CRC32": fixed("py_crc32(fn.text({0}))", 1),
    "MURMUR_HASH3_32": Function(_murmur, 1, None),
    "UUID": fixed("CAST(uuid() AS VARCHAR)", 0),
    "SPACE": fixed("repeat(' ', {0})", 1),
}
