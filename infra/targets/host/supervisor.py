"""A typed client of the supervisor's XML-RPC interface."""

import xmlrpc.client
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from supervisor.xmlrpc import SupervisorTransport

from apps.shared.polling import Pending, poll
from infra.state import StackState
from infra.targets.host import planned_starts

_BUSY_SECONDS = 60
_SHUTTING_DOWN = 6
_NOT_RUNNING = 70
_BAD_NAME = 10
_ALREADY_STARTED = 60
_ALREADY_ADDED = 90
_STILL_RUNNING = 91

ALIVE = ("STARTING", "RUNNING")


class SupervisorDown(Exception):
    """The stack's supervisor does not respond."""


@dataclass(frozen=True)
class Process:
    """A supervised process.

    Args:
        name: name of the program.
        state: supervisor's name of the state, such as `RUNNING`.
        pid: process id; 0 if there is no process.
        start: time of the start in seconds since the epoch.
        now: time of the response in seconds since the epoch.
        description: supervisor's description of the state.
    """

    name: str
    state: str
    pid: int
    start: int
    now: int
    description: str


class Supervisor:
    """The supervisor of one stack."""

    def __init__(self, stack: str) -> None:
        """Create a client; it connects at the first call."""
        self._stack = stack
        self._socket: Path = StackState(stack).supervisor_socket

    def _call(self, method: str, *arguments: str | bool) -> object:
        def look() -> tuple[object] | Pending:
            # Each call has its own transport, because a transport never replaces a broken connection.
            transport = SupervisorTransport(None, None, f"unix://{self._socket}")
            try:
                with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as server:
                    answer: object = getattr(server.supervisor, method)(*arguments)
                    return (answer,)
            except BlockingIOError as error:
                # The supervisor runs, but its queue of connections is full.
                return Pending(str(error))
            except (OSError, HTTPException, xmlrpc.client.ProtocolError) as error:
                raise SupervisorDown(f"no supervisor responds at {self._socket}: {error}") from None

        try:
            [answer] = poll(look, within=_BUSY_SECONDS, what=f"the supervisor at {self._socket}")
        except TimeoutError as error:
            raise SupervisorDown(str(error)) from None
        return answer

    def alive(self) -> bool:
        """Whether the supervisor responds."""
        try:
            self._call("getState")
        except SupervisorDown:
            return False
        except xmlrpc.client.Fault as fault:
            return fault.faultCode == _SHUTTING_DOWN
        return True

    def processes(self) -> dict[str, Process]:
        """All processes by name.

        Raises:
            SupervisorDown: the supervisor does not respond.
        """
        answer = self._call("getAllProcessInfo")
        assert isinstance(answer, list)
        return {
            info["name"]: Process(
                info["name"], info["statename"], info["pid"], info["start"], info["now"], info["description"]
            )
            for info in answer
        }

    def process(self, name: str) -> Process | None:
        """The process with this name, or None."""
        return self.processes().get(name)

    def start(self, name: str) -> None:
        """Read the program's file and start it; a running program whose file or command changed is restarted.

        The start is recorded as planned.
        """
        planned_starts.record(self._stack, name)
        self._call("reloadConfig")
        self._tolerate((_BAD_NAME, _STILL_RUNNING), "removeProcessGroup", name)
        self._tolerate((_ALREADY_ADDED,), "addProcessGroup", name)
        self._tolerate((_ALREADY_STARTED,), "startProcess", name, False)

    def stop(self, name: str) -> None:
        """Stop a program and wait for the end of its process."""
        self._tolerate((_BAD_NAME, _NOT_RUNNING), "stopProcess", name, True)

    def remove(self, name: str) -> None:
        """Remove a stopped program from the supervisor."""
        self._call("reloadConfig")
        self._tolerate((_BAD_NAME,), "removeProcessGroup", name)

    def shutdown(self) -> None:
        """Stop all programs and the supervisor."""
        self._call("shutdown")

    def _tolerate(self, codes: tuple[int, ...], method: str, *arguments: str | bool) -> None:
        try:
            self._call(method, *arguments)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode not in codes:
                raise
