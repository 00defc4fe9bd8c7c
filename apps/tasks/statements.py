"""`sql` and `check`: run a statement of the product, or a query whose rows are findings."""

from datetime import timedelta

from apps.shared.placeholders import UnknownPlaceholder, fill
from apps.shared.starrocks import Cell
from apps.tasks.alerts import WARNING, Finding
from apps.tasks.context import Context
from apps.tasks.errors import InvalidInput
from apps.tasks.findings import Findings
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
    """Run a query and report its rows as findings; return a description of them.

    The first column names a finding. A run over a given range raises and resolves no alerts, because the range is in
    the past.
    """
    text = statement_text(context, name, window)
    with context.store() as store:
        rows = store.query(text)
    for row in rows[:_SHOWN]:
        print_line(_line(row))
    lines: dict[str, list[str]] = {}
    for row in rows:
        lines.setdefault(str(next(iter(row.values()))), []).append(_values(row))
    if not context.request.backfill:
        product = context.step.product
        findings = Findings(context, severity=WARNING, name=name, ended=lambda key: _ended(product, key))
        findings.report(_finding(product, name, key, "\n".join(found)) for key, found in lines.items())
    return f"{len(rows)} findings: {', '.join(sorted(lines))}" if rows else "no findings"


def _finding(product: str, check: str, key: str, text: str) -> Finding:
    title = f"{key}: finding of check {check} ({product})"
    return Finding(key, product, key, title, f"{key} : anomalie relevée par le contrôle {check} ({product})", text)


def _ended(product: str, key: str) -> Finding:
    return Finding(key, product, key, f"{key}: resolved", f"{key} : résolu", "fine again")


def _line(row: dict[str, Cell]) -> str:
    first, values = next(iter(row.values())), _values(row)
    return f"{first}: {values}" if values else f"{first}"


def _values(row: dict[str, Cell]) -> str:
    """The columns after the first one."""
    _, *others = row.items()
    return ", ".join(f"{column} {_shown(value)}" for column, value in others)


def _shown(value: object) -> str:
    return "none" if value is None or value == "" else f"{value:.3g}" if isinstance(value, float) else f"{value}"
