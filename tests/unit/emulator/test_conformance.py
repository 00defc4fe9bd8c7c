from pathlib import Path

from starrocks_emulator.engine import Engine
from tests.unit.emulator.conformance import FILE, generate
from tests.unit.emulator.conformance_cases import REFUSED_FUNCTIONS


def test_the_conformance_page_is_up_to_date(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "data")
    try:
        text = generate(engine)
    finally:
        engine.close()
    assert text == FILE.read_text(), "run: python -m tests.unit.emulator.conformance"
    assert all(f"`{name}`" in text for name in REFUSED_FUNCTIONS)
