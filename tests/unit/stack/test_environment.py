"""The Pulumi variables of commands, and those that a shell keeps after `make env`."""

from pathlib import Path

import pytest

from tools.stack import environment

PULUMI = ("PULUMI_HOME", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")
NO_PLUGINS = "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"
PARALLEL = "PULUMI_PARALLEL"


@pytest.fixture(autouse=True)
def _no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PULUMI, NO_PLUGINS, PARALLEL, "KAPPASTACK_EXPORTED"):
        monkeypatch.delenv(name, raising=False)


def evaluated(stack: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The variables of a shell after `eval "$(make -s env)"`."""
    found = environment.variables(stack)
    for name, value in {**found, **environment.marked(found)}.items():
        monkeypatch.setenv(name, value)
    return found


def test_another_state_folder_does_not_use_what_make_env_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "first"))
    first = evaluated("local", monkeypatch)
    assert environment.variables("local") == first
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "second"))
    second = environment.variables("local")
    for name in ("PULUMI_HOME", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE_FILE"):
        assert str(tmp_path / "first") in first[name]
        assert str(tmp_path / "second") in second[name]


def test_a_stack_with_plugins_downloads_them_after_make_env_of_another_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path))
    assert evaluated("local", monkeypatch)[NO_PLUGINS] == "true"
    assert environment.variables("dev")[NO_PLUGINS] == "false"


def test_all_workloads_of_kubernetes_are_created_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path))
    assert evaluated("prod", monkeypatch)[PARALLEL] == "64"
    assert PARALLEL not in environment.whole("local"), "the default of Pulumi, also after `make env` of another stack"
    monkeypatch.setenv(PARALLEL, "3")
    assert environment.whole("prod")[PARALLEL] == "3"
    assert environment.whole("local")[PARALLEL] == "3"


def test_the_choice_of_the_user_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path))
    evaluated("local", monkeypatch)
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://bucket")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "mine")
    found = environment.variables("local")
    assert "PULUMI_BACKEND_URL" not in found
    assert "PULUMI_CONFIG_PASSPHRASE_FILE" not in found


def test_the_choice_of_the_user_before_make_env_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "pulumi"))
    monkeypatch.setenv("PULUMI_BACKEND_URL", "")
    for _ in range(2):
        assert evaluated("dev", monkeypatch)["PULUMI_HOME"] == str(tmp_path / "pulumi")
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "other"))
    found = environment.variables("dev")
    assert found["PULUMI_HOME"] == str(tmp_path / "pulumi")
    assert str(tmp_path / "other") in found["PULUMI_BACKEND_URL"]


@pytest.mark.parametrize(("name", "value"), [("PULUMI_ACCESS_TOKEN", "pul-1"), ("PULUMI_BACKEND_URL", "")])
def test_a_token_or_an_empty_url_selects_no_backend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path))
    monkeypatch.setenv(name, value)
    assert environment.variables("local")["PULUMI_BACKEND_URL"] == f"file://{tmp_path}/pulumi"
