"""String functions. Strings compare byte by byte; positions count characters from 1."""

import re
from collections.abc import Callable, Sequence

from starrocks_emulator import errors
from starrocks_emulator.functions.base import Function, filled, fixed, kind_of, overload
from starrocks_emulator.functions.native import MURMUR_SEED


def _concat(arguments: Sequence[str]) -> str:
    """CONCAT, which is NULL if a part is NULL; DuckDB's concat ignores NULLs."""
    return "fn.bounded(" + " || ".join(overload("text", argument) for argument in arguments) + ")"


def _concat_ws(arguments: Sequence[str]) -> str:
    parts = ", ".join(overload("text", argument) for argument in arguments[1:])
    return f"fn.bounded(concat_ws({arguments[0]}, {parts}))"


def _reversed(arguments: Sequence[str]) -> str:
    kind = kind_of(arguments[0])
    return f"list_reverse({arguments[0]})" if kind and kind.element else f"reverse({arguments[0]})"


_SPACE = "' '"


def _field(arguments: Sequence[str]) -> str:
    """FIELD: values of one type are compared directly, others as DOUBLE."""
    kinds = [kind_of(argument) for argument in arguments]
    known = [kind for kind in kinds if kind and kind.name != "null"]
    alike = len(known) < len(kinds) and not known
    alike = alike or all(kind.is_string for kind in known) or all(kind.name in _NUMBERS for kind in known)
    alike = alike or len({kind.name for kind in known}) == 1
    values = list(arguments) if alike or None in kinds else [_double(one) for one in arguments]
    cases = " ".join(f"WHEN {values[0]} = {value} THEN {place}" for place, value in enumerate(values[1:], 1))
    return f"CASE {cases} ELSE 0 END"


_NUMBERS = {"boolean", "tinyint", "smallint", "int", "bigint", "largeint", "decimal", "float", "double"}


def _double(argument: str) -> str:
    kind = kind_of(argument)
    if kind and kind.is_string:
        return f"fn.number({argument})"
    return f"TRY_CAST({overload('whole', argument) if kind and kind.is_temporal else argument} AS DOUBLE)"


_LARGEST_INT = (1 << 31) - 1


def integer(argument: str) -> str:
    """An argument as INT, NULL if it does not fit.

    Raises:
        SqlError: 1064 for a constant that does not fit.
    """
    plain = argument.replace("(", "").replace(")", "").replace(" ", "")
    if plain.lstrip("-").isdigit():
        if not -_LARGEST_INT - 1 <= int(plain) <= _LARGEST_INT:
            raise errors.analysis(f"Cast argument {plain} to int type failed")
        return plain
    kind = kind_of(argument)
    if kind and kind.name in {"bigint", "largeint", "decimal", "float", "double", "char", "varchar"}:
        return f"TRY_CAST({overload('whole', argument)} AS INTEGER)"
    return argument


def _with_integers(template: str, *places: int) -> Callable[[Sequence[str]], str]:
    """A template whose arguments at `places` are INT."""

    def render(arguments: Sequence[str]) -> str:
        return filled(template, [integer(one) if place in places else one for place, one in enumerate(arguments)])

    return render


def _substring(arguments: Sequence[str]) -> str:
    rest = ", ".join(integer(one) for one in arguments[1:])
    return f"fn.substr{len(arguments)}({overload('text', arguments[0])}, {rest})"


def _padded(left: str) -> Callable[[Sequence[str]], str]:
    def render(arguments: Sequence[str]) -> str:
        filler = overload("text", arguments[2]) if len(arguments) == 3 else _SPACE
        return f"py_pad({overload('text', arguments[0])}, {integer(arguments[1])}, {filler}, {left})"

    return render


