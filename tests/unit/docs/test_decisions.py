"""The form of the decision records in docs/decisions, and their index."""

import re
from datetime import date
from pathlib import Path

import pytest

from infra.settings import ROOT

FOLDER = ROOT / "docs" / "decisions"
INDEX = FOLDER / "README.md"
RECORDS = sorted(path for path in FOLDER.glob("*.md") if path != INDEX)
HEADINGS = ["Status", "Date", "Context", "Decision", "Consequences", "Options considered", "When not to"]
LONGEST_LINE = 100
HEADING = re.compile(r"^\*\*(?P<name>[^*]+)\.\*\*", re.MULTILINE)
STATUS = re.compile(r"^(Accepted|Superseded by \[\d{3}\]\((?P<successor>[^)]+)\))$")


def sections(path: Path) -> dict[str, str]:
    """The text of each section by its heading, in the order of the file."""
    text = path.read_text()
    headings = list(HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    return {heading["name"]: text[heading.end() : end].strip() for heading, end in zip(headings, ends, strict=True)}


def title(path: Path) -> str:
    return path.read_text().splitlines()[0].removeprefix("# ")


def test_there_are_records() -> None:
    assert len(RECORDS) >= 40


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem[:3])
def test_a_record_has_the_seven_sections_in_order(record: Path) -> None:
    assert list(sections(record)) == HEADINGS
    empty = [name for name, text in sections(record).items() if not text]
    assert empty == [], f"{record.name}: sections without text"


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem[:3])
def test_title_status_and_date_of_a_record_are_valid(record: Path) -> None:
    found = sections(record)
    assert title(record).startswith(f"{record.stem[:3]} "), f"{record.name}: the title starts with another number"
    assert date.fromisoformat(found["Date"]) <= date.today(), f"{record.name}: the date is in the future"  # noqa: DTZ011
    status = STATUS.match(found["Status"])
    assert status, f"{record.name}: status {found['Status']!r}; use 'Accepted' or 'Superseded by [NNN](NNN-name.md)'"
    assert status["successor"] is None or (FOLDER / status["successor"]).is_file()


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem[:3])
def test_lines_of_a_record_are_short(record: Path) -> None:
    long = [n for n, line in enumerate(record.read_text().splitlines(), 1) if len(line) > LONGEST_LINE]
    assert long == [], f"{record.name}: lines of more than {LONGEST_LINE} characters"


def test_numbers_are_unique() -> None:
    numbers = [record.stem[:3] for record in RECORDS]
    assert len(numbers) == len(set(numbers)), f"two records have the same number: {numbers}"


def test_the_index_lists_every_record_with_its_title() -> None:
    listed = dict(re.findall(r"^- \[(.+)\]\((\d{3}-[^)]+)\)$", INDEX.read_text(), re.MULTILINE))
    assert {name: text for text, name in listed.items()} == {record.name: title(record) for record in RECORDS}
