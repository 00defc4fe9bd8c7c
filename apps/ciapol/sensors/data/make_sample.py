"""Extracts the shipped sample from the published files: the unchanged rows of the last days of each station.

Run: python apps/ciapol/sensors/data/make_sample.py FOLDER_OF_THE_PUBLISHED_FILES
"""

import argparse
import csv
import io
import lzma
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

DAYS = 61


def main() -> None:
    """Write `beijing-sample.csv.xz` beside this file and print a summary of its content."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="the folder with PRSA_Data_*.csv.xz")
    source: Path = parser.parse_args().source
    paths = sorted(source.glob("PRSA_Data_*.csv.xz"))
    if not paths:
        parser.error(f"source: {source} has no PRSA_Data_*.csv.xz")
    header = _header(paths[0])
    rows = sorted((row for path in paths for row in _last_days(path, header)), key=lambda row: _hour(row, header))
    target = Path(__file__).with_name("beijing-sample.csv.xz")
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    target.write_bytes(lzma.compress(text.getvalue().encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{target.name}: {len(rows)} rows of {len(paths)} stations, {target.stat().st_size} bytes")  # noqa: T201


def _header(path: Path) -> list[str]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as text:
        return next(csv.reader(text))


def _last_days(path: Path, header: list[str]) -> Iterator[list[str]]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as text:
        reader = csv.reader(text)
        if next(reader) != header:
            raise ValueError(f"{path}: its columns differ from the other files'")
        rows = list(reader)
    last = max(_hour(row, header) for row in rows)
    return (row for row in rows if _hour(row, header) > last - timedelta(days=DAYS))


def _hour(row: list[str], header: list[str]) -> datetime:
    year, month, day, hour = (int(row[header.index(name)]) for name in ("year", "month", "day", "hour"))
    return datetime(year, month, day, hour)  # noqa: DTZ001 - only compared with times of the same clock


if __name__ == "__main__":
    main()
