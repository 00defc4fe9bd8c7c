"""`python -m apps.liontrack.api --host HOST --port PORT`, with its settings in the environment."""

import sys

from apps.liontrack.api.app import API
from apps.web.serving import serve

if __name__ == "__main__":
    sys.exit(serve(API, prog="python -m apps.liontrack.api", port=4001))
