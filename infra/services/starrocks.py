"""The emulator of StarRocks, for a laptop and for tests. StarRocks is the only store of application data."""

from infra.distributions import starrocks_emulator as distribution
from infra.services import ports
from infra.services.model import HttpGet, Metrics, Port, Service, Volume
from infra.settings import StarRocksSettings, mebibytes, millicores

REPOSITORIES = "repositories"
"""Folder of the emulator's volume with its repositories of snapshots."""


def starrocks_emulator(settings: StarRocksSettings) -> Service:
    """One small process with StarRocks' FE and BE ports, which identifies itself as an emulator."""
    return Service(
        name="starrocks",
        kind="StarRocksEmulator",
        distribution=distribution(),
        command=(
            "@{python}",
            *("-m", "starrocks_emulator"),
            *("--data", "@{volume.data}"),
            *("--host", "@{host}"),
            # Safe, because only the stack's network can connect, and the deployment sets root's password first.
            "--allow-remote",
            *("--mysql-port", "@{port.query}"),
            *("--fe-http-port", "@{port.fe-http}"),
            *("--be-http-port", "@{port.be-http}"),
            # The limit of queries. Python and the caches of DuckDB need the rest.
            *("--memory-limit", f"{mebibytes(settings.memory) * 5 // 8}MB"),
        ),
        environment={"PYTHONPATH": "@{dist}/lib", "PYTHONUNBUFFERED": "1", "TMPDIR": "@{tmp}"},
        ports={
            "query": Port(ports.STARROCKS_QUERY, scheme="mysql"),
            "fe-http": Port(ports.STARROCKS_FE_HTTP),
            "be-http": Port(ports.STARROCKS_BE_HTTP),
        },
        volumes={"data": Volume(settings.storage)},
        health=HttpGet("fe-http", "/api/health", start_within=60, contains="OK"),
        memory=mebibytes(settings.memory),
        cpu=millicores(settings.cpu),
        stop_grace=20,
        metrics=(Metrics("fe-http", job="starrocks_fe"), Metrics("be-http", job="starrocks_be")),
    )
