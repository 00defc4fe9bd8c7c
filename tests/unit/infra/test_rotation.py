"""Rotation of secrets: the provider, the program while a rotation is under way, and the files that it writes."""

import asyncio
import json
from pathlib import Path

import jwt
import pytest

from infra import rotation
from infra.configuration import load_settings
from infra.resources import connections
from infra.resources.connections import ConnectionsMissing
from infra.resources.provider import Properties
from infra.resources.secret import _RandomSecretProvider
from infra.resources.secrets_file import SecretsProvider
from infra.rotation import Rotation, RotationError
from infra.state import StackState
from tests.mocking import planted, run
from tools.stack.configuration import stack_configuration

STACK = "test"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StackState:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    return StackState(STACK)


def created() -> Properties:
    outs = _RandomSecretProvider().create({}).outs
    assert outs is not None
    return dict(outs)


def updated(olds: Properties, news: Properties) -> Properties:
    """The state after an update that the provider requires."""
    assert _RandomSecretProvider().diff("id", olds, news).changes is True
    outs = _RandomSecretProvider().update("id", olds, news).outs
    assert outs is not None
    return dict(outs)


def test_a_rotation_replaces_a_secret_once_and_keeps_the_old_one_until_it_is_forgotten() -> None:
    first = created()
    begun = Rotation.now(("x",)).begun
    second = updated(first, {"rotate": begun})
    assert second["value"] != first["value"]
    assert (second["previous"], second["overlaps"]) == (first["value"], True)
    # An interrupted deployment is repeated with the same rotation.
    assert _RandomSecretProvider().diff("id", second, {"rotate": begun}).changes is False
    third = updated(second, {"forget": True})
    assert (third["value"], third["previous"], third["overlaps"]) == (second["value"], "", False)
    assert third["created"] == second["created"]
    assert _RandomSecretProvider().diff("id", third, {"forget": True}).changes is False
    # The inputs after the rotation.
    assert _RandomSecretProvider().diff("id", third, {}).changes is False


def test_a_secret_of_an_older_revision_is_rotated_and_otherwise_unchanged() -> None:
    old: Properties = {"value": "of an older revision"}
    assert _RandomSecretProvider().diff("id", old, {}).changes is False
    assert _RandomSecretProvider().diff("id", old, {"forget": True}).changes is False
    assert updated(old, {"rotate": Rotation.now(()).begun})["previous"] == "of an older revision"


def test_a_clock_that_was_set_back_rotates_once() -> None:
    tomorrow = "2999-01-01T00:00:00.000000+00:00"
    second = updated(created(), {"rotate": tomorrow})
    assert _RandomSecretProvider().diff("id", second, {"rotate": tomorrow}).changes is False


def test_the_program_rotates_the_recorded_secrets() -> None:
    begun = Rotation.now(("starrocks-root", "pulsar-token-key"))
    begun.save(STACK)
    recorder = run(load_settings(stack_configuration("local"), {}), STACK)
    asyncio.set_event_loop(None)
    inputs = {name: args.inputs for name, args in recorder.of_type("RandomSecret").items()}
    assert {name for name, each in inputs.items() if each.get("rotate") == begun.begun} == set(begun.secrets)
    assert not any(each.get("forget") for each in inputs.values())
    Rotation.now((), forget=True).save(STACK)
    recorder = run(load_settings(stack_configuration("local"), {}), STACK)
    asyncio.set_event_loop(None)
    inputs = {name: args.inputs for name, args in recorder.of_type("RandomSecret").items()}
    assert all(each.get("forget") and not each.get("rotate") for each in inputs.values())


def test_only_clients_of_starrocks_and_pulsar_get_the_former_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.mocking.former", lambda name: f"former-{name}")
    recorder = run(load_settings(stack_configuration("dev"), {}), STACK)
    asyncio.set_event_loop(None)
    texts = {
        each["file"].rpartition("/")[2]: each["content"]
        for name, args in recorder.of_type("Container").items()
        if name.endswith("-configuration")
        for each in args.inputs["uploads"]["value" if isinstance(args.inputs["uploads"], dict) else slice(None)]
        if "/secrets/" in each["file"]
    }
    both = {name for name, text in texts.items() if "former-" in text}
    assert both == {name for name in texts if name.startswith("starrocks-")} | {"pulsar-token-key"}
    assert texts["starrocks-ciapol_api"] == f"{planted('starrocks-ciapol_api')}\nformer-starrocks-ciapol_api"
    assert texts["database-password"] == planted("dolphinscheduler-database")


