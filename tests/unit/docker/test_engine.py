"""Queries of the engine before resources are declared, and the removal of leftovers of a killed deployment."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from infra.configuration import load_settings
from infra.images import ImageError
from infra.services.prometheus import monitoring_images
from infra.settings import DockerSettings, MonitoringSettings, Settings
from infra.targets.docker import containers, engine, names, target
from infra.targets.docker.containers import EngineError
from infra.targets.docker.engine import HostConfig
from infra.targets.docker.operations import DockerOperations
from infra.targets.docker.target import refuse_missing
from infra.targets.operations import OperationsError
from tests.mocking import Recorder, run
from tools.stack import deployment, status
from tools.stack.backend import StateResource
from tools.stack.pulumi import Stack, StackError

LOGS = {"max-size": "20m", "max-file": "3"}


def settings(**more: object) -> Settings:
    document = {"target": "docker", "portOffset": 100, "products": {"ciapol": {}}, **more}
    return load_settings({f"kappastack:{key}": json.dumps(value) for key, value in document.items()}, {})


CLUSTER = settings(starrocks={"edition": "cluster"})


def deployed(monkeypatch: pytest.MonkeyPatch, used: Settings, service: str, **host: object) -> Recorder:
    """Run the program with an existing container."""
    existing = {f"kappastack-test-{service}": HostConfig.model_validate(host)}
    monkeypatch.setattr(engine, "host_configs", lambda _stack: existing)
    return run(used)


def test_defaults_added_by_the_engine_are_not_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    host = {
        "LogConfig": {"Type": "json-file", "Config": {**LOGS, "compress": "true"}},
        "Ulimits": [{"Name": "nproc", "Soft": 4096, "Hard": 4096}, {"Name": "nofile", "Soft": 1024, "Hard": 4096}],
    }
    assert deployed(monkeypatch, settings(), "pulsar", **host).ignored["Container/pulsar"] == ["logOpts", "ulimits"]


def test_ulimits_of_the_engine_beside_those_of_starrocks_are_not_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = [{"Name": "nofile", "Soft": 655350, "Hard": 655350}, {"Name": "nproc", "Soft": 4096, "Hard": 4096}]
    name = "starrocks-be-1"
    found = deployed(monkeypatch, CLUSTER, name, LogConfig={"Config": LOGS}, Ulimits=limits)
    assert found.ignored[f"Container/{name}"] == ["logOpts", "ulimits"]
    few = [{"Name": "nofile", "Soft": 1024, "Hard": 4096}]
    found = deployed(monkeypatch, CLUSTER, name, LogConfig={"Config": LOGS}, Ulimits=few)
    assert found.ignored[f"Container/{name}"] == ["logOpts"]


def test_changed_log_options_are_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    host = {"LogConfig": {"Config": {"max-size": "10m", "max-file": "3"}}}
    found = deployed(monkeypatch, settings(), "pulsar", **host)
    assert found.ignored["Container/pulsar"] == ["ulimits"]
    assert found.ignored["Container/postgres"] == ["logOpts", "ulimits"]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("_LOG_OPTIONS", {"max-size": "10m", "max-file": "3"}),
        # The provider updates these two in its state only.
        ("_HEALTH", replace(target._HEALTH, retries=target._HEALTH.retries + 1)),
        ("_TEMPORARY", "rw,size=1m"),
    ],
)
def test_a_change_that_needs_a_new_container_changes_the_instance_so_that_jobs_are_drained(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: object
) -> None:
    def instances() -> dict[str, object]:
        return {name: args.inputs["instance"] for name, args in run(settings()).of_type("SeaTunnelDrain").items()}

    before = instances()
    monkeypatch.setattr(target, setting, value)
    after = instances()
    assert before.keys() == after.keys() != set()
    assert all(before[name] != after[name] for name in before)


def _noted(references: list[str]) -> Callable[[str], bool]:
    def lacks_image(reference: str) -> bool:
        references.append(reference)
        return False

    return lacks_image


def test_images_built_by_this_checkout_are_never_looked_up_in_a_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    references: list[str] = []
    monkeypatch.setattr(engine, "lacks_image", _noted(references))
    recorder = run(settings())
    published = set(monitoring_images(MonitoringSettings()).values())
    own = {str(args.inputs["name"]) for args in recorder.of_type("RemoteImage").values()} - published
    assert set(references) == own
    assert {name.partition("/")[0] for name in own} == {"localhost"}

    monkeypatch.setattr(engine, "lacks_image", lambda _reference: True)
    with pytest.raises(ImageError, match=r"has no image localhost/kappastack/pulsar:1: run `make images STACK=dev`"):
        refuse_missing("localhost/kappastack/pulsar:1", DockerSettings(), "dev")
    refuse_missing("localhost/kappastack/pulsar:1", DockerSettings(registry="registry.example:5000/team"), "dev")

    warnings: list[str] = []
    monkeypatch.setattr("pulumi.runtime.is_dry_run", lambda: True)
    monkeypatch.setattr("pulumi.log.warn", warnings.append)
    refuse_missing("localhost/kappastack/pulsar:1", DockerSettings(), "dev")
    assert len(warnings) == 1
    assert "run `make images STACK=dev` before `pulumi up`" in warnings[0]


def test_a_missing_client_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the client, missing images are not detected; their names exclude a public registry."""
    warnings: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", warnings.append)
    monkeypatch.setenv("PATH", str(tmp_path))
    names = {args.inputs["name"] for args in run(settings()).of_type("RemoteImage").values()}
    assert "localhost" in {str(name).partition("/")[0] for name in names}
    assert [text for text in warnings if "run `make images STACK=test`" in text] == warnings != []
    warnings.clear()
    (tmp_path / "docker").touch(0o755)
    run(settings())
    assert warnings == []


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script that replaces the `docker` command and records what it removes."""
    path = tmp_path / "docker"
    path.touch(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return path


ENGINE = """#!/bin/sh
case "$1 $2" in
  "container ls") printf 'c1\\nc2\\n' ;;
  "network ls") printf 'n1\\n' ;;
  "volume ls") printf 'kappastack-dev-pulsar-data\\nkappastack-dev-pulsar-configuration-1\\n' ;;
  *inspect) for last; do :; done; echo "/name-$last" ;;
  *rm) echo "$@" >>{removed} ;;
  *) exit 9 ;;
