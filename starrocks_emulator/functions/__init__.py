"""The functions that the emulator supports. A call of another function is refused with an error that names it."""

from starrocks_emulator.functions.aggregates import AGGREGATES
from starrocks_emulator.functions.arrays import ARRAYS
from starrocks_emulator.functions.base import Function
from starrocks_emulator.functions.conditions import CONDITIONS
from starrocks_emulator.functions.dates import DATES
from starrocks_emulator.functions.json_functions import JSON
from starrocks_emulator.functions.macros import MACROS
from starrocks_emulator.functions.numbers import NUMBERS
from starrocks_emulator.functions.strings import STRINGS

__all__ = ["FUNCTIONS", "MACROS", "Function"]

FUNCTIONS: dict[str, Function] = {**CONDITIONS, **STRINGS, **NUMBERS, **DATES, **ARRAYS, **AGGREGATES, **JSON}
