"""`sql` and `check`: a statement of the product's, and a query whose rows are findings."""

import re

from apps.shared.placeholders import UnknownPlaceholder, fill
from apps.shared.starrocks import Cell
from apps.tasks.context import Context
from apps.tasks.errors import TaskError
from apps.tasks.log import say
from apps.tasks.windows import Window

_SHOWN = 100
_FINDINGS = re.compile(r"^[1-9][0-9]* findings?: (?P<names>.*)$", re.DOTALL)


def statement_text(context: Context, name: str, window: Window) -> str:
    """The text of `sql/<product>/queries/<name>.sql`, with its placeholders filled.

    Raises:
        TaskError: no such file, or a placeholder that nobody knows.
    """
    path = context.files / "sql" / context.step.product / "queries" / f"{name}.sql"
    values = {**window.placeholders, "quality_threshold": str(context.product.quality_threshold)}
    try:
        text = fill(path.read_text(), values)
    except OSError as error:
        raise TaskError(f"{path}: {error.strerror}") from None
    except UnknownPlaceholder as error:
        raise TaskError(f"{path}:{error.line}: {error}") from None
    return text.strip().removesuffix(";")


def run_sql(context: Context, name: str, window: Window) -> str:
    """Run a statement; what was done, in words."""
    store = context.store()
    try:
        changed = store.change(statement_text(context, name, window))
    finally:
        store.close()
    return f"{name} for {window}: {changed} rows"


def run_check(context: Context, name: str, window: Window) -> str:
    """Run a query and raise one alert for the rows that it finds; what was found, in words.

    The first column names a finding. As long as there is none that was not told already, nobody is told again; when
    there are none any more, `resolved` is told once.
    """
    store = context.store()
    try:
        rows = store.query(statement_text(context, name, window))
    finally:
        store.close()
    told = _told(context.last_details)
    for row in rows[:_SHOWN]:
        say(_line(row))
    if not rows:
        if told and not context.alert("resolved", f"{name}: resolved", f"{', '.join(sorted(told))}: fine again"):
            return context.last_details
        return "no findings"
    names = {str(next(iter(row.values()))) for row in rows}
    title = f"{name}: {len(rows)} finding{'s' if len(rows) > 1 else ''}"
    new = names - told
    if new:
        lines = [_line(row) for row in rows[:_SHOWN]]
        lines += [f"… and {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else []
        if not context.alert("warning", title, "\n".join(lines)):
            # Told again at the next run: the names of these findings are not kept.
            names -= new
    else:
        say("nothing that was not told before")
    return f"{len(rows)} findings: {', '.join(sorted(names))}"


def _told(details: str) -> set[str]:
    match = _FINDINGS.match(details)
    return {name for name in match["names"].removesuffix("…").split(", ") if name} if match else set()


def _line(row: dict[str, Cell]) -> str:
    (_, first), *others = row.items()
    values = ", ".join(f"{column} {_shown(value)}" for column, value in others)
    return f"{first}: {values}" if values else f"{first}"


def _shown(value: object) -> str:
    return "none" if value is None or value == "" else f"{value:.3g}" if isinstance(value, float) else f"{value}"
