import pymysql
import pytest

from apps.web.settings import Settings
from apps.web.starrocks import NoBackendAlive, Pool, StarRocksRefused, StarRocksUnavailable

Answer = Exception | int


class FakeCursor:
    description = (("n",),)

    def __init__(self, answers: list[Answer]) -> None:
        self.answers = answers
        self.row: tuple[int, ...] = ()

    def __enter__(self) -> "FakeCursor":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def execute(self, sql: str, parameters: object) -> int:
        answer: Answer = 0 if sql.startswith("SET ") else self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        self.row = (answer,)
        return 1

    def fetchall(self) -> list[tuple[int, ...]]:
        return [self.row]


class FakeConnection:
    open = True

    def __init__(self, answers: list[Answer]) -> None:
        self.answers = answers

    def cursor(self) -> FakeCursor:
        return FakeCursor(self.answers)

    def close(self) -> None:
        self.open = False


def pool(settings: Settings, monkeypatch: pytest.MonkeyPatch, answers: list[Answer]) -> Pool:
    monkeypatch.setattr("apps.shared.starrocks.pymysql.connect", lambda **_: FakeConnection(answers))
    return Pool(settings)


def busy() -> Exception:
    return pymysql.ProgrammingError(1064, "StarRocks planner use long time 3000 ms in logical phase, This probably …")


def lost() -> Exception:
    return pymysql.OperationalError(2013, "Lost connection to MySQL server during query")


def test_a_query_after_a_planner_timeout_is_retried(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pool(settings, monkeypatch, [busy(), busy(), 7]).query("SELECT 7 AS n") == [{"n": 7}]


def test_the_query_is_rejected_if_the_planner_stays_busy(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = settings.model_copy(update={"starrocks_wait_seconds": 0.3})
    answers: list[Answer] = [busy() for _ in range(1000)]
    with pytest.raises(StarRocksRefused, match="planner"):
        pool(patient, monkeypatch, answers).query("SELECT 7 AS n")
    assert len(answers) < 999


def test_queries_are_not_retried_after_other_errors(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Answer] = [pymysql.ProgrammingError(1064, "Getting syntax error"), 7]
    with pytest.raises(StarRocksRefused, match="syntax"):
        pool(settings, monkeypatch, answers).query("SELECT 7 AS n")
    assert answers == [7]


def test_a_dead_connection_is_replaced_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = pool(settings, monkeypatch, [1, lost(), 2, lost(), lost(), 3])
    assert [reads.query("SELECT n") for _ in range(2)] == [[{"n": 1}], [{"n": 2}]]
    with pytest.raises(StarRocksUnavailable, match="Lost connection"):
        reads.query("SELECT n")
    assert reads.state().open == 0
    assert reads.query("SELECT n") == [{"n": 3}]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (
            1064,
            "Backend node not found. Check if any backend node is down.backend: [be alive: false inBlacklist: false]",
        ),
        (1064, "Compute node not found. Check if any compute node is down."),
        (10005, "No alive backend or compute node in warehouse default_warehouse."),
        (1064, "No backend alive."),
    ],
)
def test_without_a_live_backend_starrocks_is_unavailable(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, code: int, text: str
) -> None:
    with pytest.raises(NoBackendAlive, match="StarRocks has no living backend"):
        pool(settings, monkeypatch, [pymysql.InternalError(code, text)]).query("SELECT 1")
