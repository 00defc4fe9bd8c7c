"""Seeded random tables and queries with the same meaning in StarRocks and SQLite.

Integer columns `k` and `x`, BIGINT column `big` with values near the ends of its range, string column `s`. Table `c` is
empty and the keys of `d` and `w` are disjoint from those of the others, so that sides of joins are provably empty."""

import random
from collections.abc import Sequence

Columns = tuple[tuple[str, str], ...]
COLUMNS: Columns = (("k", "int"), ("x", "int"), ("big", "bigint"), ("s", "string"))
Scope = Sequence[tuple[str, Columns]]
"""Aliases in FROM with their columns."""
_SIZES = {"a": 60, "b": 40, "c": 0, "d": 100, "e": 25, "m": 300, "w": 50}
TABLES = tuple(_SIZES)
_FIRST_KEYS = {"a": 0, "b": 0, "c": 0, "d": 1000, "e": 20, "m": 0, "w": 20000}
_LARGEST = (1 << 63) - 1


def rows(rng: random.Random, table: str) -> list[tuple[int | None, int | None, int | None, str | None]]:
    """The rows of a table, with values in the order of `COLUMNS`."""
    found: list[tuple[int | None, int | None, int | None, str | None]] = []
    for index in range(_SIZES[table]):
        first = _FIRST_KEYS[table]
        if table in {"m", "w"}:
            found.append((first + index, rng.randrange(8), rng.randrange(1 << 61, 1 << 63), rng.choice("abc")))
            continue
        key = first + (index if table == "d" else rng.randrange(30))
        big = rng.choice((None, rng.randrange(1 << 40), _LARGEST - rng.randrange(5), rng.randrange(5) - _LARGEST, 1, 2))
        found.append((
            key if rng.random() > 0.1 else None, rng.choice((None, rng.randrange(-5, 6), rng.randrange(50))), big,
            rng.choice((None, "a", "b", "c", "zz", "")),
        ))  # fmt: skip
    return found