def secrets(**changed: object) -> Properties:
    return {
        "stack": STACK,
        "secrets": {"starrocks-root": "new", "pulsar-ciapol-sensors": "new token", "pulsar-other": "unused"},
        "previous": {"starrocks-root": "old"},
        "created": {"starrocks-root": "2026-01-01T00:00:00+00:00"},
        "drift": None,
        **changed,
    }


def test_secrets_are_read_from_their_own_file(state: StackState) -> None:
    state.folder.mkdir(parents=True)
    state.connections.write_text(json.dumps({"endpoints": {}, "secret_files": {}, "health": {}}))
    with pytest.raises(ConnectionsMissing, match=r"secrets\.json is missing: run `make up STACK=test`"):
        connections.load(STACK, wait=0)
    SecretsProvider().create(secrets())
    assert state.secrets.stat().st_mode & 0o777 == 0o600
    known = connections.load(STACK, wait=0)
    assert known.secrets["starrocks-root"] == "new"
    assert known.previous == {"starrocks-root": "old"}
    assert known.created == {"starrocks-root": "2026-01-01T00:00:00+00:00"}
    state.secrets.write_text("{")
    with pytest.raises(ConnectionsMissing, match=r"secrets\.json is damaged"):
        connections.load(STACK, wait=0)


def test_a_refresh_restores_the_file_of_secrets(state: StackState) -> None:
    outs = SecretsProvider().create(secrets()).outs
    assert outs is not None
    text = state.secrets.read_text()
    state.secrets.unlink()
    found = SecretsProvider().read("id", dict(outs)).outs
    assert found is not None
    assert found["drift"] == []
    assert state.secrets.read_text() == text


def test_secrets_of_connections_of_an_older_revision_are_read(state: StackState) -> None:
    state.folder.mkdir(parents=True)
    old = {"endpoints": {}, "secret_files": {}, "health": {}, "secrets": {"starrocks-root": "r"}}
    state.connections.write_text(json.dumps(old))
    assert connections.load(STACK, wait=0).secrets == {"starrocks-root": "r"}


def test_tokens_stay_the_old_ones_until_every_server_of_pulsar_has_the_new_key(state: StackState) -> None:
    name, old_key = "pulsar-ciapol-sensors", "k" * 32
    state.folder.mkdir(parents=True)
    state.connections.write_text(json.dumps({"endpoints": {}, "secret_files": {}, "health": {}}))
    Rotation.now(("pulsar-token-key",)).save(STACK)
    SecretsProvider().create(secrets(previous={"pulsar-token-key": old_key}))
    old = connections.load(STACK, wait=0).token(name)
    assert connections.token_file(STACK, name).read_text() == old
    assert jwt.decode(old, old_key, algorithms=["HS256"]) == {"sub": "ciapol-sensors"}


@pytest.mark.parametrize("more", [{"keep_old": True}, {"forget": True}])
def test_producers_get_the_new_token_before_the_old_one_ends(state: StackState, more: dict[str, bool]) -> None:
    state.folder.mkdir(parents=True)
    state.connections.write_text(json.dumps({"endpoints": {}, "secret_files": {}, "health": {}}))
    Rotation.now((), **more).save(STACK)
    SecretsProvider().create(secrets(previous={"pulsar-token-key": "k" * 32}))
    assert connections.token_file(STACK, "pulsar-ciapol-sensors").read_text() == "new token"


def test_the_record_of_a_rotation_is_deleted_with_the_stack(state: StackState) -> None:
    outs = SecretsProvider().create(secrets()).outs
    Rotation.now(("x",)).save(STACK)
    assert outs is not None
    SecretsProvider().delete("id", dict(outs))
    assert not state.secrets.exists()
    assert rotation.load(STACK) is None


def test_a_damaged_record_is_an_error_with_its_remedy(state: StackState) -> None:
    state.folder.mkdir(parents=True)
    state.rotation.write_text('{"secrets": 1}')
    with pytest.raises(RotationError, match=r"rotation\.json is damaged: remove it"):
        rotation.load(STACK)
