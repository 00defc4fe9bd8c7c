"""Requests URLs again and again until it is killed: `python3 asking.py SECONDS URL…`, in a pod.

Each output line has the Unix time of the end of a request, the URL, and the HTTP status, or 0 if there was no response.
"""

import http.client
import sys
import threading
import time
import urllib.error
import urllib.request

TIMEOUT = 1.0
"""Time limit of a request in seconds."""


def status(url: str) -> int:
    """The HTTP status of a complete response; 0 without one."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, http.client.HTTPException):
        return 0


def ask(url: str, pause: float) -> None:
    """Request a URL, with a pause of some seconds after each request."""
    while True:
        found = status(url)
        print(f"{time.time():.3f} {url} {found}", flush=True)
        time.sleep(pause)


if __name__ == "__main__":
    for each in sys.argv[2:]:
        threading.Thread(target=ask, args=(each, float(sys.argv[1]))).start()
