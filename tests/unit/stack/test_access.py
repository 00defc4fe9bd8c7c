"""Credentials are printed in full or hidden, with the address that clients connect to."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.resources import connections
from infra.resources.connections import Connections
from tools.stack import access

LONG = "x" * 300
NOW = datetime.now(UTC)
CREATED = (NOW - timedelta(days=3, hours=5)).isoformat()


def known() -> Connections:
    def at(scheme: str, port: int) -> dict[str, object]:
        return {"scheme": scheme, "host": "127.0.0.1", "port": port}

    return Connections.model_validate(
        {
            "endpoints": {
                "starrocks": {"fe-http": at("http", 8030), "query": at("mysql", 9030)},
                "pulsar": {"bookie": at("bookie", 3181), "broker": at("pulsar", 6650)},
                "postgres": {"sql": at("postgresql", 5432)},
                "dolphinscheduler": {"alert": at("tcp", 5052), "rest": at("http", 12345)},
            },
            "secrets": {
                "starrocks-root": "r00t",
                "starrocks-ciapol_api": "readonly",
                "pulsar-token-key": "key",
                "pulsar-ciapol-sensors": LONG,
                "dolphinscheduler-admin": "adm1n",
                "dolphinscheduler-token": "t0ken",
                "dolphinscheduler-database": "db",
                "postgres-superuser": "su",
            },
            "created": {"starrocks-root": "", "pulsar-token-key": CREATED, "dolphinscheduler-admin": CREATED},
            "secret_files": {},
            "health": {},
        }
    )


@pytest.fixture(autouse=True)
def _stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "load", lambda stack, wait=0: known())
    monkeypatch.setenv("COLUMNS", "80")


def test_secrets_are_hidden_unless_they_are_requested(capsys: pytest.CaptureFixture[str]) -> None:
    assert access.credentials("local", user="", show=False) == 0
    text = capsys.readouterr().out
    assert "r00t" not in text
    assert LONG not in text
    assert "SHOW=1" in text


def test_each_secret_is_printed_in_full_with_its_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert access.credentials("local", user="", show=True) == 0
    lines = {tuple(line.split()[:3]): line.split()[3:] for line in capsys.readouterr().out.splitlines()[1:]}
    # A token is as old as the key that signed it. The time is unknown if an older revision generated the secret.
    assert lines["Pulsar", "ciapol-sensors", "token"] == [LONG, "3", "d", "pulsar://127.0.0.1:6650"]
    assert lines["StarRocks", "root", "password"] == ["r00t", "-", "mysql://127.0.0.1:9030"]
    assert lines["DolphinScheduler", "admin", "password"][3].startswith("http://127.0.0.1:12345/dolphinscheduler")
    assert "token-key" not in str(lines)


def test_only_the_secret_of_a_given_user_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert access.credentials("local", user="ciapol_api", show=True) == 0
    assert capsys.readouterr().out == "readonly\n"


def test_the_error_names_an_unknown_user_and_the_existing_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert access.credentials("local", user="nobody", show=True) == 1
    assert "USER=nobody is not a user of stack local; its users are admin, dolphinscheduler" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("elapsed", "shown"),
    [
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=47), "1 d"),
        (timedelta(hours=5), "5 h"),
        # The clock of another machine was ahead.
        (timedelta(seconds=-5), "0 s"),
    ],
)
def test_the_age_of_a_secret_is_in_its_largest_unit(elapsed: timedelta, shown: str) -> None:
    assert access.age((NOW - elapsed).isoformat(), NOW) == shown


@pytest.mark.parametrize("query", ["", "SELECT 1"])
def test_sql_refuses_an_unknown_user(query: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert access.sql("local", user="rot", database="d", query=query) == 1
    assert capsys.readouterr().out == (
        "--user rot is not a StarRocks user of stack local; its users are ciapol_api, root\n"
    )
