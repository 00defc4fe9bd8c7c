"""Measurements of the rendered page."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

OFFICIAL_COLORS = {
    "good": "rgb(0, 228, 0)",
    "moderate": "rgb(255, 255, 0)",
    "unhealthy_sensitive": "rgb(255, 126, 0)",
    "unhealthy": "rgb(255, 0, 0)",
    "very_unhealthy": "rgb(143, 63, 151)",
    "hazardous": "rgb(126, 0, 35)",
}


def screenshot(page: Page, folder: Path, name: str) -> Path:
    file = folder / f"{name}.png"
    page.screenshot(path=file, full_page=True)
    assert file.stat().st_size > 20_000
    return file


def filled_chart(page: Page, name: str) -> Locator:
    """The chart of that name, once it has values. Each chart has its own request, so one may have values later."""
    chart = page.locator(f'[data-chart="{name}"]')
    expect(chart).not_to_have_attribute("data-chart-points", "0")
    return chart


def style(locator: Locator, name: str) -> str:
    value: object = locator.evaluate("(element, name) => getComputedStyle(element)[name]", name)
    assert isinstance(value, str)
    return value


def luminance(color: str) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(channel)) for channel in re.findall(r"\d+", color)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
