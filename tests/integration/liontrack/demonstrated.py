"""The demonstration data, after one run of the pipeline."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from apps.liontrack.__main__ import demonstration
from apps.liontrack.pipeline.__main__ import STEPS
from apps.liontrack.producers.events import position
from tests.integration.liontrack.lake import Lake, start_lake
from tests.integration.liontrack.runs import Pipeline

FORMULA = '=HYPERLINK("http://example.org")'


@dataclass(frozen=True)
class Demonstrated:
    """The tables, a file with the password of all users, and the day of the newest events."""

    lake: Lake
    password_file: Path
    today: date


@contextmanager
def demonstrate(folder: Path) -> Iterator[Demonstrated]:
    """Fill the tables of a new emulator with the demonstration and a lion whose name is a formula."""
    password_file = folder / "password"
    now = datetime.now(UTC).replace(microsecond=0)
    with start_lake(folder) as lake:
        password_file.write_text(lake.password)
        lake.store(demonstration(now))
        lake.store([position("trick", now - timedelta(days=3), 1.0, 1.0, name=FORMULA)])
        with pytest.MonkeyPatch.context() as patch:
            run = Pipeline(lake, f"http://127.0.0.1:{lake.server.fe_http_port}", password_file, patch)
            # health is the only step that needs Pulsar. Just after midnight only yesterday has events.
            day = timedelta(days=1)
            run("1", now.date() - day, now.date() + day, [step for step in STEPS if step != "health"])
        yield Demonstrated(lake, password_file, now.date())
