"""The view "Pipeline" and its alarms, in headless Chromium."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import patient
from tests.integration.frontend.fake_api import FakeApi
from tests.integration.frontend.looking import contrast, screenshot, style
from tests.integration.frontend.sample_air import STATIONS
from tests.integration.frontend.sample_pipeline import SamplePipeline

pytestmark = pytest.mark.integration

WRONG = SamplePipeline(failing=True, late=True, given_up=True)


def test_steps_jobs_and_quality_of_a_healthy_pipeline(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    page.get_by_test_id("nav-pipeline").click()
    expect(page).to_have_url("/pipeline")
    expect(page.locator("main")).to_have_attribute("data-page", "pipeline")
    expect(page.get_by_test_id("pipeline-summary")).to_contain_text("Tout fonctionne.")
    expect(page.locator("[data-step]")).to_have_count(3)
    expect(page.locator('[data-step="aqi_hourly/aqi"]')).to_contain_text("il y a 8 min")
    expect(page.locator('[data-job="ingest"]')).to_contain_text("En marche")
    expect(page.locator("[data-quality]")).to_have_count(len(STATIONS))
    expect(page.locator('[data-quality="ABJ-002"]')).to_contain_text("O3, NO2")
    expect(page.get_by_test_id("alarm")).to_have_count(0)
    screenshot(page, tmp_path, "pipeline")


def test_faults_come_first_with_their_reason(page: Page, fake: FakeApi, tmp_path: Path) -> None:
    fake.pipeline = WRONG
    page.goto("/pipeline")
    step = page.locator("[data-step]").first
    expect(step).to_have_attribute("data-step", "predict_hourly/predict")
    expect(step).to_contain_text("En échec")
    expect(step).to_contain_text("en retard")
    expect(step.locator("pre")).to_have_text("Zeta is away <b>")
    job = page.locator('[data-job="ingest"]')
    expect(job).to_contain_text("Abandonné")
    expect(job).to_contain_text("the topic does not exist")
    screenshot(page, tmp_path, "pipeline-wrong")


def test_ingestion_that_was_given_up_shows_an_alarm_on_every_page_until_it_recovers(page: Page, fake: FakeApi) -> None:
    page.goto("/")
    expect(page.locator("[data-station]").first).to_be_visible()
    fake.pipeline = WRONG
    alarm = page.locator('[data-alarm="job_stopped"]')
    expect(alarm).to_contain_text("Ingestion arrêtée : ingest")
    expect(page.get_by_role("alert")).to_be_in_viewport()
    expect(page.get_by_test_id("freshness")).to_have_attribute("data-freshness", "fresh")
    alarm.get_by_role("link").click()
    expect(page).to_have_url("/pipeline")
    fake.pipeline = SamplePipeline()
    expect(page.get_by_test_id("alarm")).to_have_count(0)


def test_a_late_step_is_shown_by_name(page: Page, fake: FakeApi) -> None:
    fake.pipeline = SamplePipeline(late=True)
    page.goto("/")
    expect(page.locator('[data-alarm="step_late"]')).to_contain_text("Prévision horaire")
    expect(page.get_by_test_id("nav-pipeline")).to_have_attribute("data-pipeline", "late")


def test_an_older_schema_does_not_affect_the_rest_of_the_page(page: Page, fake: FakeApi) -> None:
    fake.pipeline = None
    page.goto("/pipeline")
    expect(page.get_by_test_id("unavailable")).to_be_visible()
    expect(page.get_by_test_id("quality")).to_contain_text("pas pu être lue")
    expect(page.get_by_test_id("alarm")).to_have_count(0)
    page.get_by_role("link", name="Vue d\u2019ensemble").click()
    expect(page.locator("[data-station]")).to_have_count(len(STATIONS))


def test_the_address_can_be_shared_and_is_read_in_english(page: Page) -> None:
    page.goto("/pipeline")
    page.locator('[data-language="en"]').click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Data pipeline")
    page.reload()
    expect(page.get_by_test_id("pipeline-summary")).to_contain_text("Everything works.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_states_have_enough_contrast_and_fit_the_screen(
    browser: Browser, address: str, fake: FakeApi, tmp_path: Path, scheme: str, width: int
) -> None:
    fake.pipeline = WRONG
    context = patient(
        browser.new_context(
            base_url=address,
            viewport={"width": width, "height": 740},
            color_scheme="dark" if scheme == "dark" else "light",
        )
    )
    page = context.new_page()
    page.goto("/pipeline")
    expect(page.locator("[data-quality]")).to_have_count(len(STATIONS))
    assert page.evaluate("document.documentElement.scrollWidth") == width
    transparent = "rgba(0, 0, 0, 0)"
    for mark in page.locator(".state").all():
        own = style(mark, "backgroundColor")
        ground = style(page.locator(".card").first, "backgroundColor") if own == transparent else own
        assert contrast(style(mark, "color"), ground) >= 4.5, mark.inner_text()
        assert mark.inner_text().strip()
    screenshot(page, tmp_path, "states")
    context.close()
