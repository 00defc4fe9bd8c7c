"""Values of the placeholders in job files: addresses and paths of secret files, never secrets."""

from collections.abc import Callable, Mapping

from infra.resources.connections import Connections
from infra.services.model import Endpoint
from infra.services.pulsar_roles import is_token


def placeholders(known: Connections) -> dict[str, str]:
    """The values for a deployed stack."""
    return filled(known.endpoint_inside, known.secret_files["seatunnel"])


def filled(endpoint: Callable[[str, str], Endpoint], secret_files: Mapping[str, str]) -> dict[str, str]:
    """Addresses of the services, and the files from which the engine reads passwords and tokens.

    Args:
        endpoint: returns the endpoint of a service's port.
        secret_files: paths of the engine's secret files, by the secret's name.
    """
    return {
        "pulsar.broker_url": endpoint("pulsar", "broker").url,
        "pulsar.admin_url": endpoint("pulsar", "admin").url,
        "starrocks.http_address": endpoint("starrocks", "fe-http").address,
        "starrocks.jdbc_url": f"jdbc:{endpoint('starrocks', 'query').url}",
        **{f"{name.replace('-', '.', 1)}_{_kind(name)}_file": path for name, path in secret_files.items()},
    }


def _kind(secret: str) -> str:
    return "token" if is_token(secret) else "password"
