"""The API over StarRocks and the page over the API."""

from infra.distributions import api as api_distribution
from infra.distributions import frontend as frontend_distribution
from infra.services import ports
from infra.services.model import Endpoint, HttpGet, Port, Service
from infra.settings import WebSettings, mebibytes

_PYTHON = {"PYTHONPATH": "@{dist}/lib", "PYTHONUNBUFFERED": "1", "TMPDIR": "@{tmp}"}


def api(settings: WebSettings, *, starrocks: Endpoint, database: str) -> Service:
    """The HTTP API: what people and the page may ask of the data, by a user who can only read."""
    return Service(
        name="api",
        kind="Api",
        distribution=api_distribution(),
        command=("@{python}", "-m", "apps.ciapol.api", "--host", "@{host}", "--port", "@{port.http}"),
        environment={
            **_PYTHON,
            "QUERIES_DIR": "@{dist}/queries",
            "STARROCKS_HOST": starrocks.host,
            "STARROCKS_PORT": str(starrocks.port),
            "STARROCKS_DATABASE": database,
            "STARROCKS_USER": "api",
            "STARROCKS_PASSWORD_FILE": "@{secret.starrocks-api}",
        },
        ports={"http": Port(ports.API, public=True)},
        secrets={"starrocks-api": "starrocks-api"},
        health=HttpGet("http", "/health/live", start_within=60),
        memory=mebibytes(settings.memory),
    )


def frontend(settings: WebSettings, *, api: Endpoint) -> Service:
    """The page: static files, the status of the platform, and a proxy of the API, so that browsers meet one origin."""
    return Service(
        name="frontend",
        kind="Frontend",
        distribution=frontend_distribution(),
        command=(
            "@{python}",
            *("-m", "apps.frontend"),
            *("--host", "@{host}"),
            *("--port", "@{port.http}"),
            *("--api", api.url),
            *("--static", "@{dist}/static"),
        ),
        environment=_PYTHON,
        ports={"http": Port(ports.FRONTEND, public=True)},
        health=HttpGet("http", "/health/live", start_within=60),
        memory=mebibytes(settings.memory),
    )
