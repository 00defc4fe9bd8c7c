"""StarRocks' cluster edition on target `docker`, under Pulumi's mocks: images, addresses, volumes, members."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from infra.settings import Settings, SettingsError, load_settings
from infra.versions import STARROCKS
from tests.mocking import Recorder, run

FRONTENDS = ["starrocks", "starrocks-fe-2", "starrocks-fe-3"]
BACKENDS = ["starrocks-be-1", "starrocks-be-2", "starrocks-be-3"]


def settings(frontends: int = 3, backends: int = 3, replicas: int = 3, **docker: object) -> Settings:
    document = {
        "target": "docker",
        "docker": docker,
        "starrocks": {
            "edition": "cluster",
            "frontends": frontends,
            "backends": backends,
            "replicationNum": replicas,
            "memory": "4Gi",
        },
    }
    return load_settings({f"kappastack:{key}": json.dumps(value) for key, value in document.items()}, {})


@pytest.fixture(scope="module")
def cluster() -> Iterator[Recorder]:
    yield run(settings())
    asyncio.set_event_loop(None)


def test_each_node_is_a_container_of_the_published_image(cluster: Recorder) -> None:
    containers = cluster.of_type("Container")
    images = {name: args.inputs["name"] for name, args in cluster.of_type("RemoteImage").items()}
    assert images["starrocks-fe"] == f"starrocks/fe-ubuntu:{STARROCKS}"
    assert images["starrocks-be"] == f"starrocks/be-ubuntu:{STARROCKS}"
    assert "starrocks_emulator" not in images
    for name in FRONTENDS:
        assert containers[name].inputs["image"] == "sha256:starrocks-fe"
    for name in BACKENDS:
        assert containers[name].inputs["image"] == "sha256:starrocks-be"
        assert containers[name].inputs["memory"] == 4096
        assert containers[name].inputs["ulimits"] == [{"name": "nofile", "soft": 655350, "hard": 655350}]


def test_an_air_gapped_registry_serves_them_too() -> None:
    digest = f"sha256:{'b' * 64}"
    recorder = run(settings(registry="registry.example/team", digests={"starrocks-be": digest}))
    images = {name: args.inputs["name"] for name, args in recorder.of_type("RemoteImage").items()}
    assert images["starrocks-fe"] == f"registry.example/team/starrocks/fe-ubuntu:{STARROCKS}"
    assert images["starrocks-be"] == f"registry.example/team/starrocks/be-ubuntu@{digest}"


def files(recorder: Recorder, service: str) -> dict[str, str]:
    uploads = recorder.of_type("Container")[f"{service}-configuration"].inputs["uploads"]
    return {upload["file"].rsplit("/", 1)[1]: upload["content"] for upload in uploads}


def test_the_first_frontend_begins_the_group_and_the_others_ask_it(cluster: Recorder) -> None:
    assert "--helper" not in files(cluster, "starrocks")["start.sh"]
    for name in FRONTENDS[1:]:
        assert "helper=(--helper starrocks:9010)" in files(cluster, name)["start.sh"]
    for name in FRONTENDS:
        assert "--host_type FQDN" in files(cluster, name)["start.sh"]
        assert cluster.of_type("Container")[name].inputs["hostname"] == name


def test_nodes_know_their_ports_and_the_replicas_of_new_tables(cluster: Recorder) -> None:
    frontend = files(cluster, "starrocks-fe-2")["fe.conf"]
    assert {"http_port=8030", "rpc_port=9020", "query_port=9030", "edit_log_port=9010"} <= set(frontend.splitlines())
    assert "default_replication_num=3" in frontend.splitlines()
    backend = files(cluster, "starrocks-be-3")["be.conf"].splitlines()
    assert {"be_port=9060", "be_http_port=8040", "heartbeat_service_port=9050", "brpc_port=8060"} <= set(backend)


def test_the_schema_asks_for_as_many_replicas_and_waits_for_the_members(cluster: Recorder) -> None:
    schemas = cluster.of_type("StarRocksSchema")
    assert {args.inputs["replication_num"] for args in schemas.values()} == {3}
    nodes = cluster.of_type("StarRocksNodes")["starrocks-nodes"].inputs
    assert nodes["service"] == "starrocks"
    assert nodes["followers"] == ["starrocks-fe-2:9010", "starrocks-fe-3:9010"]
    assert nodes["backends"] == [f"{name}:9050" for name in BACKENDS]


def test_metadata_and_data_are_in_volumes_where_the_images_look(cluster: Recorder) -> None:
    def mounted(name: str) -> dict[str, str]:
        volumes = cluster.of_type("Container")[name].inputs["volumes"]
        return {volume["containerPath"]: volume["volumeName"] for volume in volumes}

    for name in FRONTENDS:
        assert mounted(name)["/opt/starrocks/fe/meta"] == f"kappastack-test-{name}-meta"
    for name in BACKENDS:
        assert mounted(name)["/opt/starrocks/be/storage"] == f"kappastack-test-{name}-storage"


def test_only_the_first_frontend_is_published_and_only_for_the_operator(cluster: Recorder) -> None:
    for name in [*FRONTENDS[1:], *BACKENDS]:
        assert not cluster.of_type("Container")[name].inputs.get("ports"), name
    ports = cluster.of_type("Container")["starrocks"].inputs["ports"]
    assert [(port["internal"], port["ip"]) for port in ports] == [(8030, "127.0.0.1"), (9030, "127.0.0.1")]


def test_loads_and_queries_go_to_the_first_frontend(cluster: Recorder) -> None:
    inside = cluster.of_type("Connections")["connections"].inputs["inside"]
    assert inside["starrocks"]["fe-http"] == {"scheme": "http", "host": "starrocks", "port": 8030}
    # A load is sent on to a backend under the name that the cluster knows it by, which the network resolves.
    assert inside["starrocks-be-1"]["be-http"] == {"scheme": "http", "host": "starrocks-be-1", "port": 8040}


def test_no_secret_is_in_plain_text(cluster: Recorder) -> None:
    nodes = [*FRONTENDS, *BACKENDS, *(f"{name}-configuration" for name in (*FRONTENDS, *BACKENDS))]
    for name in nodes:
        assert "planted" not in json.dumps(cluster.of_type("Container")[name].inputs, default=str), name


def test_who_answers_nobody_outside_is_waited_for_inside(cluster: Recorder) -> None:
    checked = cluster.of_type("PlatformHealthy")["healthy"].inputs["services"]
    assert "starrocks" in checked
    assert not {*FRONTENDS[1:], *BACKENDS} & set(checked)


def test_one_frontend_and_one_backend_are_a_cluster_too() -> None:
    recorder = run(settings(frontends=1, backends=1, replicas=1))
    nodes = recorder.of_type("StarRocksNodes")["starrocks-nodes"].inputs
    assert (nodes["followers"], nodes["backends"]) == ([], ["starrocks-be-1:9050"])


def test_more_replicas_than_backends_are_refused() -> None:
    with pytest.raises(SettingsError, match="replicationNum 3 needs as many backends, but backends is 1"):
        settings(backends=1)
