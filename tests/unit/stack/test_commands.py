"""Commands of `tools.stack`: checks before the first action, messages and exit status."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from apps.shared.polling import wait_until
from infra.settings import ROOT, Settings
from tools.stack import commands, deployment, workflow
from tools.stack.pulumi import StackError
from tools.stack.table import table
from tools.stack.workflow import RunRefused


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


ADDRESS = "http://127.0.0.1:12345/dolphinscheduler/ui/index.html and much more than eighty columns of it"


def test_a_table_never_truncates_a_cell() -> None:
    lines = table([("service", "address"), ("dolphinscheduler", ADDRESS), ("api", "")])
    assert lines == ["service           address", f"dolphinscheduler  {ADDRESS}", "api"]


@pytest.mark.parametrize(
    ("begin", "end", "message"),
    [
        ("2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z", "FROM '2026-02-01T00:00:00Z' is not before TO"),
        ("yesterday", "", "FROM 'yesterday' is not a time; write ISO 8601"),
        ("", "2026-13-01", "TO '2026-13-01' is not a time"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_range_is_checked_before_any_request(begin: str, end: str, message: str) -> None:
    with pytest.raises(RunRefused, match=message):
        workflow.run("local", "ciapol", "aqi_hourly", {"from": begin, "to": end})


def test_a_run_on_a_stopped_stack_is_rejected_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "local" / "connections.json"
    file.parent.mkdir(parents=True)
    (folder / "kappastack-state").touch()
    assert commands.main(["--stack", "local", "run", "aqi_hourly"]) == 1
    assert "run `make up STACK=local`" in capsys.readouterr().err
    file.write_text('{"endpoints": {}, "secrets": {"key": "x"}, "secret_files": {}, "health": {}}')
    assert commands.main(["--stack", "local", "run", "aqi_hourly"]) == 1
    assert "DolphinScheduler is not there. Start it with `make up`" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_the_error_for_an_unknown_stack_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("status", "up", "down", "destroy", "logs", "preview", "drift", "sql"):
        assert commands.main(["--stack", "nope", command]) == 1
        assert capsys.readouterr().err.startswith("stack 'nope' has no file Pulumi.nope.yaml; the stacks"), command


def test_a_full_disk_is_detected_before_the_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.disks.problems", lambda _folders: ["the disk of /data is full"])
    with pytest.raises(StackError, match="the disk of /data is full"):
        deployment.check_disks("local", Settings.model_validate({"target": "host"}))


def test_the_error_of_a_write_to_a_full_disk_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_options: object) -> int:
        raise OSError(28, "No space left on device", "/data/lock.json")

    monkeypatch.setattr(commands, "_run", full)
    assert commands.main(["status"]) == 1
    assert capsys.readouterr().err.startswith("No space left on device: /data/lock.json")


@pytest.mark.usefixtures("folder")
def test_ctrl_c_during_the_imports_shows_no_traceback() -> None:
    command = [sys.executable, "-m", "tools.stack", "status"]
    with subprocess.Popen(
        command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        maps = Path(f"/proc/{process.pid}/maps")
        wait_until(
            lambda: "" if process.poll() is not None or "pydantic_core" in maps.read_text() else "it starts",
            within=300,
            what="the first imports",
            pause=0.005,
        )
        process.send_signal(signal.SIGINT)
        assert "Traceback" not in process.communicate()[1]
    assert process.returncode in (1, 130, -signal.SIGINT)


@pytest.mark.parametrize("query", ["SELECT get_json_string(x, '$.a.b'), '5$'", 'SELECT "a b"', "SELECT 1"])
def test_make_passes_a_query_unchanged(query: str) -> None:
    done = subprocess.run(
        ["make", "--silent", "--eval", "shown: ; @printenv QUERY", "shown", f"QUERY={query}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{query}\n"


def test_a_reader_that_ends_early_is_no_error() -> None:
    script = (
        "import sys; from tools.stack import commands\n"
        "commands._run = lambda _: [print('x' * 100000) for _ in range(100)]\n"
        "sys.exit(commands.main(['status']))"
    )
    done = subprocess.run(
        ["bash", "-c", '"$0" -c "$1" | head -c 1; echo " ${PIPESTATUS[0]}"', sys.executable, script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("x 141\n", "")
