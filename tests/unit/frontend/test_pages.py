"""Static files: caching, fallback to the page, security headers, rejected requests."""

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from apps.frontend.server.app import build_app
from apps.frontend.server.pages import MissingPageError
from apps.frontend.server.security import SECURITY_HEADERS
from apps.frontend.server.upstreams import Upstreams

GONE = Upstreams("http://127.0.0.1:9", {"weather": "http://127.0.0.1:9"})
HTML = "<!doctype html><title>page</title>"


@pytest.fixture
def static(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(HTML, "utf-8")
    (folder / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", "utf-8")
    (folder / "assets" / "index-1a2b3c.js").write_text("export const x = 1;\n" * 200, "utf-8")
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    return folder


class Client:
    """Sends requests to the application without a network."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def get(self, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(send())


@pytest.fixture
def client(static: Path) -> Client:
    return Client(build_app(upstreams=GONE, static_folder=static))


@pytest.mark.parametrize(
    "path", ["/", "/weather", "/weather/things/a.b%20c", "/things/a.b", "/things/%2e%2e%2fx", "/nowhere"]
)
def test_addresses_of_the_page_get_the_page_and_are_revalidated(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (200, HTML)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/html")


def test_an_unchanged_page_is_not_sent_again(client: Client) -> None:
    etag = client.get("/").headers["etag"]
    assert client.get("/", headers={"if-none-match": etag}).status_code == 304


def test_hashed_assets_are_immutable_and_compressed(client: Client) -> None:
    answer = client.get("/assets/index-1a2b3c.js", headers={"accept-encoding": "gzip"})
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert "javascript" in answer.headers["content-type"]


def test_other_files_are_revalidated(client: Client) -> None:
    assert client.get("/icon.svg").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/assets/index-old.js", "/favicon.ico", "/assets/"])
def test_a_missing_file_does_not_return_the_page(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["instance"] == path
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt", "/%2e%2e/secret.txt"])
def test_nothing_outside_the_folder_is_served(client: Client, path: str) -> None:
    assert "secret" not in client.get(path).text


@pytest.mark.parametrize("path", ["/", "/icon.svg", "/assets/none.js", "/api/none", "/api/status", "/health/live"])
def test_every_response_has_the_security_headers(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_the_content_security_policy_allows_no_inline_script_or_style(client: Client) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy


def test_pages_are_read_only(client: Client) -> None:
    answer = client.get("/", method="POST")
    assert answer.status_code == 405
    assert answer.json()["title"] == "Method Not Allowed"


def test_unknown_api_paths_are_problems_not_pages(client: Client) -> None:
    for path in ("/api/v1/things", "/api/other/v1/things"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.json()["detail"] == "This server offers /api/status, /api/platform/…, /api/weather/…"


@pytest.mark.parametrize("name", ["platform", "status", "Weather", "w", "a-b", "../x"])
def test_an_invalid_product_name_is_rejected(name: str) -> None:
    with pytest.raises(ValueError, match=f"product name {name!r}"):
        Upstreams("http://127.0.0.1:9", {name: "http://127.0.0.1:9"})


def test_an_invalid_address_is_rejected() -> None:
    with pytest.raises(ValueError, match=r"'127\.0\.0\.1:9' is not an address"):
        Upstreams("http://127.0.0.1:9", {"weather": "127.0.0.1:9"})


def test_live_works_without_the_api(client: Client) -> None:
    assert client.get("/health/live").json() == {"status": "ok"}


def test_a_folder_without_a_page_is_rejected_with_the_command_to_run(tmp_path: Path) -> None:
    with pytest.raises(MissingPageError, match="npm run build"):
        build_app(upstreams=GONE, static_folder=tmp_path)
