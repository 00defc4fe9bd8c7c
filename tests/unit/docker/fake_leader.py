"""A fake of StarRocks' leader frontend, limited to cluster membership: its tables, statements and errors.

Its error messages are those of StarRocks' `NodeMgr`, `SystemInfoService` and `SystemHandler`.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from apps.shared.starrocks_errors import StarRocksError

_STATEMENT = re.compile(r'^(?:ALTER SYSTEM )?(\w+(?: DECOMMISSION)? (?:FOLLOWER|BACKEND)) "([^":]+:\d+)"$')


class Crash(Exception):
    """The deployment is killed."""


@dataclass
class Node:
    """A member: the number of queries until it is alive, and the number of its tablets."""

    looks: int
    tablets: int = 0
    leaving: bool = False


@dataclass
class FakeLeader:
    """Stores the members of the cluster.

    Args:
        looks: number of queries before a new member is alive.
        refused_sessions: number of sessions that fail before the first opens, as during the start of the frontend.
        unresolved: hosts whose names do not resolve yet, each with the number of attempts until they do.
        dead: nodes that never become alive.
        leader: the leader frontend.
        replicas: number of backends that the tables need.
        crash_after: number of statements after which the deployment is killed.
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
    compute_nodes: list[str] = field(default_factory=list)
    brokers: list[str] = field(default_factory=list)
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
        """The rows of a statement that lists members, all values as text."""
        if statement == "SHOW FRONTENDS":
            return [
                {"Id": str(number), "Name": f"{_host(key)}_9010_17", "IP": _host(key), "EditLogPort": key.split(":")[1]}
                | {"Role": "LEADER" if key == self.leader else "FOLLOWER", "Alive": self._alive(key, node)}
                for number, (key, node) in enumerate(self.frontends.items(), 1)
            ]
        if statement == "SHOW COMPUTE NODES":
            return [
                {"ComputeNodeId": "10101", "IP": _host(key), "HeartbeatPort": key.split(":")[1]}
                for key in self.compute_nodes
            ]
        if statement == "SHOW BROKER":
            return [{"Name": "by_hand", "IP": _host(key), "Port": key.split(":")[1]} for key in self.brokers]
        assert statement == "SHOW BACKENDS"
        self._move()
        return [
            {"BackendId": "10001", "IP": _host(key), "HeartbeatPort": key.split(":")[1]}
            | {"Alive": self._alive(key, node), "TabletNum": str(node.tablets)}
            | {"SystemDecommissioned": str(node.leaving).lower()}
            for key, node in self.backends.items()
        ]

    def execute(self, statement: str) -> Sequence[tuple[str, ...]]:
        """Run an ALTER SYSTEM statement about a member."""
        match = _STATEMENT.match(statement)
        assert match, statement
        if problem := self._do(match[1], match[2]):
            raise StarRocksError(f"StarRocks refused `{statement}`: {problem}")
        self.statements.append(statement)
        if self.crash_after == len(self.statements):
            self.crash_after = None
            raise Crash(statement)
        return []

    def _alive(self, key: str, node: Node) -> str:
        node.looks -= 1
        return str(node.looks < 0 and key not in self.dead).lower()

    def _move(self) -> None:
        """Move one tablet away from each backend that is being decommissioned, and drop it when it has none left."""
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
