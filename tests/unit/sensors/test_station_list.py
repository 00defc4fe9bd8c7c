"""The list of stations."""

from pathlib import Path

import pytest

from apps.ciapol.sensors.stations import StationRow, StationsError, read_stations

HEADER = "id,name,latitude,longitude,commune"
SHIPPED = Path(__file__).parents[3] / "apps/ciapol/sensors/data/stations.csv"


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_station_has_the_values_of_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "s.csv", HEADER, "ABJ-001,Plateau,5.3237,-4.0205,Le Plateau", "ABJ-002,Port,,,")
    assert read_stations(path) == [
        StationRow(id="ABJ-001", name="Plateau", latitude=5.3237, longitude=-4.0205, commune="Le Plateau"),
        StationRow(id="ABJ-002", name="Port"),
    ]
    assert read_stations(path)[1].time_zone == "Africa/Abidjan"


def test_the_shipped_stations_are_those_of_the_sample() -> None:
    stations = read_stations(SHIPPED)
    assert [station.id for station in stations] == [
        "Aotizhongxin",
        "Changping",
        "Dingling",
        "Dongsi",
        "Guanyuan",
        "Gucheng",
        "Nongzhanguan",
        "Shunyi",
        "Wanshouxigong",
    ]
    assert {(station.time_zone, station.demonstration) for station in stations} == {("Asia/Shanghai", "Pékin")}
    assert {station.reference_temperature for station in stations} == {0.0}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("A B,x,,,", "line 2, field id: found 'A B', expected 1 to 64 letters"),
        (".1,x,,,", "line 2, field id: found '.1', expected"),
        (",x,,,", "line 2, field id: found '', expected"),
        ("A,,,,", "line 2, field name: found '', expected 1 to 255 bytes"),
        (f"A,{'é' * 128},,,", "line 2, field name: found 'é"),
        ("A,x,91,0,", "line 2, field latitude: found '91', expected less than or equal to 90"),
        ("A,x,5.3,west,", "line 2, field longitude: found 'west', expected degrees as a decimal number"),
        ("A,x,nan,0,", "line 2, field latitude: found 'nan', expected degrees"),
        ("A,x,5.3,,", "line 2, field latitude, longitude: found '5.3, ', expected latitude and longitude together"),
        ("A,x,,", "line 2: found 4 cells, expected 5"),
    ],
)
def test_the_error_for_a_bad_line_names_field_value_and_expectation(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(StationsError) as caught:
        read_stations(write(tmp_path / "s.csv", HEADER, line))
    assert message in str(caught.value)


@pytest.mark.parametrize(("cell", "expected"), [("", 25.0), ("0", 0.0), ("20", 20.0), ("-12.5", -12.5)])
def test_a_reference_temperature_is_read_and_25_by_default(tmp_path: Path, cell: str, expected: float) -> None:
    path = write(tmp_path / "s.csv", f"{HEADER},reference_temperature", f"A,x,,,,{cell}")
    assert read_stations(path)[0].reference_temperature == expected


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("warm", "found 'warm', expected °C as a decimal number such as 20, or nothing"),
        ("nan", "found 'nan', expected °C"),
        ("298.15", "found '298.15', expected less than or equal to 50"),
        ("-51", "found '-51', expected greater than or equal to -50"),
    ],
)
def test_a_wrong_reference_temperature_is_refused(tmp_path: Path, cell: str, message: str) -> None:
    path = write(tmp_path / "s.csv", f"{HEADER},reference_temperature", f"A,x,,,,{cell}")
    with pytest.raises(StationsError, match="line 2, field reference_temperature") as caught:
        read_stations(path)
    assert message in str(caught.value)


def test_all_bad_lines_are_reported_together(tmp_path: Path) -> None:
    path = write(tmp_path / "s.csv", f"{HEADER},time_zone", "A,x,,,,Abidjan", "A,x,,,,", "A,y,,,,", "B,,1,,,")
    with pytest.raises(StationsError) as caught:
        read_stations(path)
    lines = str(caught.value).splitlines()
    assert "line 2, field time_zone: found 'Abidjan'" in lines[0]
    assert "line 4, field id: found 'A', which line 3 has already" in lines[1]
    assert "line 5, field name" in lines[2]


@pytest.mark.parametrize("header", ["id,name", f"{HEADER},altitude", f"{HEADER},id", ""])
def test_unknown_columns_are_rejected(tmp_path: Path, header: str) -> None:
    with pytest.raises(StationsError, match=r"line 1: found columns .* expected id, name"):
        read_stations(write(tmp_path / "s.csv", header))


def test_the_error_names_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(StationsError, match=r"none\.csv"):
        read_stations(tmp_path / "none.csv")
