from collections.abc import Callable

import pandas as pd

from tests.unit.sql import edges

AqiQuery = Callable[[pd.DataFrame, str, str], pd.DataFrame]


def test_both_sides_of_every_edge_are_exact(aqi_query: AqiQuery) -> None:
    cases = list(edges.cases())
    assert len(cases) == len({case.station_id for case in cases}) > 150
    measurements = pd.concat([case.measurements() for case in cases], ignore_index=True)
    found = aqi_query(measurements, "2026-01-31 12:00:00", "2026-01-31 13:00:00").set_index("station_id")
    assert len(found) == len(cases)
    assert edges.wrong(found, cases) == {}


def test_a_wrong_index_would_be_found(aqi_query: AqiQuery) -> None:
    [case] = [case for case in edges.cases() if case.station_id == "pm25 at 9.0"]
    found = aqi_query(case.measurements(), "2026-01-31 12:00:00", "2026-01-31 13:00:00").set_index("station_id")
    other = edges.Case(case.station_id, case.pollutant, 51, case.newest_first)
    assert edges.wrong(found, [case]) == {}
    assert edges.wrong(found, [other]) == {"pm25 at 9.0": (50, 51)}
