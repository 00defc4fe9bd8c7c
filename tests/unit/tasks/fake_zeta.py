"""A fake of Zeta 2.3.8's REST interface with the strictness observed on the real one."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

_BASE = "/hazelcast/rest/maps"
_NO_PLAN = (
    'Cannot invoke "org.apache.seatunnel.engine.server.dag.physical.PhysicalPlan.getJobStatus()" '
    'because "this.physicalPlan" is null'
)
ACTIVE = {"SCHEDULED", "RUNNING", "DOING_SAVEPOINT"}


@dataclass
class FakeJob:
    """A job. `unexplained` is the number of responses that do not contain `error` yet."""

    status: str
    name: str
    definition: dict[str, object]
    restored: bool
    error: str | None = None
    unexplained: int = 0


@dataclass
class FakeZeta:
    """State of the fake engine. `on_submit` and `on_stop` set the resulting state of a job.

    `broken` are the jobs about which the engine responds 500. `ending` is the number of the next requests for the
    running jobs during which a job ends.
    """

    url: str = ""
    jobs: dict[int, FakeJob] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    submitted: list[int] = field(default_factory=list)
    stopped: list[tuple[int, bool]] = field(default_factory=list)
    refuse: str = ""
    down: bool = False
    broken: set[int] = field(default_factory=set)
    submitting: int = 0
    ending: int = 0
    on_submit: Callable[[int, FakeJob], None] = lambda _identity, job: setattr(job, "status", "RUNNING")
    on_stop: Callable[[int, FakeJob, bool], None] = lambda _identity, job, savepoint: setattr(
        job, "status", "SAVEPOINT_DONE" if savepoint else "CANCELED"
    )
    lock: threading.RLock = field(default_factory=threading.RLock)

    def forget(self) -> None:
        """Delete all jobs, like a restart of all nodes."""
        with self.lock:
            self.jobs.clear()

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: object) -> tuple[int, object]:
        self.calls.append(f"{method} {path}")
        if (method, path) == ("GET", f"{_BASE}/overview"):
            return 200, {"projectVersion": "2.3.8"}
        if (method, path) == ("GET", f"{_BASE}/running-jobs"):
            if self.ending:
                self.ending -= 1
                return 500, {"status": "fail", "message": "a job ended"}
            found = [(identity, job) for identity, job in self.jobs.items() if job.status in ACTIVE]
            return 200, [
                {"jobId": str(identity), "jobName": job.name, "jobStatus": job.status} for identity, job in found
            ]
        if method == "GET" and path.startswith(f"{_BASE}/job-info/"):
            if self.submitting:
                self.submitting -= 1
                return 500, {"status": "fail", "message": _NO_PLAN}
            identity = int(path.rsplit("/", 1)[1])
            if identity in self.broken:
                return 500, {"status": "fail", "message": "an internal error"}
            return 200, self._info(identity)
        if (method, path) == ("POST", f"{_BASE}/submit-job") and isinstance(body, dict):
            return self._submit(query, body)
        if (method, path) == ("POST", f"{_BASE}/stop-job") and isinstance(body, dict):
            identity, savepoint = int(body["jobId"]), bool(body["isStopWithSavePoint"])
            self.stopped.append((identity, savepoint))
            job = self.jobs.get(identity)
            if job is not None and job.status in ACTIVE:
                self.on_stop(identity, job, savepoint)
            return 200, {"jobId": identity}
        return 404, {"message": f"no {method} {path}"}

    def _info(self, identity: int) -> dict[str, object]:
        job = self.jobs.get(identity)
        if job is None:
            return {"jobId": str(identity)}
        metrics = {"SourceReceivedCount": "7", "SinkWriteCount": "5"}
        error = None if job.unexplained else job.error
        job.unexplained = max(0, job.unexplained - 1)
        return {"jobId": str(identity), "jobStatus": job.status, "errorMsg": error, "metrics": metrics}

    def _submit(self, query: dict[str, list[str]], body: dict[str, object]) -> tuple[int, object]:
        identity = int(query["jobId"][0])
        restored = query.get("isStartWithSavePoint") == ["true"]
        missing = {"env", "source", "sink"} - body.keys()
        if missing or "${" in json.dumps(body):
            return 500, {"status": "fail", "message": f"bad definition: {missing or 'a placeholder is left'}"}
        if self.refuse:
            return 500, {"status": "fail", "message": self.refuse}
        there = self.jobs.get(identity)
        if there is not None and there.status in ACTIVE:
            return 200, {"jobId": identity, "jobName": there.name}
        if there is not None and not restored:
            message = f"The job id {identity} has already been submitted and is not starting with a savepoint."
            return 500, {"status": "fail", "message": message}
        job = FakeJob("SCHEDULED", query["jobName"][0], body, restored)
        self.jobs[identity] = job
        self.submitted.append(identity)
        self.on_submit(identity, job)
        return 200, {"jobId": identity, "jobName": job.name}


@contextmanager
def fake_zeta() -> Iterator[FakeZeta]:
    """Run a fake engine on a free port."""
    engine = FakeZeta()

    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            url = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            if engine.down:
                self.connection.close()
                return
            with engine.lock:
                status, document = engine.answer(self.command, url.path, parse_qs(url.query), body)
            text = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = _respond  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    engine.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield engine
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
