"""StarRocks, the only store of application data: here its emulator, for a laptop and for tests."""

from infra.distributions import starrocks_emulator as distribution
from infra.services import ports
from infra.services.model import HttpGet, Port, Service, Volume
from infra.settings import StarRocksSettings, mebibytes


def starrocks_emulator(settings: StarRocksSettings) -> Service:
    """FE and BE ports of StarRocks answered by one small process, labelled as an emulator wherever one asks."""
    return Service(
        name="starrocks",
        kind="StarRocksEmulator",
        distribution=distribution(),
        command=(
            "@{python}",
            *("-m", "starrocks_emulator"),
            *("--data", "@{volume.data}"),
            *("--host", "@{host}"),
            # Only the network of a stack gets to it, and whoever comes first as root sets the password.
            "--allow-remote",
            *("--mysql-port", "@{port.query}"),
            *("--fe-http-port", "@{port.fe-http}"),
            *("--be-http-port", "@{port.be-http}"),
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
        stop_grace=20,
    )
