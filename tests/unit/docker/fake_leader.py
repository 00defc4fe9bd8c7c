"""A frontend of StarRocks that leads a cluster, as far as membership goes: its tables, statements and refusals.

What it says when it refuses is what `NodeMgr`, `SystemInfoService` and `SystemHandler` of StarRocks say.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from apps.shared.starrocks import StarRocksError

_STATEMENT = re.compile(r'^(?:ALTER SYSTEM )?(\w+(?: DECOMMISSION)? (?:FOLLOWER|BACKEND)) "([^":]+:\d+)"$')


class Crash(Exception):
    """The deployment is killed."""


@dataclass
class Node:
    """A member: how many looks until it is alive, and what it holds."""

    looks: int
    tablets: int = 0
    leaving: bool = False


@dataclass
class FakeLeader:
    """Keeps members.

    Args:
        looks: how often a new member is looked at before it is alive.
        refused_sessions: how many sessions are refused before the first opens: it is starting.
        unresolved: hosts whose names the network does not know yet, each with how many tries that takes.
        dead: nodes that never come alive.
        leader: the frontend that leads.
        replicas: how many backends the tables need.
        crash_after: the deployment is killed after so many statements.
    """

    looks: int = 2
    refused_sessions: int = 0
    unresolved: dict[str, int] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    leader: str = "starrocks:9010"
    replicas: int = 1
    crash_after: int | None = None
    frontends: dict[str, Node] = field(default_factory=lambda: {"starrocks:9010": Node(0)})
    backends: dict[str, Node] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)

    @contextmanager
    def session(self, stack: str, service: str, user: str) -> Iterator["FakeLeader"]:
        """Root's session, as `infra.resources.starrocks.client.session` opens it."""
        assert (stack, service, user) == ("test", "starrocks", "root")
        if self.refused_sessions:
            self.refused_sessions -= 1
            raise StarRocksError("StarRocks at 127.0.0.1:9030: Can't connect to MySQL server")
        yield self

    def query(self, statement: str) -> list[dict[str, str]]:
        """SHOW FRONTENDS or SHOW BACKENDS, all of it text."""
        if statement == "SHOW FRONTENDS":
            return [
                {"Id": str(number), "Name": f"{_host(key)}_9010_17", "IP": _host(key), "EditLogPort": key.split(":")[1]}
                | {"Role": "LEADER" if key == self.leader else "FOLLOWER", "Alive": self._alive(key, node)}
                for number, (key, node) in enumerate(self.frontends.items(), 1)
            ]
        assert statement == "SHOW BACKENDS"
        self._move()
        return [
            {"BackendId": "10001", "IP": _host(key), "HeartbeatPort": key.split(":")[1]}
            | {"Alive": self._alive(key, node), "TabletNum": str(node.tablets)}
            | {"SystemDecommissioned": str(node.leaving).lower()}
            for key, node in self.backends.items()
        ]

    def execute(self, statement: str) -> Sequence[tuple[str, ...]]:
        """A statement about a member."""
        match = _STATEMENT.match(statement)
        assert match, statement
        if complaint := self._do(match[1], match[2]):
            raise StarRocksError(f"StarRocks refused `{statement}`: {complaint}")
        self.statements.append(statement)
        if self.crash_after == len(self.statements):
            self.crash_after = None
            raise Crash(statement)
        return []

    def _alive(self, key: str, node: Node) -> str:
        node.looks -= 1
        return str(node.looks < 0 and key not in self.dead).lower()

    def _move(self) -> None:
        """One look's worth of a leaving backend's tablets; once it has none it is dropped."""
        for node in self.backends.values():
            node.tablets -= node.leaving
        self.backends = {key: node for key, node in self.backends.items() if not node.leaving or node.tablets > 0}

    def _do(self, action: str, key: str) -> str:
        known = self.frontends if action.endswith("FOLLOWER") else self.backends
        match action.split(maxsplit=1)[0]:
            case "ADD":
                return self._add(known, key)
            case "DROP" if key == self.leader:
                return "can not drop current master node."
            case "DROP" if key in known:
                del known[key]
            case "DECOMMISSION" if key in known:
                if sum(not node.leaving for node in known.values()) - 1 < self.replicas:
                    return (
                        "It will cause insufficient BE number if these BEs are decommissioned because the table "
                        f"ciapol.measurements requires {self.replicas} replicas."
                    )
                known[key].leaving = True
            case "CANCEL" if key in known:
                known[key].leaving = False
            case _:
                return f"{'frontend' if known is self.frontends else 'Backend'} does not exist[{key}]"
        return ""

    def _add(self, known: dict[str, Node], key: str) -> str:
        if known is self.backends and key in known:
            return f"Same backend already exists[{key}]"
        if key in known:
            return f"FE with the same host: {_host(key)} already exists"
        if known is self.frontends and self.unresolved.get(_host(key)):
            self.unresolved[_host(key)] -= 1
            return f"unknown fqdn host: {_host(key)}"
        known[key] = Node(self.looks)
        return ""


def _host(key: str) -> str:
    return key.split(":", maxsplit=1)[0]
