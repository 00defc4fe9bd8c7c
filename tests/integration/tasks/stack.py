"""A stack for the tasks: the emulator with both schemas and its users, and the URL of an engine."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from apps.shared.polling import wait_until
from tests.integration.api.platform import DATABASE, ROOT, Emulator
from tests.waiting import PATIENCE

PASSWORD = "scheduler's password"
STACK = "test"


class Stack:
    """Runs tasks as processes, like DolphinScheduler."""

    def __init__(self, starrocks: Emulator, folder: Path, zeta_url: str, *, retention_months: int = 13) -> None:
        self.starrocks = starrocks
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        password = folder / "password"
        password.write_text(PASSWORD + "\n")
        self.secret = str(password)
        self.webhook_file = folder / "webhook"
        self.settings = folder / "tasks.json"
        self._zeta_url = zeta_url
        self._retention = retention_months
        self.write()

    def write(self, *, programs: dict[str, str] | None = None, webhook: str | None = None) -> None:
        if webhook is not None:
            self.webhook_file.write_text(webhook + "\n")
        http = f"127.0.0.1:{self.starrocks.server.fe_http_port}"
        jdbc = f"jdbc:mysql://127.0.0.1:{self.starrocks.server.mysql_port}"
        document = {
            "stack": STACK,
            "zeta": {"url": self._zeta_url},
            "starrocks": {"host": "127.0.0.1", "port": self.starrocks.server.mysql_port},
            "platform": {"database": "kappastack", "user": "platform_scheduler", "password_file": self.secret},
            "placeholders": {
                "pulsar.admin_url": "http://pulsar:8080",
                "starrocks.http_address": http,
                "starrocks.jdbc_url": jdbc,
                "starrocks.ciapol_scheduler_password_file": self.secret,
            },
            "products": {
                "ciapol": {
                    "databases": [DATABASE],
                    "users": {
                        user: {"user": f"ciapol_{user}", "password_file": self.secret}
                        for user in ("scheduler", "predictor")
                    },
                    "parameters": {"retention_months": self._retention, "quality_threshold": 0.75},
                    "programs": programs or {},
                }
            },
            "alerts": {"webhook_file": str(self.webhook_file)} if webhook is not None else {},
        }
        self.settings.write_text(json.dumps(document))

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(ROOT), "KAPPASTACK_TASKS": str(self.settings)}

    def command(self, command: str, *options: str, workflow: str = "w", task: str = "t", run: str = "1") -> list[str]:
        product = "platform" if command == "keep-running" else "ciapol"
        return [
            *(sys.executable, "-m", "apps.tasks", command, "--product", product, "--workflow", workflow),
            *("--task", task, "--run", run, *options),
        ]

    def start(self, arguments: Sequence[str], prelude: str = "") -> "subprocess.Popen[str]":
        """Start a task. `prelude` is Python code that runs before it in the same process."""
        command = list(arguments)
        if prelude:
            program = f"{prelude}\nimport runpy, sys\nsys.argv = {['tasks', *command[3:]]!r}\n"
            command = [sys.executable, "-c", program + "runpy.run_module('apps.tasks', run_name='__main__')"]
        return subprocess.Popen(
            command, env=self.environment, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def run(self, arguments: Sequence[str], prelude: str = "", within: float = PATIENCE) -> tuple[int, str]:
        """Run a task to its end, and return its exit status and log."""
        process = self.start(arguments, prelude)
        output, _ = process.communicate(timeout=within)
        return process.returncode, output

    def step(self, task: str = "t", workflow: str = "w") -> dict[str, object]:
        """The row of a step in `pipeline_steps`."""
        names = (
            "run_id, state, ended_at, last_succeeded_at, last_failed_at, last_error, details, scheduled, range_from, "
            "range_to, pieces_done, pieces_total, findings"
        )
        [row] = self.starrocks.execute(
            f"SELECT {names} FROM kappastack.pipeline_steps WHERE workflow = '{workflow}' AND task = '{task}'"
        )
        return dict(zip(names.split(", "), row, strict=True))


def wait(ready: Callable[[], object], within: float = 300) -> None:
    """Wait for a condition."""
    wait_until(lambda: "" if ready() else "it is not yet so", within=within, what="the condition", pause=0.05)


def utc_now() -> datetime:
    """The current time in UTC without a time zone, like a DATETIME of StarRocks."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@contextmanager
def webhook(statuses: Sequence[int] = ()) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Yield the URL of a webhook and the alerts that it accepts. It responds with `statuses` in order, then 200."""
    received: list[dict[str, str]] = []
    left = list(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = left.pop(0) if left else 200
            if status == 200:
                received.append(json.loads(body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/secret-path", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