def _locate(arguments: Sequence[str]) -> str:
    part, text, *start = arguments
    if not start:
        return f"CAST(instr({text}, {part}) AS INTEGER)"
    rest = f"instr(substring({text}, {start[0]}), {part})"
    return (
        f"CAST(CASE WHEN {part} = '' AND {start[0]} = 1 AND {text} IS NOT NULL THEN 1 "
        f"WHEN {start[0]} <= 0 OR {start[0]} > length({text}) THEN CASE WHEN {part} IS NOT NULL THEN 0 END "
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
    """MURMUR_HASH3_32: the seed of each text is the hash of the texts before it."""
    state = str(MURMUR_SEED)
    for argument in arguments:
        state = f"py_murmur3({state}, {overload('text', argument)})"
    return state


_LAZY = re.compile(r"(\\\\.|\[\^?\]?(?:\\\\.|[^\]\\\\])*\])|([*+?}])\?", re.DOTALL)


def _regexp_replace(arguments: Sequence[str]) -> str:
    """Matches are the longest ones, so that a quantifier is never lazy; a dot matches a line end too."""
    text, pattern, replacement = arguments
    if text == "''" and pattern.startswith("'"):
        # StarRocks finds nothing in a constant empty string
        return f"CASE WHEN {pattern} IS NOT NULL AND {replacement} IS NOT NULL THEN '' END"
    if pattern.startswith("'"):
        pattern = _LAZY.sub(lambda found: found[1] or found[2], pattern)
        plain = _ATOM.sub("", pattern)
        if "|" in plain and not _BEYOND_PYTHON.search(pattern):
            return f"py_regexp_replace({text}, {pattern}, {replacement})"
    return f"regexp_replace({text}, {pattern}, {replacement}, 'gs')"


def _regexp_extract(arguments: Sequence[str]) -> str:
    """REGEXP_EXTRACT; the text is empty if the pattern has no group of that number.

    DuckDB has the groups 0 to 9 and takes a constant number only.
    """
    text, pattern, number = arguments
    cases = " ".join(f"WHEN {one} THEN regexp_extract({text}, {pattern}, {one}, 's')" for one in range(10))
    if (plain := re.sub(r"[()\s]", "", number)).lstrip("-").isdigit():
        if 0 <= int(plain) < 10:
            return f"regexp_extract({text}, {pattern}, {plain}, 's')"
        if int(plain) >= 10 and not (pattern.startswith("'") and pattern.count("(") < int(plain)):
            raise errors.unsupported("regexp_extract of a group after the ninth")
        cases = ""
    missing = f"CASE WHEN {text} IS NOT NULL AND {pattern} IS NOT NULL AND {number} IS NOT NULL THEN '' END"
    return f"CASE CAST({number} AS BIGINT) {cases} ELSE {missing} END" if cases else missing


_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
"""An escaped character or a set of characters."""
_BEYOND_PYTHON = re.compile(r"\$|\\[bBzpPQC]|\[\[:|\(\?")
"""Syntax of RE2 that Python's `re` does not have, or reads otherwise."""


_EDGE = "CASE WHEN {{1}} <= 0 THEN CASE WHEN {{0}} IS NOT NULL THEN '' END ELSE {}(fn.text({{0}}), {{1}}) END"
_left = _with_integers(_EDGE.format("left"), 1)
_right = _with_integers(_EDGE.format("right"), 1)

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
    "LEFT": Function(_left, 2, 2),
    "RIGHT": Function(_right, 2, 2),
    "SUBSTRING": Function(_substring, 2, 3),
    "SUBSTR": Function(_substring, 2, 3),
    "REPLACE": fixed("replace({0}, {1}, {2})", 3),
    "TRIM": fixed("trim({0})", 1),
    "LTRIM": Function(lambda a: f"ltrim({', '.join(a)})", 1, 2),
    "RTRIM": Function(lambda a: f"rtrim({', '.join(a)})", 1, 2),
    "STARTS_WITH": fixed("starts_with({0}, {1})", 2),
    "ENDS_WITH": fixed("ends_with({0}, {1})", 2),
    "INSTR": fixed("CAST(instr({0}, {1}) AS INTEGER)", 2),
    "LOCATE": Function(_locate, 2, 3),
    "REPEAT": Function(_with_integers("fn.repeated(fn.text({0}), {1})", 1), 2, 2),
    "REVERSE": Function(_reversed, 1, 1),
    "LPAD": Function(_padded("TRUE"), 2, 3),
    "RPAD": Function(_padded("FALSE"), 2, 3),
    "SPLIT": fixed("CASE WHEN {0} = '' AND {1} = '' THEN [] WHEN {1} IS NOT NULL THEN string_split({0}, {1}) END", 2),
    "SPLIT_PART": Function(_with_integers("py_split_part({0}, {1}, {2})", 2), 3, 3),
    "SUBSTRING_INDEX": Function(_with_integers("py_substring_index({0}, {1}, {2})", 2), 3, 3),
    "STRLEFT": Function(_left, 2, 2),
    "STRRIGHT": Function(_right, 2, 2),
    "NULL_OR_EMPTY": fixed("({0} IS NULL OR {0} = '')", 1),
    "STRCMP": fixed("CAST(CASE WHEN {0} < {1} THEN -1 WHEN {0} = {1} THEN 0 WHEN {0} > {1} THEN 1 END AS INTEGER)", 2),
    "ASCII": fixed("CASE WHEN {0} = '' THEN 0 ELSE CAST('0x' || left(hex(encode({0})), 2) AS INTEGER) END", 1),
    "CHAR": fixed("fn.lowest_byte(CAST({0} AS INTEGER))", 1),
    "FIND_IN_SET": fixed(
        "CASE WHEN {0} IS NULL OR {1} IS NULL THEN NULL WHEN contains({0}, ',') THEN 0 "
        "ELSE coalesce(list_position(string_split({1}, ','), {0}), 0) END",
        2,
    ),
    "FIELD": Function(_field, 2, None),
    "APPEND_TRAILING_CHAR_IF_ABSENT": fixed(
        "CASE WHEN length({1}) = 1 THEN CASE WHEN ends_with({0}, {1}) THEN {0} ELSE {0} || {1} END END", 2
    ),
    "TRANSLATE": fixed("fn.bounded(translate({0}, {1}, {2}))", 3),
    "URL_ENCODE": fixed("py_url_encode({0})", 1),
    "URL_DECODE": fixed("py_url_decode({0})", 1),
    "TO_BASE64": fixed("nullif(to_base64(encode({0})), '')", 1),
    "FROM_BASE64": fixed("py_from_base64({0})", 1),
    "UNHEX": fixed("py_unhex({0})", 1),
    "REGEXP_EXTRACT": Function(_regexp_extract, 3, 3),
    "REGEXP_REPLACE": Function(_regexp_replace, 3, 3),
    "HEX": fixed("fn.hex({0})", 1),
    "MD5": fixed("md5(fn.text({0}))", 1),
    "MD5SUM": Function(_md5sum, 1, None),
    "SHA2": Function(_sha2, 2, 2),
    "CRC32": fixed("py_crc32(fn.text({0}))", 1),
    "MURMUR_HASH3_32": Function(_murmur, 1, None),
    "UUID": fixed("CAST(uuid() AS VARCHAR)", 0),
    "SPACE": Function(_with_integers("fn.repeated(' ', {0})", 0), 1, 1),
}


_TEXT_EVERYWHERE = {
    "CONCAT", "CONCAT_WS", "MD5SUM", "MURMUR_HASH3_32", "REPLACE", "STRCMP", "INSTR", "FIND_IN_SET", "STARTS_WITH",
    "ENDS_WITH", "TRANSLATE", "REGEXP_REPLACE",
}  # fmt: skip
_TEXT_TWICE = {"LOCATE", "SPLIT", "SPLIT_PART", "SUBSTRING_INDEX", "REGEXP_EXTRACT", "LTRIM", "RTRIM"}
"""Functions whose first two arguments are strings."""


def takes_text(name: str, place: int) -> bool:
    """Whether an argument of a function is a string, so that a number is converted to one."""
    if name == "CONV":
        return place == 0
    if name in {"FIELD", "SPACE", "CHAR", "HEX"} or name not in STRINGS:
        return False
    return place == 0 or name in _TEXT_EVERYWHERE or (place == 1 and name in _TEXT_TWICE)
