"""The page in a real browser. The test is skipped if no browser is installed."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from smoke_tests.ciapol.scenario import Scenario
from smoke_tests.ciapol.store import Store
from smoke_tests.outputs import Outputs
from smoke_tests.waiting import wait_until

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# A container has no namespaces for Chromium's sandbox, and the browser loads no foreign content.
_FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page of a browser whose language is English."""
    found = os.environ.get("KAPPASTACK_CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium on this machine: install chromium, or set KAPPASTACK_CHROMIUM to its path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        yield browser.new_page(locale="en-GB")
        browser.close()


def test_the_page_shows_the_station_and_marks_it(
    page: Page, scenario: Scenario, outputs: Outputs, store: Store, within: float
) -> None:
    """The page shows the station's newest values and a point in its chart."""
    wait_until(
        f"the rows of station {scenario.station}",
        lambda: store.measurements(scenario.station),
        lambda rows: len(rows) >= len(scenario.good),
        within,
    )
    patience = within * 1000
    page.goto(f"{outputs.addresses.frontend_url}/ciapol/stations/{scenario.station}", timeout=patience)
    expect(page.get_by_role("heading", level=1)).to_contain_text(scenario.station, timeout=patience)
    expect(page.get_by_test_id("unregistered")).to_be_visible(timeout=patience)
    expect(page.get_by_test_id("weather")).to_contain_text("28,4", timeout=patience)
    chart = page.locator("[data-chart=means]")
    wait_until(
        "a point in the chart",
        lambda: int(chart.get_attribute("data-chart-points", timeout=patience) or "0"),
        lambda points: points > 0,
        within,
    )
