"""The program under Pulumi's mocks: which resources there are, what they hold, and what is secret."""

import asyncio
import json
from collections.abc import Iterator

import pulumi
import pytest
from pulumi.runtime import mocks
from pulumi.runtime.stack import wait_for_rpcs

from infra.settings import Settings, SettingsError, load_settings
from stacks import environment
from tools.stack.configuration import stack_configuration


class Recorder(mocks.Mocks):
    """Notes every resource; a generated secret is the word `planted` and its name."""

    def __init__(self) -> None:
        self.resources: list[mocks.MockResourceArgs] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[object, object]]:
        self.resources.append(args)
        outputs: dict[object, object] = dict(args.inputs)
        if args.typ.endswith(":RandomSecret"):
            outputs["value"] = f"planted-{args.name}"
        return f"{args.name}-id", outputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[object, object], list[tuple[str, str]] | None]:
        raise AssertionError(f"the program calls {args.token}")


SERVICES = {"pulsar", "seatunnel", "starrocks", "postgres", "dolphinscheduler", "api", "frontend"}


def run(settings: Settings) -> Recorder:
    """Run the program of the target."""
    recorder = Recorder()
    asyncio.set_event_loop(asyncio.new_event_loop())
    mocks.set_mocks(recorder, project="kappastack", stack="test", preview=False)

    async def program() -> None:
        environment(settings, "test")
        await wait_for_rpcs()

    asyncio.get_event_loop().run_until_complete(program())
    return recorder


@pytest.fixture(scope="module")
def local() -> Iterator[Recorder]:
    yield run(load_settings(stack_configuration("local"), {}))
    asyncio.set_event_loop(None)


def of_type(recorder: Recorder, kind: str) -> dict[str, mocks.MockResourceArgs]:
    return {args.name: args for args in recorder.resources if args.typ.split(":")[-1] == kind}


def test_every_service_is_a_component_with_one_process(local: Recorder) -> None:
    services = {args.name for args in local.resources if args.typ.startswith("kappastack:services:")}
    assert services == set(of_type(local, "HostService")) == SERVICES


def test_what_is_inside_the_services(local: Recorder) -> None:
    wanted = {
        "PulsarTopics": 1,
        "StarRocksSchema": 2,
        "SeaTunnelJob": 1,
        "DolphinSchedulerDatabase": 1,
        "DolphinSchedulerProject": 1,
        "DolphinSchedulerWorkflow": 5,
        # There is no webhook in the settings.
        "DolphinSchedulerAlerts": 0,
        "RandomSecret": 11,
    }
    assert {kind: len(of_type(local, kind)) for kind in wanted} == wanted


def test_secrets_reach_services_and_connections_only(local: Recorder) -> None:
    holders = {args.name for args in local.resources if "planted" in json.dumps(args.inputs, default=str)}
    assert holders == {"seatunnel", "api", "postgres", "dolphinscheduler", "connections"}


def test_a_service_gets_no_secret_that_it_does_not_ask_for(local: Recorder) -> None:
    services = of_type(local, "HostService")
    assert {name: sorted(args.inputs["secrets"]) for name, args in services.items()} == {
        "pulsar": [],
        "seatunnel": ["starrocks-scheduler", "starrocks-sink"],
        "starrocks": [],
        "api": ["starrocks-api"],
        "frontend": [],
        "postgres": ["superuser"],
        # The programs of its tasks work as these two users; PostgreSQL's superuser is nobody's but the deployment's.
        "dolphinscheduler": ["database-password", "starrocks-predictor", "starrocks-scheduler"],
    }


def test_no_input_holds_a_path_of_the_machine(local: Recorder) -> None:
    for name, args in of_type(local, "HostService").items():
        assert str(pulumi.runtime.get_root_directory() or "/root") not in json.dumps(args.inputs), name


def test_the_job_is_structured_so_that_a_diff_names_the_part(local: Recorder) -> None:
    definition = of_type(local, "SeaTunnelJob")["ciapol-ingest"].inputs["definition"]
    assert definition["env"]["checkpoint.interval"] == 5000
    assert [sink["table"] for sink in definition["sink"]] == [
        "raw_measurements_zeta",
        "sensor_measurements_zeta",
        "rejected_measurements_zeta",
    ]


@pytest.mark.parametrize("stack", ["prod"])
def test_a_target_that_is_not_there_yet_says_so_in_a_sentence(stack: str) -> None:
    with pytest.raises(SettingsError, match="its settings are valid, but this version can only deploy"):
        environment(load_settings(stack_configuration(stack), {}), stack)