esac
"""


def test_orphans_are_removed_and_their_data_only_on_request(program: Path, tmp_path: Path) -> None:
    removed = tmp_path / "removed"
    program.write_text(ENGINE.format(removed=removed))
    lines = containers.remove("dev", keep={"c2"}, volumes=False)
    assert lines[0] == "container name-c1 was left by an interrupted deployment: removed."
    assert removed.read_text().splitlines() == [
        "container rm --force c1",
        "network rm n1",
        "volume rm --force kappastack-dev-pulsar-configuration-1",
    ]
    removed.unlink()
    containers.remove("dev", keep={"c1", "c2", "n1"}, volumes=True)
    assert len(removed.read_text().splitlines()) == 2


def test_orphans_that_the_engine_removes_meanwhile_are_no_error(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupted `destroy` leaves requests to the engine, which it still carries out."""
    gone = tmp_path / "gone"
    program.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = container ] || exit 0\n[ $2 = ls ] && {{ [ -e {gone} ] || echo c1; exit 0; }}\n'
        f"[ $2 = inspect ] && {{ echo /name; exit 0; }}\n"
        f"touch {gone}; echo 'removal of container c1 is already in progress' >&2; exit 1\n"
    )
    assert containers.remove("dev", keep=(), volumes=True) == []
    program.write_text(program.read_text().replace("touch", ": "))
    gone.unlink()
    monkeypatch.setattr(containers, "_REMOVAL_SECONDS", 0.1)
    with pytest.raises(EngineError, match="already in progress"):
        containers.remove("dev", keep=(), volumes=True)


