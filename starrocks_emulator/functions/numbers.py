"""Numeric functions. A result that is not a number (LN(0), SQRT(-1)) is NULL."""

from starrocks_emulator.functions.base import Function, fixed

NUMBERS = {
    "ABS": fixed("abs({0})", 1),
    "SIGN": fixed("sign({0})", 1),
    "FLOOR": fixed("fn.floor1({0})", 1),
    "CEIL": fixed("fn.ceil1({0})", 1),
    "CEILING": fixed("fn.ceil1({0})", 1),
    "ROUND": Function(lambda a: f"fn.round1({a[0]})" if len(a) == 1 else f"round({a[0]}, {a[1]})", 1, 2),
    "TRUNCATE": fixed("(trunc(({0}) * pow(10, {1})) / pow(10, {1}))", 2),
    "MOD": fixed("(({0}) % ({1}))", 2),
    "POW": fixed("pow({0}, {1})", 2),
    "POWER": fixed("pow({0}, {1})", 2),
    "SQRT": fixed("CASE WHEN {0} >= 0 THEN sqrt({0}) END", 1),
    "EXP": fixed("exp({0})", 1),
    "LN": fixed("CASE WHEN {0} > 0 THEN ln({0}) END", 1),
    "LOG10": fixed("CASE WHEN {0} > 0 THEN log10({0}) END", 1),
    "LOG2": fixed("CASE WHEN {0} > 0 THEN log2({0}) END", 1),
    "SIN": fixed("sin({0})", 1),
    "COS": fixed("cos({0})", 1),
    "TAN": fixed("tan({0})", 1),
    "ASIN": fixed("CASE WHEN abs({0}) <= 1 THEN asin({0}) END", 1),
    "ACOS": fixed("CASE WHEN abs({0}) <= 1 THEN acos({0}) END", 1),
    "ATAN": fixed("atan({0})", 1),
    "ATAN2": fixed("atan2({0}, {1})", 2),
    "RADIANS": fixed("radians({0})", 1),
    "DEGREES": fixed("degrees({0})", 1),
    "PI": fixed("pi()", 0),
    "RAND": fixed("random()", 0),
    "RANDOM": fixed("random()", 0),
}
