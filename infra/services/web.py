"""The HTTP APIs, which read StarRocks, and the page, which reads the APIs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from infra import distributions
from infra import platform as own
from infra.distributions import Distribution
from infra.products.model import Api, Product
from infra.services import ports
from infra.services.model import Endpoint, HttpGet, Metrics, Need, Port, Service
from infra.settings import WebSettings, mebibytes, millicores

PLATFORM_API = "platform-api"
_PYTHON = {"PYTHONPATH": "@{dist}/lib", "PYTHONUNBUFFERED": "1", "TMPDIR": "@{tmp}"}
_HEALTH = HttpGet("http", "/health/live", start_within=60)
_METRICS = (Metrics("http"),)
_QUERIES = {"QUERIES_DIR": "@{dist}/queries"}


@dataclass(frozen=True)
class Monitoring:
    """Addresses of a stack's monitoring, which other services need before the monitoring is declared.

    Args:
        prometheus: endpoint of Prometheus.
        alertmanager: endpoint of Alertmanager.
    """

    prometheus: Endpoint
    alertmanager: Endpoint


def platform_api(
    settings: WebSettings,
    *,
    starrocks: Endpoint,
    zeta: Endpoint,
    monitoring: Monitoring | None,
    hosts: Sequence[str] = (),
    ingress: str = "",
) -> Service:
    """The platform's API: workflow steps, streaming jobs, alerts and data flow of all products.

    Args:
        settings: memory and replicas.
        starrocks: query endpoint of StarRocks.
        zeta: REST endpoint of SeaTunnel Zeta; the API exports metrics of its jobs.
        monitoring: addresses of the stack's monitoring; None if it is off.
        hosts: host names with a certificate, whose expiry the API exports for the monitoring.
        ingress: host at which the service reaches these host names; they themselves if empty.
    """
    addresses = {"ZETA_URL": zeta.url}
    needs = [Need("seatunnel", "rest")]
    if monitoring is not None:
        needs += [Need(each, "http") for each in ("prometheus", "alertmanager")]
        addresses |= {"PROMETHEUS_URL": monitoring.prometheus.url, "ALERTMANAGER_URL": monitoring.alertmanager.url}
    if monitoring is not None and hosts:
        addresses |= {"INGRESS_HOSTS": ",".join(sorted(hosts)), "INGRESS_ADDRESS": ingress}
    service = _api(
        PLATFORM_API,
        "apps.platform_api",
        distributions.platform_api(),
        settings,
        starrocks=starrocks,
        database=own.DATABASE,
        user=own.READER,
        port=ports.PLATFORM_API,
        environment=addresses,
        needs=needs,
        # Only the page's server connects to this API.
        public=False,
    )
    return replace(service, visits_hosts="INGRESS_HOSTS" in addresses)


def product_api(product: Product, api: Api, settings: WebSettings, *, starrocks: Endpoint) -> Service:
    """The API of a product. Its StarRocks user has read privileges only."""
    return _api(
        product.api_service,
        f"apps.{product.name}.api",
        distributions.product_api(product),
        settings,
        starrocks=starrocks,
        database=product.database,
        user=product.user("api"),
        port=api.port,
        environment=_QUERIES,
        public=True,
        formerly=api.formerly,
    )


def _api(
    name: str,
    module: str,
    distribution: Distribution,
    settings: WebSettings,
    *,
    starrocks: Endpoint,
    database: str,
    user: str,
    port: int,
    environment: Mapping[str, str],
    public: bool,
    formerly: str = "",
    needs: Sequence[Need] = (),
) -> Service:
    return Service(
        name=name,
        kind="Api",
        distribution=distribution,
        command=("@{python}", "-m", module, "--host", "@{host}", "--port", "@{port.http}"),
        environment={
            **_PYTHON,
            **environment,
            "STARROCKS_HOST": starrocks.host,
            "STARROCKS_PORT": str(starrocks.port),
            "STARROCKS_DATABASE": database,
            "STARROCKS_USER": user,
            "STARROCKS_PASSWORD_FILE": f"@{{secret.starrocks-{user}}}",
        },
        ports={"http": Port(port, public=public)},
        secrets={f"starrocks-{user}": f"starrocks-{user}"},
        rereads=(f"starrocks-{user}",),
        health=_HEALTH,
        alive=_HEALTH,
        memory=mebibytes(settings.memory),
        cpu=millicores(settings.cpu),
        replicas=settings.replicas,
        most_replicas=settings.max_replicas,
        needs=(Need("starrocks", "query"), *needs),
        formerly=formerly,
        metrics=_METRICS,
    )


def frontend(settings: WebSettings, *, platform_api: Endpoint, products: Mapping[str, Endpoint]) -> Service:
    """The page: static files, the platform's status, and a proxy of the APIs, so that browsers use one origin.

    Args:
        settings: memory and replicas of the page's server.
        platform_api: endpoint of the platform's API.
        products: endpoint of each product API, by the product's name.
    """
    return Service(
        name="frontend",
        kind="Frontend",
        distribution=distributions.frontend(),
        command=(
            "@{python}",
            *("-m", "apps.frontend"),
            *("--host", "@{host}"),
            *("--port", "@{port.http}"),
            *("--platform-api", platform_api.url),
            *(part for name, api in products.items() for part in ("--product", f"{name}={api.url}")),
            *("--static", "@{dist}/static"),
        ),
        environment=_PYTHON,
        ports={"http": Port(ports.FRONTEND, public=True)},
        health=_HEALTH,
        alive=_HEALTH,
        memory=mebibytes(settings.memory),
        cpu=millicores(settings.cpu),
        replicas=settings.replicas,
        most_replicas=settings.max_replicas,
        needs=tuple(Need(each, "http") for each in (PLATFORM_API, *(f"{name}-api" for name in products))),
        metrics=_METRICS,
    )