class Query:
    """One random query: `text`, and `limit` if it ends with LIMIT without ORDER BY, so that any rows are valid."""

    def __init__(self, rng: random.Random) -> None:
        """Generate from `rng`."""
        self._rng = rng
        self._aliases = 0
        self.limit: int | None = None
        self.text, _ = self._query(depth=2, top=True)

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def _alias(self) -> str:
        self._aliases += 1
        return f"q{self._aliases}"

    def _constant(self, kind: str) -> str:
        return self._rng.choice({
            "string": ("'a'", "'b'", "'zz'", "''"),
            "bigint": ("1", "2", "9223372036854775806", "-5", "1099511627776"),
            "int": ("0", "1", "5", "-3", "15", "25", "1000", "1050", "5000", "290", "20000", "20020"),
        }[kind])  # fmt: skip

    def _columns(self, scope: Scope, kind: str | None = None) -> list[tuple[str, str]]:
        return [(f"{alias}.{name}", one) for alias, columns in scope for name, one in columns if kind in {None, one}]

    def _column(self, scope: Scope) -> tuple[str, str]:
        return self._rng.choice(self._columns(scope))

    def _condition(self, scope: Scope, depth: int = 2) -> str:
        choice = self._rng.random()
        if depth == 0 or choice < 0.5:
            return self._comparison(scope)
        left, right = self._condition(scope, depth - 1), self._condition(scope, depth - 1)
        return f"({left} AND {right})" if choice < 0.75 else f"({left} OR {right})" if choice < 0.9 else f"NOT ({left})"

    def _comparison(self, scope: Scope) -> str:
        pick = self._rng.choice
        name, kind = self._column(scope)
        operator, negation = pick(("=", "<>", "<", "<=", ">", ">=")), pick(("", "NOT "))
        match self._rng.randrange(10):
            case 0:
                return f"{name} IS {negation}NULL"
            case 1:
                return f"{name} {operator} {pick(self._columns(scope, kind))[0]}"
            case 2:
                return f"{name} {negation}IN ({self._constant(kind)}, {self._constant(kind)})"
            case 3 if kind != "string":
                return f"{name} BETWEEN {self._constant(kind)} AND {self._constant(kind)}"
            case 4 if kind != "string":
                return f"CASE WHEN {name} > {self._constant(kind)} THEN 1 ELSE 0 END = 1"
            case 5:
                return f"COALESCE({name}, {self._constant(kind)}) {operator} {self._constant(kind)}"
            case 6:
                return pick(("1 = 0", "1 = 1"))
            case 7 if kind == "int":
                inner = f"SELECT k FROM {pick(TABLES)} WHERE k {operator} {self._constant('int')}"
                return f"{name} {negation}IN ({inner})"
            case 8:
                column = {"int": "k", "bigint": "big", "string": "s"}[kind]
                return f"{negation}EXISTS (SELECT 1 FROM {pick(TABLES)} AS z WHERE z.{column} = {name})"
        return f"{name} {operator} {self._constant(kind)}"

    def _expression(self, scope: Scope) -> tuple[str, str]:
        name, kind = self._column(scope)
        match self._rng.randrange(12):
            case 0 if kind == "int":
                return f"{name} + {self._rng.choice((1, 2))}", "bigint"
            case 1:
                return f"COALESCE({name}, {self._constant(kind)})", kind
            case 2:
                return f"CASE WHEN {self._comparison(scope)} THEN {name} END", kind
            case 3:
                return f"NULLIF({name}, {self._constant(kind)})", kind
            case 4 if kind == "int":
                return f"(SELECT COUNT(*) FROM {self._rng.choice(TABLES)} AS z WHERE z.k = {name})", "bigint"
        return name, kind

    def _relation(self, depth: int) -> tuple[str, str, Columns]:
        alias = self._alias()
        if depth > 0 and self._chance(0.35):
            text, columns = self._query(depth - 1)
            return f"({text}) AS {alias}", alias, columns
        table = self._rng.choice(TABLES)
        if self._chance(0.25):
            text = f"SELECT * FROM {table} WHERE {self._condition([(table, COLUMNS)])}"
            return f"({text}) AS {alias}", alias, COLUMNS
        return f"{table} AS {alias}", alias, COLUMNS

    def _from(self, depth: int) -> tuple[str, Scope]:
        text, alias, columns = self._relation(depth)
        scope = [(alias, columns)]
        for _ in range(self._rng.choice((0, 0, 1, 1, 1, 2))):
            relation, alias, columns = self._relation(depth)
            new = [(alias, columns)]
            pairs = [
                (left, right)
                for left, kind in self._columns(scope)
                for right, other in self._columns(new)
                if kind == other
            ]
            side = self._rng.choice(("", "LEFT ", "LEFT ", "LEFT ", "LEFT ", "RIGHT ", "FULL "))
            if not pairs:
                continue
            on = " AND ".join(
                f"{left} = {right}"
                for left, right in self._rng.sample(pairs, min(len(pairs), self._rng.choice((1, 1, 2))))
            )
            scope = [*scope, *new]
            if side != "FULL " and self._chance(0.3):
                name, kind = self._column(scope)
                on += f" AND {name} {self._rng.choice(('=', '<>', '<', '>'))} {self._constant(kind)}"
            text += f" {side}JOIN {relation} ON {on}"
        return text, scope

    def _query(self, depth: int, top: bool = False) -> tuple[str, Columns]:
        text, columns = self._select(depth, top)
        if self.limit is None and self._chance(0.12):
            for _ in range(4):
                other, kinds = self._select(depth, top=False)
                if [kind for _, kind in kinds] == [kind for _, kind in columns]:
                    operator = self._rng.choice(("UNION", "UNION ALL", "EXCEPT", "INTERSECT"))
                    sides = [f"SELECT * FROM ({one}) AS {self._alias()}" for one in (text, other)]
                    return f" {operator} ".join(sides), columns
        return text, columns

    def _select(self, depth: int, top: bool) -> tuple[str, Columns]:
        from_, scope = self._from(depth)
        where = f" WHERE {self._condition(scope)}" if self._chance(0.6) else ""
        group, word = "", ""
        choice = self._rng.random()
        if choice < 0.3:
            items, group = self._aggregates(scope)
        elif choice < 0.4:
            items = [self._expression(scope), self._window(scope)]
        else:
            items = [self._expression(scope) for _ in range(self._rng.choice((1, 2, 3)))]
            word = self._rng.choice(("", "", "DISTINCT "))
        names = ", ".join(f"{text} AS c{index}" for index, (text, _) in enumerate(items))
        text = f"SELECT {word}{names} FROM {from_}{where}{group}"
        columns = tuple((f"c{index}", kind) for index, (_, kind) in enumerate(items))
        if top and self._chance(0.4):
            self.limit = self._rng.choice((0, 1, 2, 5, 17, 100))
            return f"{text} LIMIT {self.limit}", columns
        if self._chance(0.35):
            order = ", ".join(f"{index + 1}{self._rng.choice(('', ' DESC'))}" for index in range(len(items)))
            limit = self._rng.choice((0, 1, 5, 17, 100))
            return f"SELECT * FROM ({text} ORDER BY {order} LIMIT {limit}) AS {self._alias()}", columns
        return text, columns

    def _aggregates(self, scope: Scope) -> tuple[list[tuple[str, str]], str]:
        keys = list(dict.fromkeys(self._column(scope) for _ in range(self._rng.choice((0, 1, 1, 2)))))
        items = list(keys)
        for _ in range(self._rng.choice((1, 1, 2))):
            name, kind = self._column(scope)
            call = self._rng.choice(("COUNT(*)", "COUNT({})", "COUNT(DISTINCT {})", "MIN({})", "MAX({})", "SUM({})"))
            if call == "SUM({})" and kind == "string":
                call = "MAX({})"
            items.append((call.format(name), "bigint" if call[0] in "CS" else kind))
        having = f" HAVING MAX({self._column(scope)[0]}) IS NOT NULL" if keys and self._chance(0.3) else ""
        return items, f" GROUP BY {', '.join(name for name, _ in keys)}{having}" if keys else ""

    def _window(self, scope: Scope) -> tuple[str, str]:
        (part, _), (key, kind) = self._column(scope), self._column(scope)
        every = ", ".join(name for name, _ in self._columns(scope))
        return self._rng.choice((
            (f"COUNT(*) OVER (PARTITION BY {part})", "bigint"),
            (f"RANK() OVER (PARTITION BY {part} ORDER BY {key})", "bigint"),
            (f"ROW_NUMBER() OVER (ORDER BY {every})", "bigint"),
            (f"MIN({key}) OVER (PARTITION BY {part})", kind),
            (f"LAG({key}) OVER (ORDER BY {every})", kind),
        ))  # fmt: skip
