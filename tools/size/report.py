"""The plan as text, and the settings to paste."""

from collections.abc import Iterator

import yaml

from infra.products.registry import declared
from tools.size import constants as of
from tools.size.model import (
    MOST_BACKENDS,
    MOST_BOOKIES,
    MOST_BROKERS,
    MOST_NODES,
    MOST_PARALLELISM,
    MOST_PROXIES,
    Load,
    Plan,
    limits,
    one_machine,
    plan,
)

_MACHINE_CORES = 8
_MILLION = 1_000_000


def lines(load: Load) -> Iterator[str]:
    """The report on a load."""
    found = plan(load)
    yield (
        f"{load.events_per_second:,.0f} events/s of {load.event_bytes:,} bytes from {load.sources:,} sources, kept for "
        f"{load.retention_months} months"
    )
    yield ""
    yield f"topic            {found.partitions} partitions"
    yield (
        f"Pulsar           {found.proxies} proxies, {found.brokers} brokers, {found.bookies} bookies of "
        f"{found.broker_cores} cores, {found.bookie_gib:,} GiB a bookie"
    )
    yield f"Zeta             {found.zeta_nodes} nodes of {found.zeta_cores} cores, parallelism {found.parallelism}"
    yield (
        f"StarRocks        3 frontends, {found.backends} backends of {found.backend_cores} cores, "
        f"{found.backend_memory_gib:,} GiB memory, {found.backend_gib:,} GiB storage each"
    )
    yield f"total            {found.cores:,} cores and {found.storage_gib:,} GiB storage for these servers"
    yield ""
    carried = one_machine(_MACHINE_CORES)
    verdict = "one machine is enough" if load.events_per_second <= carried else "one machine is not enough"
    yield f"One machine of {_MACHINE_CORES} cores handles about {carried:,.0f} events/s with the emulator: {verdict}."
    exceeded = list(_beyond(found))
    yield from exceeded
    yield ""
    yield f"On the way to {_MILLION:,} events/s of this size, these limits are reached:"
    for limit in limits(load):
        yield f"  {limit.events_per_second:>12,.0f} events/s  {limit.what}"
    yield ""
    if exceeded:
        yield "There are no settings for this load, because it is beyond the limits above."
    else:
        yield "Settings to paste:"
        yield settings(load)
    yield "Estimates in this plan, to be measured on your cluster:"
    for name, figure in sorted(vars(of).items()):
        if isinstance(figure, of.Figure) and figure.source.startswith("guess"):
            yield f"  {name}: {figure.value:g} {figure.unit} ({figure.source.removeprefix('guess: ')})"


def _beyond(found: Plan) -> Iterator[str]:
    for name, number, most in (
        ("pulsar.proxies", found.proxies, MOST_PROXIES),
        ("pulsar.brokers", found.brokers, MOST_BROKERS),
        ("pulsar.bookies", found.bookies, MOST_BOOKIES),
        ("starrocks.backends", found.backends, MOST_BACKENDS),
        ("seatunnel.nodes", found.zeta_nodes, MOST_NODES),
        ("ingest.parallelism", found.parallelism, MOST_PARALLELISM),
    ):
        if number > most:
            yield f"! {name} {number} is more than the settings permit ({most}): this load needs a larger platform."


def _products(load: Load, parallelism: int) -> dict[str, dict[str, object]]:
    """The section of the first declared product with an ingest job; only keys that its settings have."""
    for name, product in declared().items():
        keys = product.settings.model_fields
        if "ingest" in keys:
            retention = {"retentionMonths": load.retention_months} if "retention_months" in keys else {}
            return {name: {"ingest": {"parallelism": parallelism}, **retention}}
    return {}


def settings(load: Load) -> str:
    """Settings for `Pulumi.<stack>.yaml`; numbers above the permitted maximum are reduced to it."""
    found = plan(load)
    document = {
        "kappastack:size": "medium",
        "kappastack:pulsar": {
            "proxies": min(found.proxies, MOST_PROXIES),
            "brokers": min(found.brokers, MOST_BROKERS),
            "bookies": min(found.bookies, MOST_BOOKIES),
            "storage": f"{found.bookie_gib}Gi",
            "cpu": str(found.broker_cores),
        },
        "kappastack:seatunnel": {"nodes": min(found.zeta_nodes, MOST_NODES), "cpu": str(found.zeta_cores)},
        "kappastack:starrocks": {
            "backends": min(found.backends, MOST_BACKENDS),
            "memory": f"{found.backend_memory_gib}Gi",
            "storage": f"{found.backend_gib}Gi",
            "cpu": str(found.backend_cores),
        },
        "kappastack:products": _products(load, min(found.parallelism, MOST_PARALLELISM)),
    }
    text: str = yaml.safe_dump({"config": document}, sort_keys=False)
    return text
