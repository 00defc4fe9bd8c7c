"""The built page in headless Chromium, with a fake API and generated data."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from apps.frontend.server.app import build_app
from apps.frontend.server.upstreams import Upstreams
from tests.browser import chromium, patient
from tests.integration.frontend.fake_api import FakeApi, Server

FRONTEND = Path(__file__).parents[3] / "apps/frontend"


@pytest.fixture(scope="session")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    node = shutil.which("node")
    vite = FRONTEND / "node_modules/vite/bin/vite.js"
    if node is None or not vite.is_file():
        pytest.skip("the page cannot be built: needs node on PATH and `npm ci` in apps/frontend")
    folder = tmp_path_factory.mktemp("page") / "dist"
    subprocess.run([node, vite, "build", "--outDir", folder, "--logLevel", "error"], cwd=FRONTEND, check=True)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def fake() -> FakeApi:
    return FakeApi()


@pytest.fixture
def api(fake: FakeApi) -> Iterator[Server]:
    server = Server(fake.app).start()
    yield server
    server.stop()


@pytest.fixture
def platform_api(fake: FakeApi) -> Iterator[Server]:
    server = Server(fake.platform).start()
    yield server
    server.stop()


@pytest.fixture
def address(platform_api: Server, api: Server, static: Path) -> Iterator[str]:
    upstreams = Upstreams(platform_api.url, {"ciapol": api.url})
    server = Server(build_app(upstreams=upstreams, static_folder=static)).start()
    yield server.url
    server.stop()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = patient(
        browser.new_context(
            base_url=address, viewport={"width": 1440, "height": 900}, locale="fr-FR", timezone_id="Africa/Abidjan"
        )
    )
    page = context.new_page()
    problems: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # Some tests cause failed requests. Any other console message is an error of the page.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            problems.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []
