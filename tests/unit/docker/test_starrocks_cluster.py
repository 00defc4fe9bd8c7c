"""StarRocks' cluster edition on target `docker`, under Pulumi's mocks: images, addresses, volumes, members."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.configuration import load_settings
from infra.settings import Settings, SettingsError
from infra.versions import STARROCKS
from tests.mocking import Recorder, run

FRONTENDS = ["starrocks", "starrocks-fe-2", "starrocks-fe-3"]
BACKENDS = ["starrocks-be-1", "starrocks-be-2", "starrocks-be-3"]


def settings(frontends: int = 3, backends: int = 3, replicas: int = 3, **docker: object) -> Settings:
    document = {
        "target": "docker",
        "products": {"ciapol": {}},
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


def test_an_air_gapped_registry_can_provide_the_images() -> None:
    digest = f"sha256:{'b' * 64}"
    recorder = run(settings(registry="registry.example/team", digests={"starrocks-be": digest}))
    images = {name: args.inputs["name"] for name, args in recorder.of_type("RemoteImage").items()}
    assert images["starrocks-fe"] == f"registry.example/team/starrocks/fe-ubuntu:{STARROCKS}"
    assert images["starrocks-be"] == f"registry.example/team/starrocks/be-ubuntu@{digest}"


def files(recorder: Recorder, service: str) -> dict[str, str]:
    uploads = recorder.of_type("Container")[f"{service}-configuration"].inputs["uploads"]
    return {upload["file"].rsplit("/", 1)[1]: upload["content"] for upload in uploads}


def test_the_first_frontend_creates_the_cluster_and_the_others_join_it(cluster: Recorder) -> None:
    assert "--helper" not in files(cluster, "starrocks")["start.sh"]
    for name in FRONTENDS[1:]:
        assert "helper=(--helper starrocks:9010)" in files(cluster, name)["start.sh"]
    for name in FRONTENDS:
        assert "--host_type FQDN" in files(cluster, name)["start.sh"]
    # In FQDN mode a frontend registers under its host name, so this must be the name that the network resolves.
    for name in (*FRONTENDS, *BACKENDS):
        container = cluster.of_type("Container")[name].inputs
        assert container["hostname"] == name
        assert [network["aliases"] for network in container["networksAdvanced"]] == [[name]]


def started(script: str, folder: Path) -> list[str]:
    """Run a start script with `folder` as the root folder, and return the arguments of the program that it starts."""
    for node in ("fe", "be"):
        (folder / f"opt/starrocks/{node}/bin").mkdir(parents=True, exist_ok=True)
        (folder / f"opt/starrocks/{node}/conf").mkdir(exist_ok=True)
        program = folder / f"opt/starrocks/{node}/bin/start_{node}.sh"
        program.write_text(f'#!/bin/bash\n[[ ! -e ${{0%/*}}/{node}.pid ]] || exit 7\nprintf "%s\\n" "$@"\n')
        program.chmod(0o755)
        (program.parent / f"{node}.pid").write_text("7\n")
        (folder / "run/kappastack/conf").mkdir(parents=True, exist_ok=True)
        (folder / f"run/kappastack/conf/{node}.conf").write_text("sys_log_level=INFO\n")
    text = script.replace("/opt/", f"{folder}/opt/").replace("/run/", f"{folder}/run/")
    done = subprocess.run(["bash", "-c", text], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_follower_uses_its_helper_until_it_has_joined(cluster: Recorder, tmp_path: Path) -> None:
    script = files(cluster, "starrocks-fe-2")["start.sh"]
    role = tmp_path / "opt/starrocks/fe/meta/image/ROLE"
    joining = ["--host_type", "FQDN", "--logconsole", "--helper", "starrocks:9010"]
    assert started(script, tmp_path) == joining
    assert (tmp_path / "opt/starrocks/fe/conf/fe.conf").read_text() == "sys_log_level=INFO\n"
    # This frontend stopped after it received its role and before it received the metadata. Without a helper it would
    # create a new cluster.
    role.parent.mkdir(parents=True)
    role.write_text("#Fri Nov 27 22:55:07 UTC 2026\nrole=FOLLOWER\nhostType=\nname=starrocks-fe-2_9010_17\n")
    (role.parent / "VERSION").write_text("clusterId=1\n")
    assert started(script, tmp_path) == joining
    role.write_text(role.read_text().replace("hostType=", "hostType=FQDN"))
    assert started(script, tmp_path) == joining[:3]


def test_the_first_frontend_and_the_backends_start_without_a_helper(cluster: Recorder, tmp_path: Path) -> None:
    assert started(files(cluster, "starrocks")["start.sh"], tmp_path) == ["--host_type", "FQDN", "--logconsole"]
    assert started(files(cluster, "starrocks-be-1")["start.sh"], tmp_path) == ["--logconsole"]


def test_configurations_have_the_ports_and_the_default_replication(cluster: Recorder) -> None:
    frontend = files(cluster, "starrocks-fe-2")["fe.conf"]
    assert {"http_port=8030", "rpc_port=9020", "query_port=9030", "edit_log_port=9010"} <= set(frontend.splitlines())
    assert "default_replication_num=3" in frontend.splitlines()
    backend = files(cluster, "starrocks-be-3")["be.conf"].splitlines()
    assert {"be_port=9060", "be_http_port=8040", "heartbeat_service_port=9050", "brpc_port=8060"} <= set(backend)


def test_schemas_use_the_replication_number_and_depend_on_the_members(cluster: Recorder) -> None:
    schemas = cluster.of_type("StarRocksSchema")
    assert {args.inputs["replication_num"] for args in schemas.values()} == {3}
    nodes = cluster.of_type("StarRocksNodes")["starrocks-nodes"].inputs
    assert nodes["service"] == "starrocks"
    assert nodes["followers"] == ["starrocks-fe-2:9010", "starrocks-fe-3:9010"]
    assert nodes["backends"] == [f"{name}:9050" for name in BACKENDS]
    assert set(nodes["instances"]) == {*FRONTENDS, *BACKENDS}


def test_containers_depend_on_what_they_need(cluster: Recorder) -> None:
    for name in FRONTENDS[1:]:
        assert "Container/starrocks" in cluster.needs[f"Container/{name}"]
    # Backends wait until the leader registers them, so they need no dependency on the frontends.
    for name in BACKENDS:
        assert not {f"Container/{frontend}" for frontend in FRONTENDS} & cluster.needs[f"Container/{name}"]
    members = {f"Container/{name}" for name in (*FRONTENDS[1:], *BACKENDS)}
    assert members | {"Connections/connections"} <= cluster.needs["StarRocksNodes/starrocks-nodes"]
    for inside in ("StarRocksSchema/platform-schema", "StarRocksSchema/ciapol-schema", "StarRocksUsers/ciapol-users"):
        assert "StarRocksNodes/starrocks-nodes" in cluster.needs[inside]


def test_a_volume_belongs_to_one_node(cluster: Recorder) -> None:
    mounts = [
        (volume["volumeName"], name)
        for name in (*FRONTENDS, *BACKENDS)
        for volume in cluster.of_type("Container")[name].inputs["volumes"]
        if not volume.get("readOnly")
    ]
    assert len({volume for volume, _ in mounts}) == len(mounts) == 6


def test_metadata_and_data_are_in_volumes_at_the_paths_of_the_images(cluster: Recorder) -> None:
    def mounted(name: str) -> dict[str, str]:
        volumes = cluster.of_type("Container")[name].inputs["volumes"]
        return {volume["containerPath"]: volume["volumeName"] for volume in volumes}

    for name in FRONTENDS:
        assert mounted(name)["/opt/starrocks/fe/meta"] == f"kappastack-test-{name}-meta"
    for name in BACKENDS:
        assert mounted(name)["/opt/starrocks/be/storage"] == f"kappastack-test-{name}-storage"


def test_only_the_required_ports_are_published(cluster: Recorder) -> None:
    published = {
        (name, int(port["internal"]), port["ip"])
        for name, container in cluster.of_type("Container").items()
        for port in container.inputs.get("ports") or []
    }
    assert published == {
        ("frontend", 3000, "127.0.0.1"),  # the page
        ("ciapol-api", 8000, "127.0.0.1"),  # users' own programs
        ("platform-api", 8090, "127.0.0.1"),
        # The other ports are for the deployment, whose resources connect to the services through them.
        ("alertmanager", 9093, "127.0.0.1"),
        ("grafana", 3001, "127.0.0.1"),
        ("prometheus", 9090, "127.0.0.1"),
        ("dolphinscheduler", 12345, "127.0.0.1"),
        ("postgres", 5432, "127.0.0.1"),
        ("pulsar", 6651, "127.0.0.1"),
        ("pulsar", 8080, "127.0.0.1"),
        ("seatunnel", 5801, "127.0.0.1"),
        ("starrocks", 8030, "127.0.0.1"),  # health
        ("starrocks", 9030, "127.0.0.1"),
    }


def test_loads_and_queries_go_to_the_first_frontend(cluster: Recorder) -> None:
    inside = cluster.of_type("Connections")["connections"].inputs["inside"]
    assert inside["starrocks"]["fe-http"] == {"scheme": "http", "host": "starrocks", "port": 8030}
    # The frontend redirects a load to a backend by its registered name, which the network resolves.
    assert inside["starrocks-be-1"]["be-http"] == {"scheme": "http", "host": "starrocks-be-1", "port": 8040}


def unmarked(value: object) -> object:
    """The inputs of a resource without the values that Pulumi marks as secret."""
    if isinstance(value, dict):
        if "4dabf18193072939515e22adb298388d" in value:
            return None
        return {key: unmarked(each) for key, each in value.items()}
    return [unmarked(each) for each in value] if isinstance(value, list) else value


def test_no_secret_is_in_plain_text(cluster: Recorder) -> None:
    plain = {
        f"{each.typ.split(':')[-1]}/{each.name}/{key}"
        for each in cluster.resources
        for key, value in each.inputs.items()
        if "planted" in json.dumps(unmarked(value), default=str)
    }
    # The resource itself marks these values as secret, so they are encrypted in the state.
    assert plain == {"Secrets/secrets/secrets"}
    # Nodes have no secrets; the deployment registers the backends, so they do not need root's password.
    for name in (*FRONTENDS, *BACKENDS):
        assert "planted" not in json.dumps(cluster.of_type("Container")[f"{name}-configuration"].inputs, default=str)
        assert not cluster.of_type("Container")[name].inputs.get("envs")


def test_health_of_unpublished_nodes_comes_from_the_engine(cluster: Recorder) -> None:
    checked = cluster.of_type("PlatformHealthy")["healthy"].inputs["services"]
    assert checked["starrocks"]["url"] == "http://127.0.0.1:8030/api/health"
    for name in (*FRONTENDS[1:], *BACKENDS):
        assert checked[name]["url"] == f"docker://kappastack-test-{name}"


def test_a_cluster_may_have_one_frontend_and_one_backend() -> None:
    recorder = run(settings(frontends=1, backends=1, replicas=1))
    nodes = recorder.of_type("StarRocksNodes")["starrocks-nodes"].inputs
    assert (nodes["followers"], nodes["backends"]) == ([], ["starrocks-be-1:9050"])
    assert "default_replication_num=1" in files(recorder, "starrocks")["fe.conf"].splitlines()
    assert {args.inputs["replication_num"] for args in recorder.of_type("StarRocksSchema").values()} == {1}


def test_more_replicas_than_backends_are_rejected() -> None:
    with pytest.raises(SettingsError, match="replicationNum 3 needs as many backends, but backends is 1"):
        settings(backends=1)
