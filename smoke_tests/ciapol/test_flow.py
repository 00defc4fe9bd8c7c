"""Valid events: from Pulsar through StarRocks and the API to the page's server."""

from datetime import UTC, datetime, timedelta

import httpx

from smoke_tests.ciapol.scenario import Event, Scenario
from smoke_tests.ciapol.store import Row, Store
from smoke_tests.outputs import ProductOutputs
from smoke_tests.waiting import wait_until

QUANTITIES = ("pm25", "pm10", "so2", "no2", "o3", "co", "temperature", "pressure", "humidity", "wind_speed")


def _values(event: Event) -> list[object]:
    return [event.get(name) for name in QUANTITIES]


def _utc(value: object) -> datetime:
    assert isinstance(value, datetime)
    return value.replace(tzinfo=UTC)


def _measurements(store: Store, station: str, count: int, within: float) -> list[Row]:
    return wait_until(
        f"{count} rows of station {station} in sensor_measurements_zeta",
        lambda: store.measurements(station),
        lambda rows: len(rows) >= count,
        within,
    )


def _raw(store: Store, station: str, count: int, within: float) -> list[Row]:
    return wait_until(
        f"{count} messages of station {station} in raw_measurements_zeta",
        lambda: store.raw(station),
        lambda rows: len(rows) >= count,
        within,
    )


def test_events_become_rows_with_their_values(scenario: Scenario, store: Store, within: float) -> None:
    """Measured values are numbers, missing ones are NULL."""
    rows = _measurements(store, scenario.station, len(scenario.good), within)
    assert [row["event_id"] for row in rows] == [event["event_id"] for event in scenario.good]
    for row, event in zip(rows, scenario.good, strict=True):
        assert _utc(row["measured_at"]) == datetime.fromisoformat(str(event["measured_at"]))
        assert [row[name] for name in QUANTITIES] == _values(event)
        assert abs(_utc(row["published_at"]) - scenario.now) < timedelta(minutes=5)


def test_every_message_is_stored_unchanged(scenario: Scenario, store: Store, within: float) -> None:
    """The raw table contains every message, including duplicates."""
    for station in (scenario.station, scenario.twice):
        sent = sorted(payload.decode() for key, payload in scenario.published if key == station)
        rows = _raw(store, station, len(sent), within)
        assert sorted(str(row["payload"]) for row in rows) == sent
        assert {row["station_id"] for row in rows} == {station}


def test_a_repeated_event_is_one_row(scenario: Scenario, store: Store, within: float) -> None:
    """Events with equal station and time are duplicates."""
    rows = _measurements(store, scenario.twice, 2, within)
    assert [row["event_id"] for row in rows].count(scenario.repeated["event_id"]) == 1
    assert len(rows) == 2


def test_a_later_event_with_the_same_time_replaces_the_row(scenario: Scenario, store: Store, within: float) -> None:
    """The later event replaces the whole row: a value that the correction lacks becomes NULL."""
    _, correction = scenario.corrected
    rows = wait_until(
        f"the corrected row of station {scenario.twice}",
        lambda: [row for row in store.measurements(scenario.twice) if row["event_id"] == correction["event_id"]],
        lambda rows: len(rows) == 1 and rows[0]["pm25"] == correction["pm25"],
        within,
    )
    assert [rows[0][name] for name in QUANTITIES] == _values(correction)


def test_the_api_finds_an_unregistered_station_by_its_id(
    scenario: Scenario, ciapol: ProductOutputs, http: httpx.Client, within: float
) -> None:
    """The response contains the newest measurement and marks the station as unregistered."""
    newest = scenario.good[-1]
    station = _station(http, f"{ciapol.api_url}/api", scenario, within)
    assert station["registered"] is False
    assert station["name"] is None
    latest = station["latest"]
    assert isinstance(latest, dict)
    assert [latest[name] for name in QUANTITIES] == _values(newest)


def test_the_page_server_forwards_api_requests(
    scenario: Scenario, page_api: str, http: httpx.Client, within: float
) -> None:
    """The browser sends requests to no other server."""
    station = _station(http, page_api, scenario, within)
    assert station["station_id"] == scenario.station


def test_the_api_returns_measurements_of_a_time_range(
    scenario: Scenario, ciapol: ProductOutputs, http: httpx.Client, within: float
) -> None:
    """The API returns each measurement of a time range."""
    question = {"from": _iso(scenario.minutes_ago(10)), "to": _iso(scenario.now), "interval": "raw"}
    address = f"{ciapol.api_url}/api/v1/stations/{scenario.station}/measurements"

    def ask() -> list[dict[str, object]]:
        answer = http.get(address, params=question)
        if answer.status_code == httpx.codes.NOT_FOUND:  # The station has no data yet.
            return []
        answer.raise_for_status()
        items: list[dict[str, object]] = answer.json()["items"]
        return items

    items = wait_until("the measurements from the API", ask, lambda items: len(items) >= len(scenario.good), within)
    assert [item["measured_at"] for item in items] == [event["measured_at"] for event in scenario.good]
    assert [[item[name] for name in QUANTITIES] for item in items] == [_values(event) for event in scenario.good]


def test_lists_exclude_test_stations(
    scenario: Scenario, ciapol: ProductOutputs, store: Store, http: httpx.Client, within: float
) -> None:
    """Users see only real stations, even while rows of a test exist."""
    _measurements(store, scenario.station, len(scenario.good), within)
    cursor: str | None = None
    while True:
        parameters = {"limit": "100"} | ({} if cursor is None else {"cursor": cursor})
        answer = http.get(f"{ciapol.api_url}/api/v1/stations", params=parameters)
        answer.raise_for_status()
        assert not [item for item in answer.json()["items"] if item["station_id"] in scenario.stations]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _station(http: httpx.Client, server: str, scenario: Scenario, within: float) -> dict[str, object]:
    newest = scenario.good[-1]["measured_at"]

    def ask() -> dict[str, object]:
        answer = http.get(f"{server}/v1/stations/{scenario.station}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return {}
        answer.raise_for_status()
        station: dict[str, object] = answer.json()
        return station

    return wait_until(
        f"station {scenario.station} with its measurement of {newest} from {server}",
        ask,
        lambda station: station.get("last_measured_at") == newest,
        within,
    )
