"""`python -m apps.ciapol.api --host HOST --port PORT`, with its settings in the environment."""

import argparse
import os
import sys

import uvicorn

from apps.ciapol.api.app import create_app
from apps.ciapol.api.logs import configure
from apps.ciapol.api.settings import Settings, SettingsError

GRACE_SECONDS = 10


def main() -> int:
    """Serve until SIGTERM or SIGINT; requests under way then have ten seconds to end."""
    parser = argparse.ArgumentParser(prog="python -m apps.ciapol.api", description="The HTTP API of CIAPOL.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen at (default: %(default)s)")
    arguments = parser.parse_args()
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsError as error:
        print(f"apps.ciapol.api: {error}", file=sys.stderr)
        return 2
    configure(settings.log_level)
    uvicorn.run(
        create_app(settings),
        host=arguments.host,
        port=arguments.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
