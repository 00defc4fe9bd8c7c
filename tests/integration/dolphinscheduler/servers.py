"""Separate PostgreSQL and DolphinScheduler servers for the tests, with the platform's configuration, on free ports.

A replacement for the tasks program records its calls and behaves as the test requests.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from apps.shared.polling import NeverReady, Pending, wait_until
from infra.distributions import assemble
from infra.resources.dolphinscheduler.client import DolphinScheduler, connect
from infra.resources.dolphinscheduler.database import SECRETS, SUPERUSER_SECRET, DatabaseInputs, DatabaseProvider
from infra.services.dolphinscheduler import standalone
from infra.services.model import Endpoint, Service, fill
from infra.services.postgres import SUPERUSER, Database, postgres
from infra.services.tasks import Tasks
from infra.settings import DolphinSchedulerSettings, PostgresSettings
from infra.state import StackState
from infra.targets.host.paths import python_executable
from infra.versions import DOLPHINSCHEDULER
from tests.waiting import PATIENCE

STACK = "test-dolphinscheduler"
SERVICE = "dolphinscheduler"
TENANT = getuser()
ADMIN_PASSWORD = "dolphinscheduler-admin's"

_STAND_IN = '''\
"""Records its call, and behaves as the file `behaviour.json` defines for the task."""

import json, os, signal, sys, time
from pathlib import Path

folder = Path(__file__).parents[3]
arguments = sys.argv[1:]
task = arguments[arguments.index("--task") + 1]
behaviour = json.loads((folder / "behaviour.json").read_text()).get(task, {})
call = {"pid": os.getpid(), "arguments": arguments, "settings": os.environ["KAPPASTACK_TASKS"]}
calls = folder / "calls"
draft = calls / f".{os.getpid()}"
draft.write_text(json.dumps(call))
draft.rename(calls / f"{task}-{os.getpid()}.json")


def end(*_):
    print("received SIGTERM", flush=True)
    sys.exit(143)


signal.signal(signal.SIGTERM, end)
print("working on", task, flush=True)
for line in range(behaviour.get("lines", 0)):
    print("line", line)
deadline = time.monotonic() + behaviour.get("seconds", 0)
while time.monotonic() < deadline and not (folder / "go-on").exists():
    time.sleep(0.05)
sys.exit(behaviour.get("exit", 0))
'''


@dataclass(frozen=True)
class Call:
    """A call of the replaced tasks program."""

    pid: int
    arguments: list[str]
    settings: str


class StandIn:
    """A replacement for the tasks program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        package = folder / "lib/apps/tasks"
        package.mkdir(parents=True)
        (folder / "calls").mkdir()
        (package / "__init__.py").touch()
        (package / "__main__.py").write_text(_STAND_IN)
        self.behave()

    def behave(self, **tasks: Mapping[str, int]) -> None:
        """Clear recorded calls, and set the next ones: print `lines`, run for `seconds`, exit with status `exit`."""
        (self.folder / "behaviour.json").write_text(json.dumps(tasks))
        (self.folder / "go-on").unlink(missing_ok=True)
        for call in (self.folder / "calls").iterdir():
            call.unlink()

    def go_on(self) -> None:
        """Let all waiting tasks continue."""
        (self.folder / "go-on").touch()

    def calls(self, task: str) -> list[Call]:
        """The calls of a task, ordered by process id."""
        return [Call(**json.loads(path.read_text())) for path in sorted((self.folder / "calls").glob(f"{task}-*.json"))]


