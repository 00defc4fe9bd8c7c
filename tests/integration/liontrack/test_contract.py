"""Schemathesis generates requests from the API's OpenAPI description and checks every response against it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.liontrack.demonstrated import Demonstrated
from tests.integration.liontrack.serving import serving
from tests.waiting import PATIENCE

pytestmark = pytest.mark.integration

SETTINGS = """
[generation]
# Random requests of each operation, besides those at the limits of its parameters.
max-examples = 10
deterministic = true
database = "none"

# A schema cannot describe that `from` is before `to`, or that a cursor comes from an earlier page; 422 is correct in
# these cases.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "404", "422"]
"""


@pytest.fixture(scope="module")
def address(demonstrated: Demonstrated) -> Iterator[str]:
    """The address of a running API with the demonstration data."""
    with serving(demonstrated.lake, demonstrated.password_file) as (found, _):
        yield found


def test_schemathesis_finds_nothing(address: str, tmp_path: Path) -> None:
    settings = tmp_path / "schemathesis.toml"
    settings.write_text(SETTINGS)
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(settings)),
        *("run", f"{address}/openapi.json", "--phases", "examples,coverage,fuzzing", "--workers", "2", "--no-color"),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=4 * PATIENCE)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "No issues found" in done.stdout, done.stdout
