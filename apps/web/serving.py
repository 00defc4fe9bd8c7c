"""Runs an API as a process."""

import argparse
import os
import sys
from typing import TypeVar

import uvicorn

from apps.web.api import Api
from apps.web.logs import configure
from apps.web.settings import Settings, SettingsError

S = TypeVar("S", bound=Settings)

GRACE_SECONDS = 10
"""Seconds that running requests have to finish after SIGTERM or SIGINT."""


def serve(api: Api[S], prog: str, port: int) -> int:
    """Serve until SIGTERM or SIGINT, with settings from the environment; with `--openapi` print the description.

    Args:
        api: the API to serve.
        prog: command that starts it, such as `python -m apps.weather.api`.
        port: default of `--port`.

    Returns:
        Exit status: 0, or 2 if a setting is wrong.
    """
    parser = argparse.ArgumentParser(prog=prog, description=f"The HTTP API {api.title}.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: %(default)s)")
    parser.add_argument("--port", type=int, default=port, help="port to listen at (default: %(default)s)")
    parser.add_argument("--openapi", action="store_true", help="print the OpenAPI document and exit")
    arguments = parser.parse_args()
    if arguments.openapi:
        sys.stdout.write(api.describe() + "\n")
        return 0
    try:
        settings = api.settings.from_environment(os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{prog}: {error}\n")
        return 2
    configure(settings.log_level)
    uvicorn.run(
        api.create(settings),
        host=arguments.host,
        port=arguments.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return 0
