"""Comments on a pull request, against a server that behaves like GitHub's API."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tools.preview import github
from tools.preview.text import MARK

TOKEN = "token-of-a-test"


class Api(ThreadingHTTPServer):
    """Comments by id, and the methods of the requests that changed one."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.comments: dict[int, str] = {}
        self.writes: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Api

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Log nothing."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        assert url.path == "/repos/team/kappastack/issues/7/comments"
        query = parse_qs(url.query)
        size, page = int(query["per_page"][0]), int(query["page"][0])
        listed = [{"id": key, "body": body, "user": {}} for key, body in self.server.comments.items()]
        self._answer(200, listed[size * (page - 1) : size * page])

    def do_POST(self) -> None:
        assert self.path == "/repos/team/kappastack/issues/7/comments"
        self._write("POST", max(self.server.comments, default=0) + 1)

    def do_PATCH(self) -> None:
        assert self.path.startswith("/repos/team/kappastack/issues/comments/")
        self._write("PATCH", int(self.path.rpartition("/")[2]))

    def _write(self, method: str, key: int) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]
        self.server.comments[key] = body
        self.server.writes.append(f"{method} {key}")
        self._answer(200, {"id": key, "body": body})

    def _answer(self, status: int, document: object) -> None:
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            status, document = 401, {}
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def api() -> Iterator[Api]:
    with Api() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def text(stack: str, words: str) -> str:
    return f"{MARK.format(stack=stack)}\n\n{words}\n"


def comment(api: Api, previews: dict[str, str], token: str = TOKEN) -> int:
    variables = {
        "GITHUB_API_URL": api.url,
        "GITHUB_REPOSITORY": "team/kappastack",
        "GITHUB_TOKEN": token,
        "PULL_REQUEST": "7",
        "PREVIEWS": json.dumps(previews),
    }
    return github.main(["comment"], variables)


def test_each_stack_has_one_comment_that_is_updated_in_place(api: Api) -> None:
    # Comments of people fill the first page.
    api.comments = {number: f"comment {number}" for number in range(1, 121)}
    assert comment(api, {"dev": text("dev", "first"), "prod": text("prod", "first")}) == 0
    assert comment(api, {"dev": text("dev", "second"), "prod": text("prod", "first")}) == 0
    assert api.writes == ["POST 121", "POST 122", "PATCH 121", "PATCH 122"]
    assert api.comments[121] == text("dev", "second")
    assert api.comments[122] == text("prod", "first")
    assert api.comments[1] == "comment 1"


def test_a_long_preview_is_cut_and_names_the_place_of_the_whole_text(api: Api) -> None:
    comment(api, {"dev": text("dev", "x" * 100_000)})
    assert len(api.comments[1]) < 65_536
    assert "The summary of the workflow run contains the whole text." in api.comments[1]


def test_a_cut_ends_an_open_code_block() -> None:
    assert github.cut("x\n```sql\n" + "SELECT 1;\n" * 10_000).count("\n```\n") == 1
    assert github.cut("x\n```sql\n```\n" + "x" * 100_000).count("\n```\n") == 1


def test_long_previews_fit_into_an_output(tmp_path: Path) -> None:
    texts = {stack: text(stack, "x" * 1_000_000) for stack in ("local", "dev", "prod")}
    github.collect(texts, tmp_path / "output", tmp_path / "summary")
    # GitHub drops outputs of more than 1 MB.
    assert (tmp_path / "output").stat().st_size < 1_000_000


def test_a_refused_token_is_an_error(api: Api) -> None:
    with pytest.raises(OSError, match="401"):
        comment(api, {"dev": text("dev", "x")}, token="another")
    assert api.writes == []


def test_a_text_cannot_begin_another_output(tmp_path: Path) -> None:
    output, summary = tmp_path / "output", tmp_path / "summary"
    texts = {"dev": "one\nprevious=evil\n", "prod": "two\n"}
    github.collect(texts, output, summary)
    [line] = output.read_text().splitlines()
    name, _, value = line.partition("=")
    assert (name, json.loads(value)) == ("previews", texts)
    assert summary.read_text() == "one\nprevious=evil\n\ntwo\n"
