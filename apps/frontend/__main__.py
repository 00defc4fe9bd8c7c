"""Start the page's server.

python -m apps.frontend --host HOST --port 3000 --static DIR --platform-api URL [--product NAME=URL ...]
"""

import argparse
import sys
from pathlib import Path

import uvicorn

from apps.frontend.server import logs
from apps.frontend.server.app import build_app
from apps.frontend.server.pages import MissingPageError
from apps.frontend.server.upstreams import Upstreams, base_address

#: Seconds that running requests have to finish after SIGTERM or SIGINT.
STOP_GRACE_SECONDS = 5


def _address(text: str) -> str:
    try:
        return base_address(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _product(text: str) -> tuple[str, str]:
    name, separator, address = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"{text!r} has no '='; give NAME=URL, like weather=http://127.0.0.1:8010")
    return name, _address(address)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; give a number from 1 to 65535")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m apps.frontend", description="Serve the page.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=3000, help="port to listen on (default: %(default)s)")
    parser.add_argument("--static", type=Path, required=True, help="folder of the built page (dist)")
    parser.add_argument(
        "--platform-api", type=_address, required=True, metavar="URL", help="base address of the platform's API"
    )
    parser.add_argument(
        "--product",
        type=_product,
        action="append",
        default=[],
        metavar="NAME=URL",
        help="a product of the stack and the base address of its API; may be repeated",
    )
    return parser


def _upstreams(parser: argparse.ArgumentParser, platform: str, products: list[tuple[str, str]]) -> Upstreams:
    names = [name for name, _ in products]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        parser.error(f"argument --product: {', '.join(repeated)} is given more than once")
    try:
        return Upstreams(platform, dict(products))
    except ValueError as error:
        parser.error(f"argument --product: {error}")


def main() -> int:
    """Serve until SIGTERM or SIGINT. Return exit status 2 if the page is not built or an argument is wrong."""
    parser = _parser()
    arguments = parser.parse_args()
    platform: str = arguments.platform_api
    products: list[tuple[str, str]] = arguments.product
    static: Path = arguments.static
    host: str = arguments.host
    port: int = arguments.port
    try:
        app = build_app(upstreams=_upstreams(parser, platform, products), static_folder=static)
    except MissingPageError as error:
        print(error, file=sys.stderr)
        return 2
    logs.configure()
    uvicorn.run(
        app,
        # Its loggers use the handler of the process.
        log_config=None,
        host=host,
        port=port,
        # Pages send a request every 5 s: an access log would hide everything else in the log.
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_GRACE_SECONDS,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
