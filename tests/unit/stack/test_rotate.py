"""`rotate` against an engine that applies the real providers of secrets, and is killed at each of its steps."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from infra import rotation
from infra.resources import connections
from infra.resources.connections import Connections
from infra.resources.provider import Properties
from infra.resources.secret import _RandomSecretProvider
from infra.settings import Settings, SettingsError
from tools.stack import commands, deployment, rotate
from tools.stack.pulumi import Stack, StackError

NAMES = ("dolphinscheduler-admin", "postgres-superuser", "pulsar-token-key", "starrocks-ciapol_api", "starrocks-root")


class Killed(Exception):
    """Stands for `kill -9`."""


@dataclass
class Engine:
    """The state of a stack. `server` is what a server accepts, `client` what its client sends, by secret."""

    stack: str
    state: dict[str, Properties] = field(default_factory=dict)
    server: dict[str, set[str]] = field(default_factory=dict)
    client: dict[str, list[str]] = field(default_factory=dict)
    steps_left: float = float("inf")
    fails: bool = False
    commands: list[tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in NAMES:
            outs = _RandomSecretProvider().create({}).outs
            assert outs is not None
            self.state[name] = dict(outs)
            self.server[name] = {str(outs["value"])}
            self.client[name] = [str(outs["value"])]

    def run(self, *arguments: str) -> int:
        """One deployment: secrets, then clients, then servers, as the dependencies of the resources demand."""
        self.commands.append(arguments)
        if self.fails:
            return 1
        current = rotation.load(self.stack)
        for name, olds in self.state.items():
            rotated = current is not None and name in current.secrets
            news: Properties = {
                "rotate": current.begun if current and rotated else None,
                "forget": current.forget if current else None,
            }
            if _RandomSecretProvider().diff(name, olds, news).changes:
                self._step()
                outs = _RandomSecretProvider().update(name, olds, news).outs
                assert outs is not None
                self.state[name] = dict(outs)
        for name, known in self.state.items():
            self._step()
            self.client[name] = [str(value) for value in (known["value"], known["previous"]) if value]
            self.check()
        for name, known in self.state.items():
            self._step()
            self.server[name] = {str(known["value"])}
            if name == "pulsar-token-key":
                self.server[name] |= {str(known["previous"])} - {""}
            self.check()
        return 0

    def _step(self) -> None:
        self.steps_left -= 1
        if self.steps_left < 0:
            raise Killed

    def check(self) -> None:
        """Every client has a secret that its server accepts."""
        assert all(self.server[name] & set(values) for name, values in self.client.items())

    def has_former_secrets(self) -> bool:
        return any(each["overlaps"] for each in self.state.values())

    def values(self) -> dict[str, str]:
        return {name: str(each["value"]) for name, each in self.state.items()}


@pytest.fixture
def stack(stack_in: Callable[[Path], Stack], tmp_path: Path) -> Stack:
    return stack_in(tmp_path)


@pytest.fixture
def engine(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine(stack.name)
    monkeypatch.setattr(stack, "run", made.run)
    monkeypatch.setattr(stack, "has_former_secrets", made.has_former_secrets)
    for module in (deployment, rotate):
        monkeypatch.setattr(module, "prepare", lambda _stack: Settings.model_validate({"target": "host"}))
    monkeypatch.setattr(deployment, "wait_until_healthy", lambda _stack: None)
    monkeypatch.setattr(connections, "load", lambda _stack, wait=0: known())
    return made


def known() -> Connections:
    return Connections.model_validate(
        {
            "endpoints": {},
            "secret_files": {},
            "health": {},
            "secrets": {**dict.fromkeys(NAMES, "x"), "pulsar-admin": "token", "alert-webhook": "https://chat.example"},
            "created": dict.fromkeys(NAMES, ""),
        }
    )


def check_rotated(engine: Engine, before: dict[str, str], rotated: set[str]) -> None:
    """Exactly these secrets have a new value, which alone is valid, and nothing is left to do."""
    after = engine.values()
    assert {name for name in NAMES if before[name] != after[name]} == rotated
    assert engine.server == {name: {value} for name, value in after.items()}
    assert engine.client == {name: [value] for name, value in after.items()}
    assert not engine.has_former_secrets()
    assert rotation.load(engine.stack) is None


def test_one_secret_is_rotated_by_two_deployments(engine: Engine, stack: Stack) -> None:
    before = engine.values()
    assert rotate.rotate(stack, "starrocks-root") == 0
    check_rotated(engine, before, {"starrocks-root"})
    assert [arguments[0] for arguments in engine.commands] == ["up", "up"]


def test_all_secrets_are_rotated_together(engine: Engine, stack: Stack) -> None:
    before = engine.values()
    assert rotate.rotate(stack, "all") == 0
    check_rotated(engine, before, set(NAMES))


def test_a_deployment_without_a_rotation_is_one(engine: Engine, stack: Stack) -> None:
    assert deployment.deploy(stack) == 0
    assert len(engine.commands) == 1


def test_a_rotation_that_is_killed_anywhere_is_completed_by_the_next_deployment(engine: Engine, stack: Stack) -> None:
    for steps in itertools.count():
        before = engine.values()
        engine.steps_left = steps
        try:
            assert rotate.rotate(stack, "all") == 0
        except Killed:
            engine.steps_left = float("inf")
            assert deployment.deploy(stack) == 0
            check_rotated(engine, before, set(NAMES))
        else:
            check_rotated(engine, before, set(NAMES))
            break
    assert steps > 4 * len(NAMES)


def test_a_killed_rotation_is_completed_by_the_next_one(engine: Engine, stack: Stack) -> None:
    engine.steps_left = 7
    with pytest.raises(Killed):
        rotate.rotate(stack, "starrocks-root")
    engine.steps_left = float("inf")
    before = engine.values()
    assert rotate.rotate(stack, "postgres-superuser") == 0
    check_rotated(engine, before, {"postgres-superuser"})


def test_a_rotation_whose_record_is_on_another_machine_is_completed(engine: Engine, stack: Stack) -> None:
    engine.steps_left = 7
    with pytest.raises(Killed):
        rotate.rotate(stack, "starrocks-root")
    rotation.end(stack.name)
    engine.steps_left = float("inf")
    before = engine.values()
    assert deployment.deploy(stack) == 0
    check_rotated(engine, before, set())


def test_old_secrets_are_kept_until_the_next_rotate(engine: Engine, stack: Stack) -> None:
    before = engine.values()
    assert rotate.rotate(stack, "pulsar-token-key", keep_old=True) == 0
    assert deployment.deploy(stack) == 0
    assert engine.server["pulsar-token-key"] == {before["pulsar-token-key"], engine.values()["pulsar-token-key"]}
    assert rotate.rotate(stack, "") == 0
    check_rotated(engine, before, {"pulsar-token-key"})


def test_a_repeated_rotation_with_old_secrets_keeps_them(engine: Engine, stack: Stack) -> None:
    before = engine.values()
    engine.steps_left = 7
    with pytest.raises(Killed):
        rotate.rotate(stack, "pulsar-token-key", keep_old=True)
    engine.steps_left = float("inf")
    assert rotate.rotate(stack, "pulsar-token-key", keep_old=True) == 0
    assert engine.server["pulsar-token-key"] == {before["pulsar-token-key"], engine.values()["pulsar-token-key"]}
    assert rotate.rotate(stack, "") == 0
    check_rotated(engine, before, {"pulsar-token-key"})


@pytest.mark.parametrize(("wanted", "keep_old"), [("starrocks-root", False), ("all", True), ("pulsar-admin", False)])
def test_kept_old_secrets_are_not_ended_by_another_rotation(
    engine: Engine, stack: Stack, wanted: str, keep_old: bool
) -> None:
    assert rotate.rotate(stack, "pulsar-token-key", keep_old=True) == 0
    deployments = len(engine.commands)
    message = f"SECRET={wanted}: the old values of pulsar-token-key are still valid. End them by `make rotate STACK="
    with pytest.raises(SettingsError, match=message):
        rotate.rotate(stack, wanted, keep_old=keep_old)
    assert len(engine.commands) == deployments


def test_token_files_in_use_change_when_the_brokers_know_the_new_key(
    engine: Engine, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, other = stack.state.token("admin"), stack.state.token("other")
    used.parent.mkdir(parents=True)
    used.write_text("old token")
    found: list[str] = []

    def run(*arguments: str) -> int:
        status = engine.run(*arguments)
        found.append(used.read_text())
        return status

    monkeypatch.setattr(stack, "run", run)
    assert rotate.rotate(stack, "pulsar-token-key") == 0
    assert found == ["old token", "token"]
    assert not other.exists()


@pytest.mark.usefixtures("engine")
def test_a_stack_of_an_older_revision_is_deployed_first(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    old = known().model_copy(update={"created": {}})
    monkeypatch.setattr(connections, "load", lambda _stack, wait=0: old)
    with pytest.raises(StackError, match=r"an older revision deployed stack .*: run `make up"):
        rotate.rotate(stack, "all")


def test_a_failed_deployment_ends_no_secret(engine: Engine, stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    before = engine.values()
    engine.fails = True
    assert rotate.rotate(stack, "starrocks-root") == 1
    assert "Run `make up" in capsys.readouterr().out
    assert engine.values() == before
    engine.fails = False
    assert deployment.deploy(stack) == 0
    check_rotated(engine, before, {"starrocks-root"})


def test_the_rotation_of_a_token_rotates_the_key_that_signs_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert rotate.chosen("pulsar-admin", known()) == ("pulsar-token-key",)
    assert "pulsar-admin is signed with pulsar-token-key" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("starrocks-rot", "SECRET=starrocks-rot does not exist; the nearest names are starrocks-root"),
        ("dolphinschedulr-admin", "the nearest names are dolphinscheduler-admin"),
        ("", f"SECRET=… is missing: name one of all, {NAMES[0]}"),
        ("grafana-admin", "SECRET=grafana-admin: Grafana keeps the password of its first start"),
        ("alert-webhook", "SECRET=alert-webhook is not generated: set its new value"),
    ],
)
def test_an_unknown_secret_is_refused_with_the_nearest_names(wanted: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        rotate.chosen(wanted, known())


def test_a_stack_that_is_not_deployed_is_refused(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    assert commands.main(["--stack", stack.name, "rotate", "all"]) == 1
    assert f"run `make up STACK={stack.name}`" in capsys.readouterr().err
