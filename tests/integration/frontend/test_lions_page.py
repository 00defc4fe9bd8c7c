"""LionTrack's pages in headless Chromium, with axe (https://github.com/dequelabs/axe-core)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from apps.frontend.server.app import build_app
from apps.frontend.server.upstreams import Upstreams
from tests.browser import patient
from tests.integration.frontend.conftest import FRONTEND
from tests.integration.frontend.fake_api import Server
from tests.integration.frontend.looking import screenshot

pytestmark = pytest.mark.integration

AXE = FRONTEND / "node_modules/axe-core/axe.min.js"
NOW = datetime.now(UTC).replace(microsecond=0)
LIONS: list[dict[str, object]] = [
    {
        "lion_id": lion,
        "name": f"{lion} (démonstration)",
        "status": status,
        "current_weight": 45.2 + place,
        "health_score": score,
        "tracking_frequency": 6,
        "position_lat": 38.3 + place / 10,
        "position_lng": -112 + place / 7,
        "last_fix_at": (NOW - timedelta(days=30 * place)).isoformat(),
        "data_quality_score": 91.5,
    }
    for place, (lion, status, score) in enumerate(
        [("F53", "active", 88.0), ("F64", "silent", 41.5), ("<b>Scar</b>", "lost", None)]
    )
]
REPORT = "# Rapport LionTrack\n\nUne phrase.\n\n## Exclusions\n\n| Table | Lignes |\n|---|---|\n| silver.x | 3 |\n"


def _lion(request: Request) -> Response:
    found = [lion for lion in LIONS if lion["lion_id"] == request.path_params["lion"]]
    if not found:
        return JSONResponse({"title": "Unknown lion", "status": 404}, status_code=404)
    return JSONResponse({**found[0], "avg_weight": 44.8, "weight_trend": -0.2, "distance_km": 4.2})


def _weights(_: Request) -> Response:
    days = [NOW - timedelta(days=back) for back in range(60, 0, -1)]
    return JSONResponse(
        {
            "weights": [
                {"measured_at": day.isoformat(), "weight": 46 - number / 30, "unit": "kg"}
                for number, day in enumerate(days)
                if number % 5 == 0
            ],
            "days": [{"metric_date": day.date().isoformat(), "avg_weight": 45.5} for day in days],
        }
    )


def _track(_: Request) -> Response:
    fixes = [
        {
            "measured_at": (NOW - timedelta(hours=4 * back)).isoformat(),
            "position_lat": 38.3 + (back % 13) / 100,
            "position_lng": -112 + (back % 7) / 100,
        }
        for back in range(100)
    ]
    return JSONResponse({"items": fixes, "next_cursor": None})


def _dashboard(_: Request) -> Response:
    anomaly = {"lion_id": "F64", "name": "F64", "health_score": 41.5, "avg_weight": 44.8, "weight_trend": -0.2}
    user = {"rank": 1, "user_id": "u", "username": "Awa", "challenges_completed": 4, "weight_entries": 2}
    check = {"table_name": "bronze.lions_raw", "check_name": "bronze_validation", "quality_percentage": 95.2}
    return JSONResponse(
        {
            "health": {"lions": 2, "above_80": 1, "from_60_to_80": 0, "below_60": 1, "average": 64.8},
            "anomalies": [anomaly],
            "users": [{**user, "engagement_score": 42.5}],
            "quality": [{**check, "checked_at": NOW.isoformat()}],
            "demonstration": True,
        }
    )


def _canned(content: dict[str, object]) -> Route:
    [(path, body)] = content.items()
    return Route(path, lambda _: JSONResponse(body))


def _health(_: Request) -> Response:
    data = {"last_measured_at": NOW.isoformat(), "age_seconds": 40, "fresh": True}
    return JSONResponse({"status": "ok", "starrocks": {"reachable": True, "version": "3.5.0"}, "data": data})


@pytest.fixture
def lions(platform_api: Server, static: Path) -> Iterator[str]:
    """Address of the page of a stack whose only product is LionTrack."""
    base = "/api/analytics"
    leader = {"rank": 1, "lion_id": "F53", "name": "F53", "health_score": 88.0, "tracking_frequency": 6}
    report = {"report_date": NOW.date().isoformat(), "language": "fr", "markdown": REPORT}
    api = Server(
        Starlette(
            routes=[
                Route("/health", _health),
                _canned({f"{base}/lions": {"count": 3, "lions": LIONS, "next_cursor": None}}),
                Route(f"{base}/dashboard", _dashboard),
                _canned({f"{base}/leaderboard/lions": {"items": [leader]}}),
                _canned({f"{base}/reports/latest": report}),
                Route(f"{base}/lions/{{lion}}", _lion),
                Route(f"{base}/lions/{{lion}}/weight-trend", _weights),
                Route(f"{base}/lions/{{lion}}/track", _track),
            ]
        )
    ).start()
    server = Server(build_app(upstreams=Upstreams(platform_api.url, {"liontrack": api.url}), static_folder=static))
    yield server.start().url
    server.stop()
    api.stop()


@pytest.fixture(params=["light", "dark"])
def themed(request: pytest.FixtureRequest, browser: Browser, lions: str) -> Iterator[Page]:
    """A page in each colour scheme."""
    context = patient(
        browser.new_context(
            base_url=lions,
            color_scheme="dark" if request.param == "dark" else "light",
            locale="fr-FR",
            viewport={"width": 1280, "height": 900},
        )
    )
    yield context.new_page()
    context.close()


def violations(page: Page) -> list[str]:
    """The violations that axe finds. axe's source is evaluated, because the page's policy forbids injected scripts."""
    page.evaluate(AXE.read_text())
    found: list[dict[str, object]] = page.evaluate("async () => (await axe.run()).violations")
    return [f"{one['id']}: {one['help']}: {one['nodes']}" for one in found]


def test_the_overview_shows_lions_and_has_no_violations(themed: Page, tmp_path: Path) -> None:
    themed.goto("/liontrack")
    expect(themed.get_by_role("heading", level=1)).to_have_text("Lions")
    rows = themed.locator("[data-lion]")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_have_attribute("data-status", "silent")
    expect(rows.nth(2)).to_have_text("<b>Scar</b> (démonstration)")
    expect(themed.get_by_test_id("map")).to_have_attribute("data-points", "3")
    expect(themed.get_by_test_id("demonstration-banner")).to_contain_text("poids et utilisateurs générés")
    expect(themed.get_by_test_id("report")).to_contain_text("Une phrase.")
    expect(themed.get_by_text("95,2")).to_be_visible()
    screenshot(themed, tmp_path, "lions")
    assert violations(themed) == []


def test_a_lion_shows_weights_and_track_and_has_no_violations(themed: Page, tmp_path: Path) -> None:
    themed.goto("/liontrack")
    themed.locator('[data-lion="F64"]').click()
    expect(themed.get_by_role("heading", level=1)).to_have_text("F64 (démonstration)")
    weights = themed.get_by_test_id("weights")
    expect(weights).to_have_attribute("data-points", "12")
    expect(weights.locator(".recharts-scatter-symbol")).to_have_count(12)
    expect(themed.get_by_test_id("map")).to_have_attribute("data-points", "101")
    screenshot(themed, tmp_path, "lion")
    assert violations(themed) == []


def test_an_unknown_lion_is_named_in_both_languages(themed: Page) -> None:
    themed.goto("/liontrack/lions/nobody")
    expect(themed.get_by_test_id("unknown-lion")).to_contain_text("Aucun lion ne porte")
    themed.locator('[data-language="en"]').click()
    expect(themed.get_by_test_id("unknown-lion")).to_contain_text("No lion has the identifier nobody")


def test_the_page_fits_a_phone(browser: Browser, lions: str) -> None:
    context = patient(browser.new_context(base_url=lions, viewport={"width": 360, "height": 740}, locale="fr-FR"))
    page = context.new_page()
    page.goto("/liontrack")
    expect(page.locator("[data-lion]")).to_have_count(3)
    width: int = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    context.close()
