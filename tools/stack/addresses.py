"""Addresses of a stack's servers."""

from collections.abc import Sequence

from rich.console import Console

from infra.products.model import Product
from infra.resources import connections
from infra.services import ports
from infra.services.model import Endpoint
from infra.services.web import PLATFORM_API
from infra.settings import Settings
from infra.targets.operations import operations
from tools.stack.pulumi import Stack

console = Console(soft_wrap=True)


def variables(stack: str, settings: Settings) -> dict[str, str]:
    """Environment variables with the addresses of a stack's servers, for the programs of this checkout.

    Args:
        stack: name of the stack.
        settings: settings of the stack, which determine the addresses until it is deployed.
    """
    try:
        known = connections.load(stack, wait=0)
        broker, starrocks = known.endpoint("pulsar", "broker"), known.endpoint("starrocks", "query")
    except connections.ConnectionsMissing:
        place = operations(settings, stack)
        port = ports.PULSAR_OUTSIDE if place.uses_entrances else ports.PULSAR_BROKER
        broker = Endpoint("pulsar", place.address, port + settings.port_offset)
        starrocks = Endpoint("mysql", place.address, ports.STARROCKS_QUERY + settings.port_offset)
    return {
        "PULSAR_BROKER_URL": broker.url,
        "STARROCKS_HOST": starrocks.host,
        "STARROCKS_PORT": str(starrocks.port),
    }


def print_addresses(stack: Stack, settings: Settings, products: Sequence[Product]) -> None:
    """Print addresses and next commands."""
    known = connections.load(stack.name)

    def url(service: str, port: str) -> str:
        return known.endpoint(service, port).url

    rows = [
        ("Page", url("frontend", "http")),
        *((f"API of {each.title}", f"{url(each.api_service, 'http')}/openapi.json") for each in products if each.api),
        ("API of the platform", f"{url(PLATFORM_API, 'http')}/openapi.json"),
        ("StarRocks (SQL)", f"{url('starrocks', 'query')} ({settings.starrocks.edition})"),
        ("StarRocks (HTTP)", url("starrocks", "fe-http")),
        ("Pulsar", f"{url('pulsar', 'broker')}, admin {url('pulsar', 'admin')}"),
        ("DolphinScheduler", f"{url('dolphinscheduler', 'rest')}/dolphinscheduler/ui/index.html"),
        ("SeaTunnel Zeta", f"{url('seatunnel', 'rest')}/hazelcast/rest/maps/overview"),
    ]
    if settings.monitoring.enabled:
        rows.append(("Prometheus", url("prometheus", "http")))
    if settings.has_grafana:
        rows.append(("Grafana", f"{url('grafana', 'http')}, user admin"))
    hosts = settings.kubernetes.ingress.hosts
    rows += [(f"{service}, for users", f"https://{host}") for service, host in hosts.items()]
    if settings.kubernetes.producers.load_balancer:
        rows.append(("Pulsar, for producers", f"pulumi stack output public -s {stack.name}"))
    width = max(len(name) for name, _ in rows)
    console.rule("ready")
    for name, address in rows:
        console.print(f"{name:<{width}}  {address}", highlight=False)
    suffix = stack.suffix
    console.print(
        f"\nNext: open the page; `make status{suffix}`, `make logs SERVICE=seatunnel{suffix}`, "
        f"`make sql{suffix}`, `make credentials{suffix}`.\n"
        f"Stop with `make down{suffix}` (keeps data), remove with `make destroy{suffix}`.",
        highlight=False,
    )
