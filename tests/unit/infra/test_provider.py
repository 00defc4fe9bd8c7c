"""Common behaviour of dynamic resources: create, drift, update, replace."""

from typing import ClassVar

import pytest

from infra.resources.provider import Inputs, Properties, Provider
from infra.resources.secret import _RandomSecretProvider
from infra.targets.host.provider import HostServiceProvider


class Thing(Inputs):
    name: str
    size: int


class Things(Provider[Thing]):
    """A provider that stores objects in a dictionary."""

    model = Thing
    replace_on = ("name",)
    there: ClassVar[dict[str, int]] = {}

    def identity(self, inputs: Thing) -> str:
        return inputs.name

    def apply(self, inputs: Thing, previous: Thing | None) -> None:
        self.there[inputs.name] = inputs.size

    def find_drift(self, inputs: Thing) -> list[str]:
        return [] if self.there.get(inputs.name) == inputs.size else [f"{inputs.name} is gone or of another size"]

    def remove(self, inputs: Thing) -> None:
        self.there.pop(inputs.name, None)


@pytest.fixture
def created() -> Properties:
    result = Things().create({"name": "a", "size": 1.0, "__provider": "p", "drift": None})
    assert result.id == "a"
    assert result.outs is not None
    return {**result.outs, "__provider": "p"}


def wanted(**changes: object) -> Properties:
    return {"name": "a", "size": 1, "drift": None, "__provider": "other", **changes}


def test_equal_inputs_are_no_change(created: Properties) -> None:
    assert Things().diff("a", created, wanted()).changes is False


def test_a_changed_input_updates_and_a_changed_name_replaces(created: Properties) -> None:
    assert Things().diff("a", created, wanted(size=2)).changes is True
    assert Things().diff("a", created, wanted(size=2)).replaces == []
    assert Things().diff("a", created, wanted(name="b")).replaces == ["name"]


def test_drift_is_recorded_shown_and_repaired(created: Properties, capsys: pytest.CaptureFixture[str]) -> None:
    things = Things()
    things.there.clear()
    found = things.read("a", created).outs
    assert found is not None
    assert found["drift"] == ["a is gone or of another size"]
    assert things.diff("a", found, wanted()).changes is True
    mended = things.update("a", found, wanted()).outs
    assert capsys.readouterr().out == "drift: a is gone or of another size\n"
    assert mended is not None
    assert mended["drift"] == []
    assert things.there == {"a": 1}


def test_an_unknown_input_is_rejected(created: Properties) -> None:
    with pytest.raises(ValueError, match="colour"):
        Things().create(wanted(colour="red"))


def test_secrets_differ_and_only_their_digests_are_in_the_state() -> None:
    first, second = (_RandomSecretProvider().create({}) for _ in range(2))
    assert first.outs is not None
    assert second.outs is not None
    assert first.outs["value"] != second.outs["value"]
    assert len(first.outs["value"]) == 32
    recorded = HostServiceProvider().state({"secrets": {"x": "planted"}, "drift": []})
    assert "planted" not in str(recorded)
    assert HostServiceProvider().diff("id", recorded, {"secrets": {"x": "planted"}}).changes is False
    assert HostServiceProvider().diff("id", recorded, {"secrets": {"x": "rotated"}}).changes is True
