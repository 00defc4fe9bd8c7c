"""Chromium for the tests of pages."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.waiting import PATIENCE

_CHROMIUM = Path(os.environ.get("KAPPASTACK_CHROMIUM", "/usr/bin/chromium"))
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=1000 * PATIENCE)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser. Without one on the machine, the test is skipped."""
    if not _CHROMIUM.is_file():
        pytest.skip(f"no browser at {_CHROMIUM}: install chromium or set KAPPASTACK_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS, timeout=1000 * PATIENCE)
        try:
            yield browser
        finally:
            browser.close()


def patient(context: BrowserContext) -> BrowserContext:
    """The same context, in which actions wait as long as the tests' other waits."""
    context.set_default_timeout(1000 * PATIENCE)
    return context
