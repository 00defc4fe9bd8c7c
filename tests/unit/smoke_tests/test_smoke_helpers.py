"""Helpers of the smoke tests: reading outputs, waiting, the scenario."""

import itertools
import json
import stat
from pathlib import Path

import pytest

from smoke_tests.ciapol.scenario import Scenario
from smoke_tests.outputs import OUTPUTS_FILE, OutputsError, read_outputs
from smoke_tests.waiting import wait_until

OUTPUTS = {
    "addresses": {
        "pulsar_broker_url": "pulsar://127.0.0.1:6650",
        "pulsar_admin_url": "http://127.0.0.1:8080",
        "zeta_url": "http://127.0.0.1:5801",
        "starrocks_host": "127.0.0.1",
        "starrocks_query_port": 9030,
        "starrocks_http_url": "http://127.0.0.1:8030",
        "dolphinscheduler_url": "http://127.0.0.1:12345/dolphinscheduler",
        "platform_api_url": "http://127.0.0.1:8090",
        "frontend_url": "http://127.0.0.1:3000",
    },
    "credentials": {
        "root": {"user": "root", "password": "other"},
        "platform_reader": {"user": "platform_reader", "password": "hidden reader"},
        "dolphinscheduler": {"user": "admin", "password": "hidden too", "token": "hidden token"},
        "pulsar": {"admin": "hidden admin"},
        "products": {
            "ciapol": {
                "starrocks": {"smoke": {"user": "ciapol_smoke", "password": "hidden"}},
                "pulsar": {"sensors": "hidden sensors", "smoke": "hidden smoke"},
            }
        },
    },
    "starrocks": {"edition": "emulator"},
    "products": {
        "ciapol": {
            "api_url": "http://127.0.0.1:8000",
            "databases": ["ciapol_analytics"],
            "topics": {"sensor-measurements": "persistent://ciapol/air/sensor-measurements"},
        }
    },
}


def fake_pulumi(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = folder / "pulumi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.delenv(OUTPUTS_FILE, raising=False)


def test_outputs_come_from_pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "outputs.json").write_text(json.dumps(OUTPUTS))
    asked = tmp_path / "asked"
    fake_pulumi(tmp_path, monkeypatch, f'echo "$@" > {asked}; cat {tmp_path}/outputs.json')
    outputs = read_outputs("dev")
    assert asked.read_text().split() == ["stack", "output", "--json", "--show-secrets", "-s", "dev"]
    assert outputs.addresses.starrocks_query_port == 9030
    assert outputs.credentials.products["ciapol"].starrocks["smoke"].password.get_secret_value() == "hidden"
    assert outputs.starrocks.is_emulator
    assert "hidden" not in repr(outputs)


def test_outputs_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps(OUTPUTS | {"starrocks": {"edition": "cluster"}}))
    monkeypatch.setenv(OUTPUTS_FILE, str(file))
    assert not read_outputs(None).starrocks.is_emulator


def test_the_error_names_missing_outputs_and_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps({**OUTPUTS, "addresses": {}, "products": {"ciapol": {"api_url": "", "topics": {}}}}))
    monkeypatch.setenv(OUTPUTS_FILE, str(file))
    with pytest.raises(
        OutputsError, match=r"addresses\.zeta_url.*products\.ciapol\.databases.*is the stack up"
    ) as caught:
        read_outputs(None)
    assert "hidden" not in str(caught.value)


def test_errors_of_pulumi_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_pulumi(tmp_path, monkeypatch, "echo secret; echo no stack named dev >&2; exit 3")
    with pytest.raises(OutputsError, match="stack dev: no stack named dev") as caught:
        read_outputs("dev")
    assert "secret" not in str(caught.value)


def test_the_error_without_a_stack_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OUTPUTS_FILE, raising=False)
    with pytest.raises(OutputsError, match="--stack local"):
        read_outputs(None)


def test_the_wait_ends_when_the_state_is_sufficient() -> None:
    numbers = itertools.count()
    assert wait_until("three", lambda: next(numbers), lambda number: number == 3, 10) == 3


def test_the_timeout_error_has_the_expected_and_the_last_state() -> None:
    with pytest.raises(AssertionError, match=r"^the moon was not ready within 0 s: last seen: 'clouds'"):
        wait_until("the moon", lambda: "clouds", lambda _: False, 0.1)


def test_every_run_has_its_own_stations() -> None:
    first, second = Scenario.new(), Scenario.new()
    assert not set(first.stations) & set(second.stations)
    assert all(first.run in station for station in first.stations)


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OUTPUTS_FILE, str(tmp_path / "nowhere"))
    with pytest.raises(OutputsError, match="nowhere: No such file or directory"):
        read_outputs(None)


def test_invalid_messages_contain_the_mark_of_the_run() -> None:
    scenario = Scenario.new()
    assert all(scenario.broken.encode() in invalid.payload for invalid in scenario.invalid)
    payloads = [invalid.payload for invalid in scenario.invalid]
    assert len(set(payloads)) == len(payloads)
