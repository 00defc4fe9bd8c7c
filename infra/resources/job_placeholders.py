"""What the placeholders of job files stand for in a stack: addresses and secret files, never a secret."""

from infra.resources.connections import Connections


def placeholders(known: Connections) -> dict[str, str]:
    """Addresses of the services, and the files in which the engine finds passwords."""
    return {
        "pulsar.broker_url": known.endpoint("pulsar", "broker").url,
        "pulsar.admin_url": known.endpoint("pulsar", "admin").url,
        "starrocks.http_address": known.endpoint("starrocks", "fe-http").address,
        "starrocks.jdbc_url": f"jdbc:{known.endpoint('starrocks', 'query').url}",
        **{
            f"{name.replace('-', '.', 1)}_password_file": path for name, path in known.secret_files["seatunnel"].items()
        },
    }
