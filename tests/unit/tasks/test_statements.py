"""Statements run once for each piece of a range."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import pytest

from apps.shared.starrocks import Argument, StarRocks
from apps.shared.starrocks_errors import StarRocksError
from apps.tasks.statements import run_sql
from apps.tasks.steps import LastRun, Pieces
from apps.tasks.windows import Window
from infra.resources.dolphinscheduler.workflow_definition import Sql
from infra.resources.dolphinscheduler.workflow_files import read_workflow
from infra.settings import ROOT
from tests.unit.tasks.memory import Record, TestContext, context

WINDOW = Window(datetime(2010, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
CHUNK = timedelta(days=365)


class Statements(StarRocks):
    """Records statements, each of which changes five rows."""

    def __init__(self, fails_at: int = 0) -> None:
        self.texts: list[str] = []
        self.fails_at = fails_at

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close nothing."""

    def change(self, statement: str, arguments: Sequence[Argument] = (), *, repeat: bool = True) -> int:
        self.texts.append(statement)
        if len(self.texts) == self.fails_at:
            raise StarRocksError("too much memory")
        return 5


@dataclass(frozen=True)
class OfStatements(TestContext):
    statements: Statements = field(default_factory=Statements)

    def store(self) -> Statements:
        return self.statements


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "sql/ciapol/queries"
    folder.mkdir(parents=True)
    (folder / "quality.sql").write_text("INSERT INTO t SELECT '${from}', '${to}';\n")
    return tmp_path


def given(files: Path, statements: Statements, last: LastRun | None = None) -> OfStatements:
    plain = context(last=last)
    return OfStatements(plain.settings, plain.step, plain.record, plain.last, files=files, statements=statements)


def test_a_long_range_is_processed_in_pieces_without_gaps(files: Path) -> None:
    statements = Statements()
    step = given(files, statements)
    assert run_sql(step, "quality", WINDOW, CHUNK).endswith("2026-01-01 00:00:00 UTC in 17 pieces: 85 rows")
    ranges = [piece.placeholders for piece in WINDOW.chunks(CHUNK)]
    assert statements.texts == [f"INSERT INTO t SELECT '{one['from']}', '{one['to']}'" for one in ranges]
    assert isinstance(step.record, Record)
    assert [pieces.done for pieces in step.record.noted] == list(range(18))


def test_a_statement_without_a_chunk_runs_once(files: Path) -> None:
    statements = Statements()
    assert run_sql(given(files, statements), "quality", WINDOW, None).endswith("UTC: 5 rows")
    assert len(statements.texts) == 1


def test_a_further_attempt_continues_with_the_first_piece_that_is_not_done(files: Path) -> None:
    failing = given(files, Statements(fails_at=4))
    with pytest.raises(StarRocksError):
        run_sql(failing, "quality", WINDOW, CHUNK)
    assert isinstance(failing.record, Record)
    last = failing.record.noted[-1]
    assert last == Pieces(WINDOW.start.replace(tzinfo=None), WINDOW.end.replace(tzinfo=None), 17, 3)
    statements = Statements()
    run_sql(given(files, statements, LastRun("1", last)), "quality", WINDOW, CHUNK)
    assert len(statements.texts) == 14
    assert WINDOW.chunks(CHUNK)[3].placeholders["from"] in statements.texts[0]


def test_the_quality_of_years_is_computed_in_pieces() -> None:
    """`quality_hourly.sql` generates at most 100,000 hours, so the pieces of its workflow must be shorter."""
    definition = read_workflow(ROOT / "dolphinscheduler/ciapol/quality_hourly.yaml").definition
    [task] = [task for task in definition.tasks if isinstance(task, Sql)]
    assert task.command(True)[-2:] == ["--chunk", "31d"]
