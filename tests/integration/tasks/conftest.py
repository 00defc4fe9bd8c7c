from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.api.platform import Emulator, emulator
from tests.integration.tasks.stack import PASSWORD, Stack


@pytest.fixture(scope="module")
def starrocks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The emulator with both schemas and the users of the tasks."""
    with emulator(tmp_path_factory.mktemp("starrocks")) as instance:
        quoted = PASSWORD.replace("'", "\\'")
        instance.add_user("platform_scheduler", quoted, "platform_scheduler_role")
        instance.add_user("ciapol_scheduler", quoted, "ciapol_scheduler_role")
        instance.add_user("ciapol_predictor", quoted, "ciapol_forecaster")
        yield instance


@pytest.fixture
def stack(starrocks: Emulator, tmp_path: Path) -> Stack:
    """A stack whose engine is unreachable."""
    starrocks.execute("DELETE FROM kappastack.pipeline_steps WHERE product <> ''")
    starrocks.execute("DELETE FROM kappastack.streaming_jobs WHERE job_id <> 0")
    return Stack(starrocks, tmp_path / "stack", "http://127.0.0.1:9")
