"""The page over replayed data, in a real browser."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from machine import TestStack
from playwright.sync_api import expect, sync_playwright
from replaying import wait_for_count

from infra.settings import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

CHROMIUM = os.environ.get("KAPPASTACK_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def test_stations_colours_and_a_chart_are_there(stack: TestStack, tmp_path: Path) -> None:
    command = [
        *(sys.executable, "-m", "apps.sensors", "replay", str(ROOT / "apps/sensors/data/beijing-sample.csv.xz")),
        *("--shift-to-now", "--broker", stack.url("pulsar", "broker")),
    ]
    subprocess.run(command, cwd=ROOT, env=stack.environment, check=True, capture_output=True)
    wait_for_count(stack, "Aotizhongxi", 0, within=1, at_least=True)
    assert stack.command("job", "aqi_hourly", "--days", "3").status == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(stack.url("frontend", "http"))
        cards = page.locator("[data-station][data-category]")
        expect(cards.first).to_be_visible(timeout=20_000)
        page.screenshot(path=tmp_path / "overview.png")
        assert cards.count() >= 9
        text = page.locator("body").inner_text()
        assert "Pékin" in text
        page.goto(stack.url("frontend", "http") + "/#/stations/Dongsi")
        chart = page.locator("[data-chart-points]").first
        expect(chart).to_be_visible(timeout=20_000)
        expect(chart).not_to_have_attribute("data-chart-points", "0", timeout=20_000)
        page.screenshot(path=tmp_path / "station.png")
        browser.close()
    for name in ("overview.png", "station.png"):
        assert (tmp_path / name).stat().st_size > 20_000
