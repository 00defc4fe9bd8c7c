"""`sql` and `check`: run a statement of the product, or a query whose rows are findings."""

from datetime import timedelta

from apps.shared.placeholders import UnknownPlaceholder, fill
from apps.shared.starrocks import Cell
from apps.tasks.context import Context
from apps.tasks.errors import InvalidInput
from apps.tasks.log import print_line
from apps.tasks.pieces import described, in_pieces
from apps.tasks.windows import Window

_SHOWN = 100


def statement_text(context: Context, name: str, window: Window) -> str:
    """The text of `sql/<product>/queries/<name>.sql`, with its placeholders filled.

    Raises:
        InvalidInput: the file is missing, or a placeholder is unknown.
    """
    path = context.files / "sql" / context.step.product / "queries" / f"{name}.sql"
    try:
        text = fill(path.read_text(), {**context.product.placeholders, **window.placeholders})
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from None
    except UnknownPlaceholder as error:
        raise InvalidInput(f"{path}:{error.line}: {error}") from None
    return text.strip().removesuffix(";")


def run_sql(context: Context, name: str, window: Window, chunk: timedelta | None) -> str:
    """Run a statement over the window, piece by piece; return a description of the work done."""
    changed = 0
    with context.store() as store:
        for _, piece in in_pieces(context, name, window, chunk):
            changed += store.change(statement_text(context, name, piece))
    return f"{described(name, window, chunk)}: {changed} rows"


def run_check(context: Context, name: str, window: Window) -> str:
    """Run a query and send one alert for its rows; return a description of the findings.

    The first column names a finding. An alert is sent if a finding is new. When all findings have ended, `resolved` is
    sent once.
    """
    text = statement_text(context, name, window)
    with context.store() as store:
        rows = store.query(text)
    reported = context.last.findings
    for row in rows[:_SHOWN]:
        print_line(_line(row))
    if not rows:
        if reported:
            names = ", ".join(sorted(reported))
            if context.alert("resolved", f"{name}: resolved", f"{names}: fine again", subject=name):
                context.record.findings(())
        return "no findings"
    found = {str(next(iter(row.values()))) for row in rows}
    title = f"{name}: {len(rows)} finding{'s' if len(rows) > 1 else ''}"
    if found <= reported:
        print_line("all of them were reported before")
        context.record.findings(found)
    else:
        lines = [_line(row) for row in rows[:_SHOWN]]
        lines += [f"… and {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else []
        arrived = context.alert("warning", title, "\n".join(lines), subject=name)
        # If the alert was not delivered, the next run sends it again.
        context.record.findings(found if arrived else found & reported)
    return f"{len(rows)} findings: {', '.join(sorted(found))}"


def _line(row: dict[str, Cell]) -> str:
    (_, first), *others = row.items()
    values = ", ".join(f"{column} {_shown(value)}" for column, value in others)
    return f"{first}: {values}" if values else f"{first}"


def _shown(value: object) -> str:
    return "none" if value is None or value == "" else f"{value:.3g}" if isinstance(value, float) else f"{value}"
