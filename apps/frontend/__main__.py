"""Start the page's server: `python -m apps.frontend --host H --port 3000 --api URL --static DIR`."""

import argparse
import sys
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from apps.frontend.server.app import build_app
from apps.frontend.server.pages import MissingPageError

#: Seconds that running requests have to finish after SIGTERM or SIGINT.
STOP_GRACE_SECONDS = 5


def _api_address(text: str) -> str:
    address = urlsplit(text)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise argparse.ArgumentTypeError(f"{text!r} is no address; give one like http://127.0.0.1:8000")
    return text.rstrip("/")


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 1 to 65535")
    return int(text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m apps.frontend", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=3000, help="port to listen on (default: %(default)s)")
    parser.add_argument("--api", type=_api_address, required=True, help="the API's base address")
    parser.add_argument("--static", type=Path, required=True, help="folder of the built page (dist)")
    return parser.parse_args()


def main() -> int:
    """Serve until SIGTERM or SIGINT; 2 where the page was not built."""
    arguments = _arguments()
    api: str = arguments.api
    static: Path = arguments.static
    host: str = arguments.host
    port: int = arguments.port
    try:
        app = build_app(api_url=api, static_folder=static)
    except MissingPageError as error:
        print(error, file=sys.stderr)
        return 2
    uvicorn.run(
        app,
        host=host,
        port=port,
        # Pages ask every 5 s: an access log would be all that anybody ever finds in the log.
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_GRACE_SECONDS,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
