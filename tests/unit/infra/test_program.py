"""The program under Pulumi's mocks: its resources, their inputs, and which inputs are secret."""

import asyncio
import json
import re
from collections.abc import Iterator

import pulumi
import pytest

from infra.configuration import load_settings
from tests.mocking import Recorder, run
from tools.stack.configuration import stack_configuration

SERVICES = {
    *("ciapol-api", "liontrack-api", "platform-api", "frontend"),
    *("dolphinscheduler", "postgres", "pulsar", "seatunnel", "starrocks"),
    *("alertmanager", "node-exporter", "postgres-exporter", "prometheus"),
}


@pytest.fixture(scope="module")
def local() -> Iterator[Recorder]:
    yield run(load_settings(stack_configuration("local"), {}))
    asyncio.set_event_loop(None)


def test_every_service_is_a_component_with_one_process(local: Recorder) -> None:
    services = {args.name for args in local.resources if args.typ.startswith("kappastack:services:")}
    assert services == set(local.of_type("HostService")) == SERVICES


def test_the_number_of_resources_of_each_type(local: Recorder) -> None:
    wanted = {
        "PulsarTopics": 2,
        "StarRocksSchema": 6,
        "SeaTunnelJob": 6,
        "DolphinSchedulerDatabase": 1,
        "StarRocksUsers": 3,
        "DolphinSchedulerProject": 3,
        "DolphinSchedulerWorkflow": 6,
        # The settings have no webhook.
        "DolphinSchedulerAlerts": 0,
        "RandomSecret": 19,
    }
    assert {kind: len(local.of_type(kind)) for kind in wanted} == wanted


def test_every_process_starts_before_a_resource_waits_for_one_to_be_healthy(local: Recorder) -> None:
    started = {f"HostService/{name}" for name in SERVICES}
    inside = {
        name
        for name in local.needs
        if name.partition("/")[0] in ("PulsarTopics", "StarRocksSchema", "StarRocksUsers", "SeaTunnelJob")
    }
    assert len(inside) == 17
    assert {name: started - local.needs[name] for name in inside} == {name: set() for name in inside}


def test_the_services_that_start_slowly_start_first(local: Recorder) -> None:
    slow = {"postgres", "pulsar", "seatunnel", "starrocks", "dolphinscheduler"}
    quick = SERVICES - slow
    assert {name for name in quick if "HostService/dolphinscheduler" in local.needs[f"HostService/{name}"]} == quick
    assert local.needs["HostService/dolphinscheduler"] & {f"HostService/{name}" for name in quick} == set()


def test_only_services_and_connections_have_secrets(local: Recorder) -> None:
    holders = {args.name for args in local.resources if "planted" in json.dumps(args.inputs, default=str)}
    assert holders == {
        *("seatunnel", "ciapol-api", "liontrack-api", "platform-api"),
        *("postgres", "dolphinscheduler", "secrets", "postgres-exporter"),
    }


def test_a_service_gets_only_the_secrets_that_it_declares(local: Recorder) -> None:
    services = local.of_type("HostService")
    assert {name: sorted(args.inputs["secrets"]) for name, args in services.items()} == {
        "pulsar": [],
        "seatunnel": [
            "pulsar-seatunnel",
            "starrocks-ciapol_scheduler",
            "starrocks-ciapol_sink",
            "starrocks-liontrack_sink",
        ],
        "starrocks": [],
        "ciapol-api": ["starrocks-ciapol_api"],
        "liontrack-api": ["starrocks-liontrack_api"],
        "platform-api": ["starrocks-platform_reader"],
        "frontend": [],
        "postgres": ["superuser"],
        # The exporter's role may read statistics only.
        "postgres-exporter": ["postgres-monitoring"],
        "alertmanager": [],
        "node-exporter": [],
        "prometheus": [],
        # Passwords of its task programs' users. Only the deployment has the password of PostgreSQL's superuser.
        "dolphinscheduler": [
            "database-password",
            "starrocks-ciapol_predictor",
            "starrocks-ciapol_scheduler",
            "starrocks-liontrack_pipeline",
            "starrocks-platform_scheduler",
        ],
    }


def test_no_input_contains_a_path_of_the_machine(local: Recorder) -> None:
    for name, args in local.of_type("HostService").items():
        assert str(pulumi.runtime.get_root_directory() or "/root") not in json.dumps(args.inputs), name


def test_the_job_definition_is_structured_so_that_diffs_are_specific(local: Recorder) -> None:
    definition = local.of_type("SeaTunnelJob")["ciapol-ingest"].inputs["definition"]
    assert definition["env"]["checkpoint.interval"] == 5000
    assert [sink["table"] for sink in definition["sink"]] == [
        "raw_measurements_zeta",
        "sensor_measurements_zeta",
        "rejected_measurements_zeta",
    ]


def test_a_stack_without_products_has_only_the_platform() -> None:
    bare = run(load_settings({"kappastack:target": "host"}, {}))
    asyncio.set_event_loop(None)
    assert set(bare.of_type("HostService")) == SERVICES - {"ciapol-api", "liontrack-api"}
    assert set(bare.of_type("StarRocksSchema")) == {"platform-schema"}
    assert set(bare.of_type("DolphinSchedulerWorkflow")) == {"platform-jobs-keep-running"}
    assert not bare.of_type("SeaTunnelJob") | bare.of_type("PulsarTopics")


def test_no_resource_belongs_to_a_product_that_the_stack_does_not_have() -> None:
    one = run(load_settings({"kappastack:target": "host", "kappastack:products": '{"ciapol": {}}'}, {}))
    asyncio.set_event_loop(None)
    assert set(one.of_type("HostService")) == SERVICES - {"liontrack-api"}
    # Names of a product's users, secrets, jobs, databases and services begin with its name. A checkout's path may
    # contain it too.
    texts = [f"{args.name} {json.dumps(args.inputs, default=str)}" for args in one.resources]
    assert not [text for text in texts if re.search("liontrack[-_]", text)]
