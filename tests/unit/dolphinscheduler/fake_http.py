"""Serves the fake DolphinScheduler on a free port."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from pydantic import ValidationError
from pydantic_core import to_json

from tests.unit.dolphinscheduler.fake_server import No, Server

TOKEN = "the-token"


class FakeDolphinScheduler:
    """The fake server on a free port."""

    def __init__(self) -> None:
        self.has = Server()
        has = self.has

        class Handler(BaseHTTPRequestHandler):
            def do(self) -> None:
                split = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
                given = dict(parse_qsl(body or split.query, keep_blank_values=True))
                path = split.path.removeprefix("/dolphinscheduler")
                has.requests.append(f"{self.command} {path}")
                if self.headers.get("token") == TOKEN:
                    self._send(200, to_json(_result(lambda: has.answer(self.command, path, given))))
                else:
                    self._send(401, b"")

            do_GET = do_POST = do_PUT = do_DELETE = do  # noqa: N815

            def _send(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01}).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _result(answer: Callable[[], object]) -> dict[str, object]:
    try:
        return {"code": 0, "msg": "success", "data": answer()}
    except No as no:
        return {"code": no.code, "msg": str(no), "data": None}
    except ValidationError as error:
        return {"code": 10001, "msg": f"request parameter is not valid: {error}", "data": None}
