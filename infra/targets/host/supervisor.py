"""A typed client of the supervisor's XML-RPC interface."""

import xmlrpc.client
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from supervisor.xmlrpc import SupervisorTransport

from apps.shared.polling import Pending, poll
from infra.state import StackState

_BUSY_SECONDS = 60
_SHUTTING_DOWN = 6
_NOT_RUNNING = 70
_BAD_NAME = 10
_ALREADY_STARTED = 60
_ALREADY_ADDED = 90
_STILL_RUNNING = 91

ALIVE = ("STARTING", "RUNNING")


class SupervisorDown(Exception):
    """No supervisor answers for this stack."""


@dataclass(frozen=True)
class Process:
    """A supervised process: state as the supervisor names it, pid (0 if none), start in seconds since the epoch."""

    name: str
    state: str
    pid: int
    start: int
    now: int
    description: str


class Supervisor:
    """The supervisor of one stack."""

    def __init__(self, stack: str) -> None:
        """Nothing is asked before the first call."""
        self._socket: Path = StackState(stack).supervisor_socket

    def _call(self, method: str, *arguments: str | bool) -> object:
        def look() -> tuple[object] | Pending:
            # A transport keeps its connection, and a broken one for ever: each call gets its own.
            transport = SupervisorTransport(None, None, f"unix://{self._socket}")
            try:
                with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as server:
                    answer: object = getattr(server.supervisor, method)(*arguments)
                    return (answer,)
            except BlockingIOError as error:
                # It runs, and more callers wait than its queue holds.
                return Pending(str(error))
            except (OSError, HTTPException, xmlrpc.client.ProtocolError) as error:
                raise SupervisorDown(f"no supervisor answers at {self._socket}: {error}") from None

        try:
            [answer] = poll(look, within=_BUSY_SECONDS, what=f"the supervisor at {self._socket}")
        except TimeoutError as error:
            raise SupervisorDown(str(error)) from None
        return answer

    def alive(self) -> bool:
        """Whether it answers."""
        try:
            self._call("getState")
        except SupervisorDown:
            return False
        except xmlrpc.client.Fault as fault:
            return fault.faultCode == _SHUTTING_DOWN
        return True

    def processes(self) -> dict[str, Process]:
        """All processes by name."""
        answer = self._call("getAllProcessInfo")
        assert isinstance(answer, list)
        return {
            info["name"]: Process(
                info["name"], info["statename"], info["pid"], info["start"], info["now"], info["description"]
            )
            for info in answer
        }

    def process(self, name: str) -> Process | None:
        """One process, None if the supervisor has none of that name."""
        return self.processes().get(name)

    def start(self, name: str) -> None:
        """Read the program's file and have it run; a running one is restarted if its file or command changed."""
        self._call("reloadConfig")
        self._tolerate((_BAD_NAME, _STILL_RUNNING), "removeProcessGroup", name)
        self._tolerate((_ALREADY_ADDED,), "addProcessGroup", name)
        self._tolerate((_ALREADY_STARTED,), "startProcess", name, False)

    def stop(self, name: str) -> None:
        """Stop it and wait for its end."""
        self._tolerate((_BAD_NAME, _NOT_RUNNING), "stopProcess", name, True)

    def remove(self, name: str) -> None:
        """Forget a stopped program."""
        self._call("reloadConfig")
        self._tolerate((_BAD_NAME,), "removeProcessGroup", name)

    def shutdown(self) -> None:
        """Stop everything, and itself."""
        self._call("shutdown")

    def _tolerate(self, codes: tuple[int, ...], method: str, *arguments: str | bool) -> None:
        try:
            self._call(method, *arguments)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode not in codes:
                raise
