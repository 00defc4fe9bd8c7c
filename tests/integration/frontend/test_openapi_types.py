"""The page's types are generated from the descriptions of the APIs."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.integration.frontend.conftest import FRONTEND

pytestmark = pytest.mark.integration


def test_generated_types_are_up_to_date() -> None:
    """`npm run openapi` in apps/frontend regenerates them."""
    node = shutil.which("node")
    if node is None or not (FRONTEND / "node_modules/openapi-typescript").is_dir():
        pytest.skip("needs node on PATH and `npm ci` in apps/frontend")
    run = subprocess.run(
        [node, "scripts/openapi.mjs", "--check"],
        cwd=FRONTEND,
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
