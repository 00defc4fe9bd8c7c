"""The page with replayed data, in a real browser."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from machine import TestStack
from playwright.sync_api import expect

from infra.settings import ROOT
from tests.browser import chromium, patient
from tests.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

DEMONSTRATION = 9


def replayed(stack: TestStack) -> dict[str, tuple[int, str]]:
    """Replay the sample shifted to now, compute its index, and return AQI and colour by station."""
    command = [
        *(
            sys.executable,
            "-m",
            "apps.ciapol.sensors",
            "replay",
            str(ROOT / "apps/ciapol/sensors/data/beijing-sample.csv.xz"),
        ),
        *("--shift-to-now", "--broker", stack.url("pulsar", "broker")),
    ]
    subprocess.run(command, cwd=ROOT, env=stack.environment, check=True, capture_output=True)
    found: dict[str, tuple[int, str]] = {}

    def all_there() -> bool:
        found.clear()
        address = f"{stack.url('ciapol-api', 'http')}/api/v1/aqi/current"
        items = httpx.get(address, timeout=60, trust_env=False).json()["items"]
        for item in items:
            if item["aqi"] is not None and item["station"]["demonstration"]:
                found[item["station"]["station_id"]] = (item["aqi"], item["color"])
        return len(found) == DEMONSTRATION

    wait_until(all_there, lambda: f"{DEMONSTRATION} stations with an index, found {found}", pause=0.5)
    begin = (datetime.now(UTC) - timedelta(days=8)).strftime("%Y-%m-%dT%H:00:00Z")
    computed = stack.command("run", "aqi_hourly", "--from", begin)
    assert computed.status == 0, computed.output[-3000:]
    return found


def rgb(color: str) -> str:
    """A colour such as `#00E400` as a browser reports computed styles."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def test_the_page_shows_stations_colours_and_charts(stack: TestStack, tmp_path: Path) -> None:
    expected = replayed(stack)
    with chromium() as browser:
        page = patient(browser.new_context(viewport={"width": 1280, "height": 900})).new_page()
        page.goto(stack.url("frontend", "http"))
        for station, (aqi, color) in expected.items():
            card = page.locator(f"[data-station='{station}']")
            expect(card).to_have_attribute("data-aqi", str(aqi))
            expect(card.get_by_test_id("aqi-tile")).to_have_css("background-color", rgb(color))
        expect(page.get_by_test_id("demonstration-banner")).to_contain_text("Pékin")
        expect(page.locator("html")).to_have_attribute("lang", "fr")
        page.screenshot(path=tmp_path / "overview.png")

        station = next(iter(expected))
        page.goto(f"{stack.url('frontend', 'http')}/ciapol/stations/{station}?period=7d&pollutant=pm25")
        means = page.locator("[data-chart='means'][data-chart-hours='168']")
        expect(means).to_be_visible()
        expect(means).not_to_have_attribute("data-chart-points", "0")
        assert int(means.get_attribute("data-chart-points") or 0) > 100
        index = page.locator("[data-chart='aqi']")
        expect(index).to_be_visible()
        expect(index).not_to_have_attribute("data-chart-points", "0")
        assert int(index.get_attribute("data-chart-points") or 0) > 100
        page.screenshot(path=tmp_path / "station.png")
    for name in ("overview.png", "station.png"):
        assert (tmp_path / name).stat().st_size > 20_000
