"""Manual runs, on the strict fake server."""

import pytest

from infra.resources.dolphinscheduler.client import DolphinScheduler
from infra.resources.dolphinscheduler.runs import (
    InvalidRange,
    RunState,
    last_runs,
    parameters_of,
    run_details,
    start,
    stop,
    wait,
)
from infra.resources.dolphinscheduler.workflow import WorkflowProvider
from infra.resources.http import ServiceError
from tests.unit.dolphinscheduler.conftest import Make, task
from tests.unit.dolphinscheduler.fake_http import TOKEN, FakeDolphinScheduler
from tests.unit.dolphinscheduler.fake_server import Server


@pytest.fixture
def client(fake: FakeDolphinScheduler) -> DolphinScheduler:
    return DolphinScheduler(f"http://127.0.0.1:{fake.port}", TOKEN)


def test_the_started_run_is_found_among_others(client: DolphinScheduler, server: Server, make: Make) -> None:
    server.groups["ciapol"] = 7
    WorkflowProvider().apply(make(alert_group="ciapol"), None)
    first = start(client, "ciapol", "quality_hourly")
    second = start(client, "ciapol", "quality_hourly", {"from": "2024-01-01T00:00:00Z", "to": "2024-02-01T00:00:00Z"})
    assert (first.id, second.id) == (1, 2)
    assert parameters_of(run_details(client, 1, 2)) == {"from": "2024-01-01T00:00:00Z", "to": "2024-02-01T00:00:00Z"}
    assert [run.id for run in last_runs(client, 1)] == [2, 1]
    # A failed manual run notifies the same alert group as a scheduled run.
    assert (server.runs[1].form.warningType, server.runs[1].form.warningGroupId) == ("FAILURE", 7)


def test_a_manual_run_does_not_wait_for_other_workflows(client: DolphinScheduler, server: Server, make: Make) -> None:
    WorkflowProvider().apply(make(), None)
    waiting = {
        "name": "wait",
        "type": "wait_for",
        "workflow": "quality_hourly",
        "in_the_same": "hour",
        "timeout": "9m",
    }
    WorkflowProvider().apply(make(name="predict", tasks=[waiting, task("predict", needs=["wait"])]), None)
    start(client, "ciapol", "predict")
    form = server.runs[1].form
    assert form.startNodeList == str(server.process("predict").task("predict").code)
    assert form.taskDependType == "TASK_ONLY"
    assert form.warningType == "NONE"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"from": "yesterday"}, "from 'yesterday' is not a time"),
        ({"to": "2026-13-01"}, "to '2026-13-01' is not a time"),
        ({"from": "2026-02-01", "to": "2026-01-01T00:00:00Z"}, "from '2026-02-01' is not before to"),
    ],
)
def test_a_wrong_range_starts_nothing(
    server: Server, client: DolphinScheduler, make: Make, given: dict[str, str], message: str
) -> None:
    WorkflowProvider().apply(make(), None)
    with pytest.raises(InvalidRange, match=message):
        start(client, "ciapol", "quality_hourly", given)
    assert server.runs == {}


def test_waiting_for_the_end_of_a_run(client: DolphinScheduler, server: Server, make: Make) -> None:
    WorkflowProvider().apply(make(), None)
    run = start(client, "ciapol", "quality_hourly")
    with pytest.raises(TimeoutError, match=r"not ready within 0 s: .* is RUNNING_EXECUTION"):
        wait(client, "ciapol", run.id, within=0)
    stop(client, 1, run.id)
    assert wait(client, "ciapol", run.id, within=300).state == RunState.STOP


def test_errors_list_the_existing_names(client: DolphinScheduler, server: Server, make: Make) -> None:
    WorkflowProvider().apply(make(), None)
    with pytest.raises(ServiceError, match="has no project 'other'"):
        start(client, "other", "quality_hourly")
    with pytest.raises(ServiceError, match="has no workflow 'quality'; it has quality_hourly"):
        start(client, "ciapol", "quality")
    with pytest.raises(ServiceError, match="has no parameter 'until'; it has from, to"):
        start(client, "ciapol", "quality_hourly", {"until": "x"})
    server.process("quality_hourly").online = False
    with pytest.raises(ServiceError, match="not on line"):
        start(client, "ciapol", "quality_hourly")
