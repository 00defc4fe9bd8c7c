"""Zeta with three nodes on target `docker`, under Pulumi's mocks."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from infra.configuration import load_settings
from infra.settings import SettingsError
from tests.mocking import Recorder, run

NODES = ["seatunnel", "seatunnel-2", "seatunnel-3"]


@pytest.fixture(scope="module")
def three() -> Iterator[Recorder]:
    yield run(
        load_settings(
            {
                "kappastack:target": "docker",
                "kappastack:seatunnel": '{"nodes": 3}',
                "kappastack:products": '{"ciapol": {}}',
            },
            {},
        )
    )
    asyncio.set_event_loop(None)


def test_every_node_lists_all_members_and_all_share_the_checkpoints(three: Recorder) -> None:
    for name in NODES:
        text = three.files(name)["hazelcast.yaml"]
        assert 'member-list: ["seatunnel:5801", "seatunnel-2:5801", "seatunnel-3:5801"]' in text
        assert f'public-address: "{name}:5801"' in text
        volumes = three.of_type("Container")[name].inputs["volumes"]
        assert volumes[0]["volumeName"] == "kappastack-test-seatunnel-checkpoints"


def test_each_node_has_a_copy_of_the_engines_state(three: Recorder) -> None:
    for name in NODES:
        assert "backup-count: 2\n" in three.files(name)["seatunnel.yaml"]


def test_only_the_first_node_is_published(three: Recorder) -> None:
    assert [port["internal"] for port in three.of_type("Container")["seatunnel"].inputs["ports"]] == [5801]
    for name in NODES[1:]:
        assert not three.of_type("Container")[name].inputs.get("ports")


def test_the_job_is_restarted_after_any_node_was_replaced(three: Recorder) -> None:
    instances = three.of_type("SeaTunnelJob")["ciapol-ingest"].inputs["instances"]
    assert set(instances) == {"pulsar", "starrocks", *NODES}
    assert {f"{name}-drain" for name in NODES} <= set(three.of_type("SeaTunnelDrain"))


def test_target_host_rejects_several_nodes() -> None:
    document = {"kappastack:target": "host", "kappastack:seatunnel": json.dumps({"nodes": 3})}
    with pytest.raises(SettingsError, match=r"seatunnel.nodes 3 need one host each; target host runs 1 node"):
        load_settings(document, {})
