"""The import from a server with MongoDB's protocol: FerretDB with SQLite, built from its Go module."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bson import ObjectId
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import PyMongoError

from apps.liontrack.producers.events import Event
from apps.liontrack.producers.mongodb import ImportFailed, Progress, import_all
from apps.shared.polling import Pending, poll
from tests.integration.liontrack.lake import Lake
from tests.waiting import PATIENCE

pytestmark = pytest.mark.integration

MODULE = Path(__file__).with_name("ferretdb")
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kappastack" / "go"
AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
LIONS, USERS, CHALLENGES, WEIGHTS = 700, 300, 400, 1200


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FerretDB, with the module versions of `go.sum`."""
    if shutil.which("go") is None:
        pytest.skip("no go on the PATH")
    built = tmp_path_factory.mktemp("go") / "ferretdb"
    places = {"GOMODCACHE": str(CACHE / "mod"), "GOCACHE": str(CACHE / "build"), "GOFLAGS": "-mod=readonly"}
    command = ["go", "build", "-buildvcs=false", "-o", str(built), "."]
    subprocess.run(command, cwd=MODULE, env={**os.environ, **places}, check=True, timeout=1200)
    return built


@pytest.fixture(scope="module")
def uri(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server."""
    folder = tmp_path_factory.mktemp("ferretdb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, address, folder], stdout=log, stderr=log)
    found = f"mongodb://{address}/liontrack"

    def answers() -> Pending | None:
        try:
            with MongoClient[dict[str, object]](found, serverSelectionTimeoutMS=500) as client:
                client.admin.command("ping")
        except PyMongoError as error:
            return Pending(str(error))
        return None

    try:
        poll(answers, within=PATIENCE, what="FerretDB", pause=0.2)
        yield found
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def database(uri: str) -> Iterator[Database[dict[str, object]]]:
    """Documents as Mongoose stores them."""
    with MongoClient[dict[str, object]](uri, tz_aware=True) as client:
        client.drop_database("liontrack")
        found = client.get_default_database()
        found["lions"].insert_many(
            [
                {"_id": ObjectId(), "name": f"L{n}", "position": {"lat": n / 100, "lng": 30.0}, "lastUpdate": AT}
                for n in range(LIONS)
            ]
        )
        found["users"].insert_many([{"_id": ObjectId(), "username": f"U{n}"} for n in range(USERS)])
        found["challenges"].insert_many(
            [{"_id": ObjectId(), "user": ObjectId(), "status": "completed", "updatedAt": AT} for n in range(CHALLENGES)]
        )
        found["weights"].insert_many(
            [
                {
                    "_id": ObjectId(),
                    "lion": ObjectId(),
                    "weight": 150 + n / 10,
                    "unit": "kg",
                    "date": AT + timedelta(seconds=n),
                }
                for n in range(WEIGHTS)
            ]
        )
        yield found


class Stopping:
    """Stores events. The user requests a stop after some of them."""

    def __init__(self, stop_after: int) -> None:
        self.events: list[Event] = []
        self._left = stop_after

    def publish(self, event: Event) -> bool:
        if self._left == 0:
            return False
        self._left -= 1
        self.events.append(event)
        return True

    def flush(self) -> bool:
        return True


def test_an_interrupted_import_continues_and_stores_each_document_once(
    uri: str, database: Database[dict[str, object]], lake: Lake, tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    notes: list[str] = []
    runs = 0
    while True:
        runs += 1
        sink = Stopping(stop_after=640)
        counts = import_all(uri, "", sink, Progress.load(state), skip_bad=False, note=notes.append)
        lake.store(sink.events)
        if counts.complete:
            break
        assert runs < 20
    assert runs > 3
    for table, number in (
        ("lions_raw", LIONS),
        ("users_raw", USERS),
        ("challenges_raw", CHALLENGES),
        ("weights_raw", WEIGHTS),
    ):
        assert lake.query(f"SELECT COUNT(*) AS n FROM liontrack_bronze.{table}") == [{"n": number}]
    [lion] = lake.query("SELECT * FROM liontrack_bronze.lions_raw WHERE name = 'L12'")
    known = database["lions"].find_one({"name": "L12"})
    assert known is not None
    assert (lion["lion_id"], lion["position_lat"], lion["last_update"]) == (
        str(known["_id"]),
        0.12,
        AT.replace(tzinfo=None),
    )
    again = Stopping(stop_after=10_000)
    assert import_all(uri, "", again, Progress.load(state), skip_bad=False, note=notes.append).published == 0


def test_a_document_that_is_no_event_is_named_and_can_be_skipped(
    uri: str, database: Database[dict[str, object]]
) -> None:
    database["weights"].insert_one({"_id": ObjectId("f" * 24), "lion": "x", "weight": "heavy"})
    with pytest.raises(ImportFailed, match=r"weights f{24}: weight or value: found 'heavy'; expected a number"):
        import_all(uri, "", Stopping(10_000), Progress(None), skip_bad=False, note=lambda _: None)
    notes: list[str] = []
    counts = import_all(uri, "", Stopping(10_000), Progress(None), skip_bad=True, note=notes.append)
    assert (counts.published, counts.skipped) == (LIONS + USERS + CHALLENGES + WEIGHTS, 1)
    assert any("weights ffffff" in line for line in notes)


def test_errors_name_the_server_and_a_damaged_state_file(tmp_path: Path) -> None:
    nowhere = "mongodb://127.0.0.1:1/liontrack"
    with pytest.raises(ImportFailed, match="MongoDB: "):
        import_all(nowhere, "", Stopping(1), Progress(None), skip_bad=False, note=lambda _: None)
    (tmp_path / "state").write_text("{")
    with pytest.raises(ImportFailed, match="delete it to start again"):
        Progress.load(tmp_path / "state")
