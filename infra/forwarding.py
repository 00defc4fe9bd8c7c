"""Ports of this machine that are forwarded into a cluster.

A background process of the stack listens on them (`infra.targets.kubernetes.forwarder`). Looking up an address starts
it. It ends when no connection has used it for some minutes, or when the stack's connections are deleted.
"""

import fcntl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pydantic import BaseModel, ConfigDict, TypeAdapter

from apps.shared.polling import Pending, wait_until
from infra.settings_base import ROOT
from infra.state import StackState

_START_SECONDS = 60
_MODULE = "infra.targets.kubernetes.forwarder"


class Forward(BaseModel):
    """A loopback port of this machine that is forwarded to a port of a Service in a cluster.

    Args:
        context: context of the kubeconfig; empty for the current one.
        namespace: namespace of the Service.
        service: name of the Service.
        workload: name of a workload whose pods the Service selects; empty if it has the name of the Service.
        remote: port of the Service, on which its pods listen too.
        local: port of this machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    context: str
    namespace: str
    service: str
    workload: str = ""
    remote: int
    local: int


LISTENING = TypeAdapter(list[int])
"""Content of the file with the ports that the background process listens on."""


def lock_file(stack: str) -> Path:
    """The file that the background process of a stack locks while it runs."""
    return StackState(stack).runtime / f"{stack}-forwarding.lock"


@contextmanager
def lock(stack: str, *, within: float = 0) -> Iterator[bool]:
    """Lock the file of the background process until the end of the context.

    Args:
        stack: name of the stack.
        within: seconds to wait while another process has locked the file.

    Yields:
        Whether the file is locked by this process.
    """
    with _opened(stack) as file:
        try:
            wait_until(lambda: "" if _locked(file, fcntl.LOCK_EX) else "locked", within=within, what=file.name)
        except TimeoutError:
            own = False
        else:
            own = True
        yield own


def ports_file(stack: str) -> Path:
    """The file with the ports that the background process listens on."""
    return StackState(stack).runtime / f"{stack}-forwarding.json"


def log_file(stack: str) -> Path:
    """The log of the background process."""
    return StackState(stack).folder / "forwarding.log"


def ensure(stack: str, forwards: Sequence[Forward]) -> None:
    """Wait until the stack's background process listens on these ports, and start the process if it does not run.

    Raises:
        NeverReady: the process ended with an error, such as a port that another program uses.
        TimeoutError: the process does not start; the message names its log.
    """
    wanted = {each.local for each in forwards}
    if not wanted or (_runs(stack) and wanted <= _listening(stack)):
        return
    started: subprocess.Popen[bytes] | None = None

    def problem() -> str | Pending:
        nonlocal started
        status = started.poll() if started else 0
        if status is not None and status > 0:
            return Pending(_last_line(stack), final=True)
        if status is not None and not _runs(stack):
            with lock(stack) as own:
                if own:
                    # The file is that of an ended process while the lock is held here.
                    ports_file(stack).unlink(missing_ok=True)
            started = _start(stack)
        missing = sorted(wanted - _listening(stack))
        return f"no process listens on {', '.join(map(str, missing))}; see {log_file(stack)}" if missing else ""

    wait_until(problem, within=_START_SECONDS, what="the port-forwarding process", pause=0.5)


def _runs(stack: str) -> bool:
    # Several calls of this function may hold a shared lock at the same time. The background process prevents it.
    with _opened(stack) as file:
        return not _locked(file, fcntl.LOCK_SH)


def _opened(stack: str) -> TextIO:
    StackState(stack).runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    return lock_file(stack).open("a")


def _locked(file: TextIO, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _listening(stack: str) -> set[int]:
    try:
        return set(LISTENING.validate_json(ports_file(stack).read_bytes()))
    except (FileNotFoundError, ValueError):
        return set()


def _last_line(stack: str) -> str:
    lines = log_file(stack).read_text(errors="replace").splitlines()
    return lines[-1] if lines else f"it ended; see {log_file(stack)}"


def _start(stack: str) -> "subprocess.Popen[bytes]":
    log_file(stack).parent.mkdir(parents=True, exist_ok=True)
    with log_file(stack).open("ab") as log:
        # The process has its own session, so Ctrl-C in the terminal of a deployment does not end it.
        return subprocess.Popen(
            [sys.executable, "-m", _MODULE, stack],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