def test_a_container_that_has_just_ended_uses_no_memory(program: Path) -> None:
    text = RESTARTED.format(label=names.SERVICE_LABEL, restarted="/dev/null")
    program.write_text(text.replace("c1 1.5MiB / 2GiB", "c1 -- / --"))
    assert containers.containers("dev")["pulsar"].memory == 0
    program.write_text(text)
    assert containers.containers("dev")["pulsar"].memory == 3 * 2**19


def test_the_error_names_an_engine_that_rejects_the_request(program: Path) -> None:
    program.write_text("#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2; exit 1\n")
    with pytest.raises(EngineError, match="docker container ls: Cannot connect to the Docker daemon"):
        containers.remove("dev", keep=(), volumes=True)
    assert engine.host_configs("dev") == {}
    assert not engine.lacks_image("localhost/kappastack/pulsar:1")
    assert containers.engine_folder() is None


RESTARTED = """#!/bin/sh
case "$1" in
  container) printf 'c1\\n' ;;
  inspect) echo '[{{"Id": "c1", "Name": "/kappastack-dev-pulsar", "Config": {{"Labels": {{"{label}": "pulsar"}}}},
    "State": {{"Status": "running", "Running": true, "StartedAt": "2026-11-20T10:00:00.123456789Z"}}}}]' ;;
  stats) echo 'c1 1.5MiB / 2GiB' ;;
  restart) echo "$2" >{restarted} ;;
esac
"""


def test_a_service_is_restarted_by_its_container(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    restarted = tmp_path / "restarted"
    program.write_text(RESTARTED.format(label=names.SERVICE_LABEL, restarted=restarted))
    assert status.restart("dev", "pulsar") == 0
    assert restarted.read_text() == "kappastack-dev-pulsar\n"
    assert "make status STACK=dev" in capsys.readouterr().out
    with pytest.raises(OperationsError, match="stack dev has no service pulsr; the services are pulsar"):
        status.restart("dev", "pulsr")


def test_only_a_not_found_error_means_that_an_image_is_missing(program: Path) -> None:
    program.write_text("#!/bin/sh\necho 'Error: No such image: localhost/kappastack/pulsar:1' >&2; exit 1\n")
    assert engine.lacks_image("localhost/kappastack/pulsar:1")
    program.write_text("#!/bin/sh\necho sha256:1\n")
    assert not engine.lacks_image("localhost/kappastack/pulsar:1")


def test_settings_of_existing_containers_are_read(program: Path) -> None:
    inspected = [{"Name": "/kappastack-dev-pulsar", "HostConfig": {"LogConfig": {"Config": LOGS}, "Ulimits": None}}]
    program.write_text(f"#!/bin/sh\n[ $2 = ls ] && echo c1 || echo '{json.dumps(inspected)}'\n")
    found = engine.host_configs("dev")["kappastack-dev-pulsar"]
    assert found.logs_with(LOGS)
    assert not found.logs_with({**LOGS, "compress": "true"})
    assert found.opens(0)
    assert not found.opens(655350)


def test_data_without_their_passwords_are_rejected_with_a_remedy(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.write_text(ENGINE.format(removed=tmp_path / "removed"))
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    stack = Stack("dev")
    resources: list[StateResource] = []
    monkeypatch.setattr(Stack, "resources", lambda _self: resources)
    with pytest.raises(StackError, match="docker volume rm kappastack-dev-pulsar-data"):
        deployment.check_kept_data(stack, settings())
    file = tmp_path / "state" / "dev" / "data" / "pulsar" / "data" / "file"
    file.parent.mkdir(parents=True)
    with pytest.raises(StackError, match=f"rm -r {tmp_path}/state/dev/data"):
        deployment.check_kept_data(stack, Settings.model_validate({"target": "host"}))
    resources.append(StateResource(urn="urn", type="pulumi-python:dynamic/kappastack:RandomSecret", id="a"))
    deployment.check_kept_data(stack, settings())


def test_a_program_runs_in_the_container_of_a_service() -> None:
    place = DockerOperations(settings(), "dev")
    assert place.inside("starrocks", ["rm", "x"]) == [
        *("docker", "exec", "--interactive", "kappastack-dev-starrocks", "rm", "x"),
    ]
    assert place.volume("starrocks", "data") == "/var/lib/kappastack/data"
