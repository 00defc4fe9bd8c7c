"""The forecast in a station's charts, in headless Chromium."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import patient
from tests.integration.frontend.looking import OFFICIAL_COLORS, contrast, filled_chart, screenshot, style

pytestmark = pytest.mark.integration

STATION = "/ciapol/stations/ABJ-002?period=24h"


@pytest.mark.parametrize(("period", "hours"), [("24h", 24), ("3d", 72), ("7d", 168), ("30d", 720), ("90d", 2160)])
def test_the_forecast_continues_both_charts(page: Page, tmp_path: Path, period: str, hours: int) -> None:
    page.goto(f"/ciapol/stations/ABJ-002?period={period}")
    for name in ("means", "aqi"):
        chart = filled_chart(page, name)
        expect(chart).to_have_attribute("data-chart-hours", str(hours))
        expect(chart).to_have_attribute("data-chart-forecast", "24")
        line, band = chart.locator(".forecast-line path.recharts-curve"), chart.locator(".forecast-range path")
        expect(line).to_be_visible()
        assert style(line, "strokeDasharray") not in {"", "none"}
        assert style(band, "fill").startswith("url(")
        drawn, interval = line.bounding_box(), band.bounding_box()
        measured = chart.locator("path.recharts-area-curve, g.aqi-bars").bounding_box()
        assert drawn
        assert interval
        assert measured
        # The line starts at the last measured hour, continues to the right and stays within its interval.
        hour, end = measured["width"] / hours, measured["x"] + measured["width"]
        assert end - 7 * hour - 3 <= drawn["x"] <= end + 2 * hour
        assert drawn["x"] + drawn["width"] >= end + 15 * hour
        assert interval["y"] <= drawn["y"] <= drawn["y"] + drawn["height"] <= interval["y"] + interval["height"] + 1
        assert interval["height"] > drawn["height"]
    screenshot(page, tmp_path, f"forecast-{period}")


def test_predicted_hours_have_the_colour_of_their_category_and_words(page: Page) -> None:
    page.goto(STATION)
    dots = page.locator('[data-chart="aqi"] .forecast-dot')
    expect(dots).to_have_count(24)
    assert {style(dot, "fill") for dot in dots.all()} <= set(OFFICIAL_COLORS.values())
    panel = page.get_by_test_id("forecast")
    expect(panel).to_contain_text("Maximum prévu")
    expect(panel).to_contain_text("modèle trees-1")
    expect(page.get_by_test_id("forecast-fallback")).to_have_count(0)


def test_a_keyboard_tooltip_names_the_forecast_and_its_interval(page: Page) -> None:
    page.goto(STATION)
    chart = page.locator('[data-chart="means"]')
    expect(chart.locator(".forecast-line path.recharts-curve")).to_be_visible()
    chart.locator("svg.recharts-surface").focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    tooltip = chart.locator(".tooltip")
    expect(tooltip).to_contain_text("Prévision")
    expect(tooltip).to_contain_text("probablement")
    expect(tooltip).to_contain_text("µg/m³")


def test_the_table_has_the_forecast_first_and_marked(page: Page) -> None:
    page.goto(STATION)
    chart = page.locator('[data-chart="aqi"]')
    chart.locator("summary").click()
    rows = chart.locator("tbody tr")
    expect(rows).to_have_count(48)
    expect(rows.first).to_contain_text("prévision")
    expect(chart.locator("tr.row-predicted")).to_have_count(24)


def test_a_simple_rule_is_marked_in_words(page: Page, tmp_path: Path) -> None:
    page.goto("/ciapol/stations/essai-17?period=24h")
    marks = page.get_by_test_id("forecast-fallback")
    expect(marks).to_have_count(3)
    expect(marks.first).to_have_text("prévision simplifiée : historique trop court")
    expect(page.get_by_test_id("forecast")).to_contain_text("une règle simple")
    page.locator('[data-language="en"]').click()
    expect(marks.first).to_have_text("simple forecast: history too short")
    screenshot(page, tmp_path, "forecast-fallback")


def test_a_station_without_measurements_says_that_it_has_no_forecast(page: Page) -> None:
    page.goto("/ciapol/stations/ABJ-003")
    expect(page.get_by_test_id("forecast")).to_contain_text("Pas encore de prévision")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_dashed_line_has_enough_contrast_on_every_background(browser: Browser, address: str, scheme: str) -> None:
    context = patient(browser.new_context(base_url=address, color_scheme="dark" if scheme == "dark" else "light"))
    page = context.new_page()
    page.goto(STATION)
    line = page.locator('[data-chart="aqi"] .forecast-line path.recharts-curve')
    expect(line).to_be_visible()
    # Graphics need a contrast of 3 (WCAG 2.2, 1.4.11).
    assert contrast(style(line, "stroke"), style(page.locator(".history"), "backgroundColor")) >= 3
    context.close()
