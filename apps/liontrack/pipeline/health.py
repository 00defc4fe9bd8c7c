"""Checks that the services that the pipeline needs respond."""

from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from apps.liontrack.pipeline.store import Store

_SECONDS = 10.0
_WITHOUT_TOKEN = frozenset({401, 403})


class UnhealthyError(Exception):
    """A service does not respond; the message names it."""


def check_pulsar(admin_url: str) -> None:
    """Check that a broker has started. A broker that requires a token (401) has started.

    Raises:
        UnhealthyError: the broker does not respond, or responds with another error.
    """
    if not admin_url.startswith(("http://", "https://")):
        raise UnhealthyError(f"PULSAR_ADMIN_URL is {admin_url!r}, expected an http or https address")
    try:
        with urlopen(Request(f"{admin_url}/admin/v2/brokers/ready"), timeout=_SECONDS) as answer:  # noqa: S310
            answer.read()
    except HTTPError as error:
        if error.code not in _WITHOUT_TOKEN:
            raise UnhealthyError(f"Pulsar at {admin_url} returned status {error.code}") from None
    except (URLError, OSError) as error:
        raise UnhealthyError(f"Pulsar at {admin_url} does not respond: {error}") from None


def check_starrocks(store: Store) -> str:
    """The version of StarRocks. Raises StarRocksError if StarRocks does not respond."""
    return str(store.query("SELECT current_version() AS version")[0]["version"])