class Servers:
    """Both servers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.tasks = StandIn(folder / "tasks")
        self._running: list[tuple[subprocess.Popen[bytes], signal.Signals]] = []
        self.secrets = {name: f"{name}'s" for name in (*SECRETS, "starrocks-platform_scheduler")}
        self._ports: dict[str, dict[str, int]] = {}

    @property
    def url(self) -> str:
        """URL of the REST interface, without a path."""
        return f"http://127.0.0.1:{self._ports[SERVICE]['rest']}"

    def client(self) -> DolphinScheduler:
        """A client with the token."""
        return connect(STACK, SERVICE)

    def superuser(self, database: str) -> str:
        """Connection string of PostgreSQL's superuser."""
        return make_conninfo(
            host="127.0.0.1",
            port=self._ports["postgres"]["sql"],
            user=SUPERUSER,
            password=self.secrets[SUPERUSER_SECRET],
            dbname=database,
        )

    def start(self) -> None:
        database = postgres(PostgresSettings())
        self._ports["postgres"] = _free_ports(list(database.ports))
        sql = Endpoint("postgresql", "127.0.0.1", self._ports["postgres"]["sql"])
        nowhere = Endpoint("http", "127.0.0.1", 1)
        programs = Tasks(STACK, nowhere, nowhere, {}, [], webhook=False, alertmanager=None)
        scheduler = standalone(DolphinSchedulerSettings(heap="640Mi"), database=Database(sql), tasks=programs)
        self._ports[SERVICE] = _free_ports(list(scheduler.ports))
        self._write_connections("")
        self._run(database, signal.SIGINT)
        DatabaseProvider().apply(
            DatabaseInputs(stack=STACK, service="postgres", version=DOLPHINSCHEDULER, tenant=TENANT, secret_ids={}),
            None,
        )
        self._run(scheduler, signal.SIGKILL)
        self._wait_until_healthy()

    def stop(self) -> None:
        for process, how in reversed(self._running):
            if process.poll() is None:
                os.killpg(process.pid, how)
                process.wait(PATIENCE)

    def set_webhook(self, url: str) -> None:
        """Set the webhook for alerts of the stack."""
        self._write_connections(url)

    def _write_connections(self, webhook: str) -> None:
        path = StackState(STACK).connections
        path.parent.mkdir(parents=True, exist_ok=True)
        endpoints = {
            service: {port: {"scheme": "http", "host": "127.0.0.1", "port": number} for port, number in ports.items()}
            for service, ports in self._ports.items()
        }
        secrets = {**self.secrets, "alert-webhook": webhook}
        document = {"endpoints": endpoints, "secrets": secrets, "secret_files": {}, "health": {}}
        path.write_text(json.dumps(document))

    def _run(self, service: Service, how_to_stop: signal.Signals) -> None:
        folder = self._folder / service.name
        for name in ("files", "secrets", "tmp"):
            (folder / name).mkdir(parents=True)
        values = {
            "dist": str(assemble(service.distribution, print)),
            "dist.tasks": str(self.tasks.folder),
            "files": str(folder / "files"),
            "secrets": str(folder / "secrets"),
            "tmp": str(folder / "tmp"),
            "host": "127.0.0.1",
            "advertised": "127.0.0.1",
            "java": shutil.which("java") or "java",
            "python": str(python_executable()),
            **{f"volume.{name}": str(folder / name) for name in service.volumes},
            **{f"secret.{name}": str(folder / "secrets" / name) for name in service.secrets},
            **{f"port.{name}": str(number) for name, number in self._ports[service.name].items()},
        }
        for name in service.volumes:
            (folder / name).mkdir()
        for name, secret in service.secrets.items():
            (folder / "secrets" / name).write_text(self.secrets[secret])
        for name, text in service.files.items():
            (folder / "files" / name).write_text(fill(text, values))
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(
                ["nice", "-n", "5", *(fill(part, values) for part in service.command)],
                env={"PATH": os.environ["PATH"], **{k: fill(text, values) for k, text in service.environment.items()}},
                cwd=fill(service.directory, values) or folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running.append((process, how_to_stop))

    def _wait_until_healthy(self) -> None:
        process = self._running[-1][0]

        def problem() -> Pending | str:
            try:
                with urllib.request.urlopen(f"{self.url}/dolphinscheduler/actuator/health", timeout=60):
                    return ""
            except OSError as error:
                return Pending(str(error), final=process.poll() is not None)

        try:
            wait_until(problem, within=300, what=SERVICE, pause=0.2)
        except (TimeoutError, NeverReady):
            pass
        else:
            return
        tail = (self._folder / SERVICE / "log").read_text(errors="replace").splitlines()[-20:]
        pytest.fail("DolphinScheduler did not become healthy:\n" + "\n".join(tail))


def _free_ports(names: list[str]) -> dict[str, int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in names]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return {name: one.getsockname()[1] for name, one in zip(names, sockets, strict=True)}
