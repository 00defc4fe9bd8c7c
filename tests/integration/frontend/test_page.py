"""The built page in headless Chromium, with a fake API and generated data."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import patient
from tests.integration.frontend.fake_api import FakeApi, Server
from tests.integration.frontend.looking import OFFICIAL_COLORS, contrast, filled_chart, luminance, screenshot, style
from tests.integration.frontend.sample_air import STATIONS

READY = {
    "/": "[data-station]",
    "/ciapol/stations/ABJ-002": '[data-chart="means"] .forecast-range path',
    "/ciapol/method": ".method",
    "/pipeline": "[data-quality]",
}

pytestmark = pytest.mark.integration


def test_stations_are_ranked_in_official_colours_with_words(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    cards = page.locator("[data-station]")
    expect(cards).to_have_count(len(STATIONS))
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_role("heading", level=1)).to_have_text("L\u2019air en ce moment")

    indices: list[int] = []
    for card in cards.all():
        category = card.get_attribute("data-category")
        tile = card.get_by_test_id("aqi-tile")
        if not category:
            expect(card).to_contain_text("Indice inconnu")
            continue
        indices.append(int(card.get_attribute("data-aqi") or ""))
        expect(tile).to_contain_text(str(indices[-1]))
        assert style(tile, "backgroundColor") == OFFICIAL_COLORS[category]
        assert contrast(style(tile, "backgroundColor"), style(tile, "color")) >= 4.5
    assert len(indices) == len(STATIONS) - 1
    assert indices == sorted(indices, reverse=True)

    expect(page.get_by_test_id("demonstration-banner")).to_contain_text("Données de démonstration (Pékin)")
    expect(page.locator('[data-station="essai-17"]')).to_contain_text("non enregistrée")
    expect(page.locator('[data-station="Dongsi"]')).to_contain_text("UTC+8")
    expect(page.get_by_test_id("freshness")).to_contain_text("Dernière mesure")
    expect(page.get_by_test_id("rejected")).to_have_count(0)
    expect(page.get_by_test_id("alarm")).to_have_count(0)
    screenshot(page, tmp_path, "overview")


def test_the_switch_to_english_works_and_is_remembered(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    page.locator('[data-language="en"]').click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("The air right now")
    expect(page.get_by_test_id("demonstration-banner")).to_contain_text("Demonstration data")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("The air right now")
    screenshot(page, tmp_path, "overview-english")


@pytest.mark.parametrize(("period", "hours"), [("24h", 24), ("3d", 72), ("7d", 168), ("30d", 720), ("90d", 2160)])
def test_a_station_has_a_chart_of_its_last_days(page: Page, tmp_path: Path, period: str, hours: int) -> None:
    page.goto(f"/ciapol/stations/Dongsi?period={period}&pollutant=pm25")
    means = filled_chart(page, "means")
    expect(means).to_have_attribute("data-chart-hours", str(hours))
    expect(means.locator("path.recharts-area-curve")).to_be_visible()
    points = int(means.get_attribute("data-chart-points") or "0")
    assert hours * 0.6 < points <= hours
    drawn = means.locator("path.recharts-area-curve").get_attribute("d") or ""
    assert len(re.findall(r"[ML]", drawn)) == points

    bars = filled_chart(page, "aqi")
    known = int(bars.get_attribute("data-chart-points") or "0")
    expect(bars.locator(".recharts-bar-rectangle path")).to_have_count(known)
    colors = {style(bar, "fill") for bar in bars.locator(".recharts-bar-rectangle path").all()[:24]}
    assert colors <= set(OFFICIAL_COLORS.values())
    screenshot(page, tmp_path, f"station-{period}")


def test_gaps_in_the_data_interrupt_the_line(page: Page) -> None:
    page.goto("/ciapol/stations/Dongsi?period=30d&pollutant=pm25")
    means = filled_chart(page, "means")
    curve = means.locator("path.recharts-area-curve")
    expect(curve).to_be_visible()
    # A line that is drawn across a gap would be a single path.
    assert (curve.get_attribute("d") or "").count("M") > 3
    expect(means).to_contain_text("heures sans mesure")


def test_days_of_another_year_are_reached_and_show_their_year(page: Page) -> None:
    page.goto("/ciapol/stations/Dongsi?period=24h")
    page.locator('input[type="date"]').fill("2017-02-28")
    expect(page).to_have_url(re.compile(r"\?period=24h&pollutant=pm25&until=2017-02-28$"))
    expect(page.get_by_test_id("history-range")).to_have_text("Du 28 févr. 2017 au 28 févr. 2017")
    bars = page.locator('[data-chart="aqi"]')
    expect(bars.locator(".recharts-bar-rectangle path").first).to_be_visible()
    expect(bars).to_have_attribute("data-chart-forecast", "0")
    bars.locator("summary").click()
    expect(bars.locator("tbody th").first).to_contain_text("2017")


def test_a_pollutant_is_chosen_by_keyboard_and_stays_in_the_address(page: Page) -> None:
    page.goto("/ciapol/stations/ABJ-002")
    expect(page.locator('[data-chart="means"] path.recharts-area-curve')).to_be_visible()
    page.locator('[data-pollutant="pm25"] input').focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator('[data-chart="means"] h3')).to_contain_text("PM10")
    expect(page).to_have_url(re.compile(r"\?period=3d&pollutant=pm10$"))
    page.reload()
    expect(page.locator('[data-chart="means"] h3')).to_contain_text("PM10")


def test_a_tooltip_shows_the_hour_and_its_mean(page: Page) -> None:
    page.goto("/ciapol/stations/ABJ-002?period=24h")
    surface = page.locator('[data-chart="means"] svg.recharts-surface')
    expect(surface).to_be_visible()
    surface.hover()
    expect(page.locator('[data-chart="means"] .tooltip')).to_contain_text(re.compile(r"µg/m³|Pas de mesure"))


def test_old_data_show_a_warning(page: Page, fake: FakeApi, tmp_path: Path) -> None:
    page.goto("/")
    expect(page.locator("[data-station]").first).to_be_visible()
    fake.mode = "stale"
    expect(page.locator('[data-alarm="stale"]')).to_contain_text("Données anciennes")
    expect(page.get_by_role("alert")).to_be_in_viewport()
    screenshot(page, tmp_path, "stale")


def test_an_unreachable_starrocks_has_its_own_message(page: Page, fake: FakeApi) -> None:
    page.goto("/")
    expect(page.locator("[data-station]").first).to_be_visible()
    fake.mode = "starrocks_down"
    expect(page.locator('[data-alarm="starrocks_down"]')).to_contain_text("StarRocks ne répond pas")
    fake.mode = "fresh"
    expect(page.get_by_test_id("alarm")).to_have_count(0)


def test_the_page_keeps_its_data_while_the_api_is_down_and_recovers(
    page: Page, fake: FakeApi, api: Server, tmp_path: Path
) -> None:
    page.goto("/")
    expect(page.locator("[data-station]")).to_have_count(len(STATIONS))
    api.stop()
    alarm = page.locator('[data-alarm="api_down"]')
    expect(alarm).to_contain_text(re.compile("L\u2019API du produit .* ne répond pas"))
    expect(alarm).to_contain_text("dernières données connues")
    expect(page.locator("[data-station]")).to_have_count(len(STATIONS))
    expect(page.get_by_test_id("ranking")).to_have_attribute("data-last-known", "true")
    screenshot(page, tmp_path, "api-down")
    again = Server(fake.app, api.port).start()
    try:
        expect(page.get_by_test_id("alarm")).to_have_count(0)
    finally:
        again.stop()


def test_without_stations_the_page_shows_what_to_do(page: Page, fake: FakeApi) -> None:
    fake.stations = ()
    page.goto("/")
    expect(page.get_by_test_id("no-stations")).to_contain_text("fichier CSV")
    expect(page.get_by_test_id("alarm")).to_have_count(0)


def test_a_payload_is_shown_as_text_and_never_executed(page: Page) -> None:
    page.goto("/pipeline")
    panel = page.get_by_test_id("rejected")
    expect(panel).to_have_attribute("data-rejected-count", "3")
    panel.locator("summary").nth(1).click()
    expect(panel.locator("pre").nth(1)).to_have_text("<script>alert('x')</script>")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/ciapol/stations/ABJ-002?period=7d", "/ciapol/method", "/pipeline"])
def test_the_page_fits_a_phone(browser: Browser, address: str, tmp_path: Path, path: str, scheme: str) -> None:
    dark = scheme == "dark"
    context = patient(
        browser.new_context(
            base_url=address,
            viewport={"width": 360, "height": 740},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
    )
    page = context.new_page()
    page.goto(path)
    expect(page.locator(READY[path.split("?", maxsplit=1)[0]]).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    ground, ink = style(page.locator("html"), "backgroundColor"), style(page.locator("html"), "color")
    assert contrast(ground, ink) >= 7
    assert (luminance(ground) < luminance(ink)) is dark
    assert style(page.locator(".pulse"), "animationName") == "none"
    screenshot(page, tmp_path, "phone")
    context.close()
