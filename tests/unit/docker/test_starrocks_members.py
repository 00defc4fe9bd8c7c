"""Nodes join and leave a StarRocks cluster. A fake leader manages the members like StarRocks."""

import pytest

from apps.shared.starrocks_errors import StarRocksError
from infra.resources.starrocks import nodes as starrocks_nodes
from infra.resources.starrocks.nodes import Member, NodesInputs, NodesProvider, members
from tests.unit.docker.fake_leader import Crash, FakeLeader, Node

FOLLOWERS = ["starrocks-fe-2:9010", "starrocks-fe-3:9010"]
BACKENDS = ["starrocks-be-1:9050", "starrocks-be-2:9050", "starrocks-be-3:9050"]
JOIN = [
    *(f'ALTER SYSTEM ADD FOLLOWER "{node}"' for node in FOLLOWERS),
    *(f'ALTER SYSTEM ADD BACKEND "{node}"' for node in BACKENDS),
]
THREE = NodesInputs(stack="test", service="starrocks", followers=FOLLOWERS, backends=BACKENDS)
ONE = NodesInputs(stack="test", service="starrocks", followers=[], backends=BACKENDS[:1])


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starrocks_nodes, "_LOOK_EVERY", 0.001)


@pytest.fixture
def short_time_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the time limit of waits that these tests let expire."""
    monkeypatch.setattr(starrocks_nodes, "_JOIN_SECONDS", 0.1)
    monkeypatch.setattr(starrocks_nodes, "_LEAVE_SECONDS", 0.1)


@pytest.fixture
def leader(monkeypatch: pytest.MonkeyPatch) -> FakeLeader:
    return led_by(FakeLeader(), monkeypatch)


def led_by(leader: FakeLeader, monkeypatch: pytest.MonkeyPatch) -> FakeLeader:
    monkeypatch.setattr(starrocks_nodes, "session", leader.session)
    return leader


@pytest.fixture
def cluster(leader: FakeLeader) -> FakeLeader:
    """The leader of a complete cluster: three frontends, and three backends with data."""
    NodesProvider().apply(THREE, None)
    for node in leader.backends.values():
        node.tablets = 3
    leader.statements.clear()
    return leader


def test_every_node_is_added_once_and_the_deployment_waits_for_it(leader: FakeLeader) -> None:
    NodesProvider().apply(THREE, None)
    assert leader.statements == JOIN
    assert set(leader.frontends) == {"starrocks:9010", *FOLLOWERS}
    assert set(leader.backends) == set(BACKENDS)
    assert all(node.looks < 0 for node in (*leader.frontends.values(), *leader.backends.values()))
    assert NodesProvider().find_drift(THREE) == []


def test_a_second_run_adds_nothing(cluster: FakeLeader) -> None:
    NodesProvider().apply(THREE, THREE)
    NodesProvider().apply(THREE, None)
    assert cluster.statements == []


def test_with_one_node_of_each_kind_only_the_backend_is_added(leader: FakeLeader) -> None:
    NodesProvider().apply(ONE, None)
    assert leader.statements == ['ALTER SYSTEM ADD BACKEND "starrocks-be-1:9050"']


@pytest.mark.parametrize("statements", range(1, len(JOIN) + 1))
def test_the_next_deployment_completes_a_killed_one(leader: FakeLeader, statements: int) -> None:
    leader.crash_after = statements
    with pytest.raises(Crash):
        NodesProvider().apply(THREE, None)
    NodesProvider().apply(THREE, None)
    assert leader.statements == JOIN


def test_the_deployment_waits_for_a_starting_frontend(monkeypatch: pytest.MonkeyPatch) -> None:
    leader = led_by(FakeLeader(refused_sessions=5), monkeypatch)
    NodesProvider().apply(THREE, None)
    assert leader.statements == JOIN


def test_a_follower_whose_name_does_not_resolve_yet_is_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    leader = led_by(FakeLeader(unresolved={"starrocks-fe-3": 3}), monkeypatch)
    NodesProvider().apply(THREE, None)
    assert leader.statements == JOIN


@pytest.mark.parametrize(
    ("dead", "problem"),
    [
        ("starrocks-fe-3:9010", "frontend starrocks-fe-3:9010 is not alive$"),
        ("starrocks-be-2:9050", "backend starrocks-be-2:9050 is not alive$"),
    ],
)
@pytest.mark.usefixtures("short_time_limits")
def test_the_error_names_a_node_that_never_becomes_alive(
    monkeypatch: pytest.MonkeyPatch, dead: str, problem: str
) -> None:
    led_by(FakeLeader(dead={dead}), monkeypatch)
    with pytest.raises(TimeoutError, match=f"the cluster of StarRocks was not ready within 0 s: {problem}"):
        NodesProvider().apply(THREE, None)
    assert NodesProvider().find_drift(THREE) == [problem.removesuffix("$")]


@pytest.mark.usefixtures("short_time_limits")
def test_the_error_names_a_node_that_cannot_be_added_and_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    led_by(FakeLeader(unresolved={"starrocks-fe-2": 10**6}), monkeypatch)
    with pytest.raises(TimeoutError, match=r'ADD FOLLOWER "starrocks-fe-2:9010"`: unknown fqdn host: starrocks-fe-2'):
        NodesProvider().apply(THREE, None)


def test_nodes_removed_from_the_settings_leave_and_the_deployment_waits(cluster: FakeLeader) -> None:
    NodesProvider().apply(ONE, THREE)
    assert cluster.statements == [
        *(f'ALTER SYSTEM DROP FOLLOWER "{node}"' for node in FOLLOWERS),
        *(f'ALTER SYSTEM DECOMMISSION BACKEND "{node}"' for node in BACKENDS[1:]),
    ]
    assert list(cluster.frontends) == ["starrocks:9010"]
    assert list(cluster.backends) == BACKENDS[:1]


@pytest.mark.parametrize("statements", range(1, 5))
def test_the_next_deployment_completes_a_killed_removal(cluster: FakeLeader, statements: int) -> None:
    cluster.crash_after = statements
    with pytest.raises(Crash):
        NodesProvider().apply(ONE, THREE)
    NodesProvider().apply(ONE, THREE)
    assert len(cluster.statements) == 4
    assert list(cluster.backends) == BACKENDS[:1]


@pytest.mark.usefixtures("short_time_limits")
def test_a_backend_that_keeps_tablets_fails_the_deployment_before_its_deletion(cluster: FakeLeader) -> None:
    cluster.backends["starrocks-be-3:9050"].tablets = 10**6
    with pytest.raises(TimeoutError, match=r"backend starrocks-be-3:9050 still holds \d+ tablets"):
        NodesProvider().apply(ONE, THREE)


def test_a_backend_that_tables_need_stays_and_the_error_says_why(cluster: FakeLeader) -> None:
    cluster.replicas = 3
    with pytest.raises(StarRocksError, match=r"starrocks-be-2:9050.*measurements requires 3 replicas"):
        NodesProvider().apply(ONE, THREE)
    assert set(cluster.backends) == set(BACKENDS)


def test_the_leader_is_not_removed(cluster: FakeLeader) -> None:
    cluster.leader = "starrocks-fe-2:9010"
    with pytest.raises(StarRocksError, match="can not drop current master node"):
        NodesProvider().apply(ONE, THREE)


def test_the_decommission_of_a_desired_backend_is_cancelled(cluster: FakeLeader) -> None:
    cluster.backends["starrocks-be-3:9050"] = Node(-1, tablets=10**6, leaving=True)
    assert NodesProvider().find_drift(THREE) == ["backend starrocks-be-3:9050 is being removed"]
    NodesProvider().apply(THREE, THREE)
    assert cluster.statements == ['CANCEL DECOMMISSION BACKEND "starrocks-be-3:9050"']
    assert NodesProvider().find_drift(THREE) == []


@pytest.mark.parametrize("declared", [ONE, THREE])
def test_drift_names_members_that_a_person_added_and_the_next_up_keeps_them(
    leader: FakeLeader, declared: NodesInputs
) -> None:
    NodesProvider().apply(declared, None)
    leader.statements.clear()
    leader.frontends |= {"follower:9010": Node(-1), "observer:9010": Node(-1)}
    leader.backends["other:9050"] = Node(-1, tablets=3)
    leader.compute_nodes.append("compute:9050")
    leader.brokers.append("broker:8000")
    drift = [
        "frontend follower:9010 is a member, but not declared",
        "frontend observer:9010 is a member, but not declared",
        "backend other:9050 is a member, but not declared",
        "compute node compute:9050 is a member, but not declared",
        "broker by_hand broker:8000 is a member, but not declared",
    ]
    assert NodesProvider().find_drift(declared) == drift
    NodesProvider().apply(declared, declared)
    assert leader.statements == []
    assert NodesProvider().find_drift(declared) == drift


def test_the_first_frontend_is_declared_whatever_its_name(leader: FakeLeader) -> None:
    leader.frontends = {"172.18.0.2:9010": Node(-1)}
    NodesProvider().apply(ONE, None)
    assert NodesProvider().find_drift(ONE) == []


def test_drift_names_dropped_nodes_and_an_unreachable_frontend(cluster: FakeLeader) -> None:
    del cluster.backends["starrocks-be-2:9050"]
    del cluster.frontends["starrocks-fe-3:9010"]
    assert NodesProvider().find_drift(THREE) == [
        "frontend starrocks-fe-3:9010 is not a member",
        "backend starrocks-be-2:9050 is not a member",
    ]
    cluster.refused_sessions = 1
    assert NodesProvider().find_drift(THREE) == ["StarRocks at 127.0.0.1:9030: Can't connect to MySQL server"]


def test_a_new_instance_of_a_node_is_an_update() -> None:
    before = THREE.model_copy(update={"instances": {"starrocks-be-1": "1"}}).model_dump()
    after = THREE.model_copy(update={"instances": {"starrocks-be-1": "2"}}).model_dump()
    change = NodesProvider().diff("", before, after)
    assert (change.changes, change.replaces) == (True, [])


def test_members_are_identified_by_host_and_port() -> None:
    leader = FakeLeader(dead={"starrocks-be-2:9050"})
    leader.backends = {"starrocks-be-1:9050": Node(0, 7, leaving=True), "starrocks-be-2:9050": Node(0)}
    found = members(leader)
    assert found.frontends == {"starrocks:9010": Member(alive=True)}
    assert found.backends == {
        "starrocks-be-1:9050": Member(alive=True, leaving=True, tablets=6),
        "starrocks-be-2:9050": Member(alive=False),
    }
