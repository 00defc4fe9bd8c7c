"""How nodes join StarRocks' cluster and leave it, against a leader that keeps members as StarRocks does."""

import pytest

from apps.shared.starrocks import StarRocksError
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
def given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not happen is waited for for a moment."""
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
    """Three of each; data on all backends."""
    NodesProvider().apply(THREE, None)
    for node in leader.backends.values():
        node.tablets = 3
    leader.statements.clear()
    return leader


def test_a_new_cluster_gets_every_node_once_and_is_waited_for(leader: FakeLeader) -> None:
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


def test_one_of_each_needs_a_backend_only(leader: FakeLeader) -> None:
    NodesProvider().apply(ONE, None)
    assert leader.statements == ['ALTER SYSTEM ADD BACKEND "starrocks-be-1:9050"']


@pytest.mark.parametrize("statements", range(1, len(JOIN) + 1))
def test_what_was_killed_on_the_way_is_finished_by_the_next(leader: FakeLeader, statements: int) -> None:
    leader.crash_after = statements
    with pytest.raises(Crash):
        NodesProvider().apply(THREE, None)
    NodesProvider().apply(THREE, None)
    assert leader.statements == JOIN


def test_a_frontend_that_still_starts_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    leader = led_by(FakeLeader(refused_sessions=5), monkeypatch)
    NodesProvider().apply(THREE, None)
    assert leader.statements == JOIN


def test_a_follower_whose_name_is_not_known_yet_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    leader = led_by(FakeLeader(unresolved={"starrocks-fe-3": 3}), monkeypatch)
    NodesProvider().apply(THREE, None)
    assert leader.statements == JOIN


@pytest.mark.parametrize(
    ("dead", "complaint"),
    [
        ("starrocks-fe-3:9010", "frontend starrocks-fe-3:9010 is not alive$"),
        ("starrocks-be-2:9050", "backend starrocks-be-2:9050 is not alive$"),
    ],
)
@pytest.mark.usefixtures("given_up")
def test_a_node_that_does_not_come_alive_is_named(monkeypatch: pytest.MonkeyPatch, dead: str, complaint: str) -> None:
    led_by(FakeLeader(dead={dead}), monkeypatch)
    with pytest.raises(TimeoutError, match=f"the cluster of StarRocks was not ready within 0 s: {complaint}"):
        NodesProvider().apply(THREE, None)
    assert NodesProvider().find_drift(THREE) == [complaint.removesuffix("$")]


@pytest.mark.usefixtures("given_up")
def test_a_node_that_cannot_be_added_is_named_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    led_by(FakeLeader(unresolved={"starrocks-fe-2": 10**6}), monkeypatch)
    with pytest.raises(TimeoutError, match=r'ADD FOLLOWER "starrocks-fe-2:9010"`: unknown fqdn host: starrocks-fe-2'):
        NodesProvider().apply(THREE, None)


def test_nodes_taken_out_of_the_settings_leave_and_are_waited_for(cluster: FakeLeader) -> None:
    NodesProvider().apply(ONE, THREE)
    assert cluster.statements == [
        *(f'ALTER SYSTEM DROP FOLLOWER "{node}"' for node in FOLLOWERS),
        *(f'ALTER SYSTEM DECOMMISSION BACKEND "{node}"' for node in BACKENDS[1:]),
    ]
    assert list(cluster.frontends) == ["starrocks:9010"]
    assert list(cluster.backends) == BACKENDS[:1]


@pytest.mark.parametrize("statements", range(1, 5))
def test_leaving_that_was_killed_on_the_way_is_finished_by_the_next(cluster: FakeLeader, statements: int) -> None:
    cluster.crash_after = statements
    with pytest.raises(Crash):
        NodesProvider().apply(ONE, THREE)
    NodesProvider().apply(ONE, THREE)
    assert len(cluster.statements) == 4
    assert list(cluster.backends) == BACKENDS[:1]


@pytest.mark.usefixtures("given_up")
def test_a_backend_whose_data_do_not_get_away_keeps_the_deployment_from_deleting_it(cluster: FakeLeader) -> None:
    cluster.backends["starrocks-be-3:9050"].tablets = 10**6
    with pytest.raises(TimeoutError, match=r"backend starrocks-be-3:9050 still holds \d+ tablets"):
        NodesProvider().apply(ONE, THREE)


def test_a_backend_that_tables_need_stays_and_the_reason_is_told_at_once(cluster: FakeLeader) -> None:
    cluster.replicas = 3
    with pytest.raises(StarRocksError, match=r"starrocks-be-2:9050.*measurements requires 3 replicas"):
        NodesProvider().apply(ONE, THREE)
    assert set(cluster.backends) == set(BACKENDS)


def test_the_frontend_that_leads_does_not_leave(cluster: FakeLeader) -> None:
    cluster.leader = "starrocks-fe-2:9010"
    with pytest.raises(StarRocksError, match="can not drop current master node"):
        NodesProvider().apply(ONE, THREE)


def test_a_backend_that_was_about_to_leave_and_is_wanted_again_stays(cluster: FakeLeader) -> None:
    cluster.backends["starrocks-be-3:9050"] = Node(-1, tablets=10**6, leaving=True)
    assert NodesProvider().find_drift(THREE) == ["backend starrocks-be-3:9050 is about to leave"]
    NodesProvider().apply(THREE, THREE)
    assert cluster.statements == ['CANCEL DECOMMISSION BACKEND "starrocks-be-3:9050"']
    assert NodesProvider().find_drift(THREE) == []


def test_drift_names_who_was_dropped_and_what_does_not_answer(cluster: FakeLeader) -> None:
    del cluster.backends["starrocks-be-2:9050"]
    del cluster.frontends["starrocks-fe-3:9010"]
    assert NodesProvider().find_drift(THREE) == [
        "frontend starrocks-fe-3:9010 is no member",
        "backend starrocks-be-2:9050 is no member",
    ]
    cluster.refused_sessions = 1
    assert NodesProvider().find_drift(THREE) == ["StarRocks at 127.0.0.1:9030: Can't connect to MySQL server"]


def test_another_process_of_a_node_is_a_change_that_is_waited_for() -> None:
    before = THREE.model_copy(update={"instances": {"starrocks-be-1": "1"}}).model_dump()
    after = THREE.model_copy(update={"instances": {"starrocks-be-1": "2"}}).model_dump()
    change = NodesProvider().diff("", before, after)
    assert (change.changes, change.replaces) == (True, [])


def test_members_are_told_by_name_and_port() -> None:
    leader = FakeLeader(dead={"starrocks-be-2:9050"})
    leader.backends = {"starrocks-be-1:9050": Node(0, 7, leaving=True), "starrocks-be-2:9050": Node(0)}
    found = members(leader)
    assert found.frontends == {"starrocks:9010": Member(alive=True)}
    assert found.backends == {
        "starrocks-be-1:9050": Member(alive=True, leaving=True, tablets=6),
        "starrocks-be-2:9050": Member(alive=False),
    }
