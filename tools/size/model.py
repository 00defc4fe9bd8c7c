"""The model: from a load to partitions, servers, CPU, memory and storage."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tools.size import constants as of

SECONDS_A_MONTH = 30.4 * 86_400
COPIES = 3
"""Copies of an event in Pulsar, and of a row in StarRocks."""
BROKER_CORES, ZETA_CORES, BACKEND_CORES = 4, 4, 16
MOST_BROKERS = MOST_BOOKIES = 9
MOST_PROXIES = 20
MOST_PARALLELISM = 16
MOST_BACKENDS = 99
MOST_NODES = 9
"""Largest values that the settings of a stack permit."""


LARGEST_EVENT = 512 * 1024
"""`MAX_MESSAGE_BYTES` of the broker."""


class LoadError(ValueError):
    """An invalid load; the message names the value and the permitted range."""


@dataclass(frozen=True)
class Load:
    """The load of a platform.

    Args:
        events_per_second: mean over the busiest hour.
        event_bytes: size of an event.
        sources: number of clients that publish.
        retention_months: months for which rows are kept.
    """

    events_per_second: float
    event_bytes: int
    sources: int
    retention_months: int

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            LoadError: a value is not positive, or an event is larger than the broker accepts.
        """
        for name, value in vars(self).items():
            if value <= 0:
                raise LoadError(f"{name.upper()}={value:g}: must be more than 0")
        if self.event_bytes > LARGEST_EVENT:
            raise LoadError(f"EVENT_BYTES={self.event_bytes}: the broker accepts at most {LARGEST_EVENT}")


@dataclass(frozen=True)
class Plan:
    """The servers and resources for a load.

    Args:
        partitions: number of partitions of the topic.
        parallelism: parallelism of the ingest job.
        brokers: number of brokers.
        proxies: number of proxies.
        bookies: number of bookies.
        backends: number of StarRocks' backends.
        zeta_nodes: number of Zeta's nodes.
        broker_cores: cores of each broker and bookie.
        zeta_cores: cores of each node.
        backend_cores: cores of each backend.
        bookie_gib: storage of each bookie.
        backend_gib: storage of each backend.
        backend_memory_gib: memory of each backend.
    """

    partitions: int
    parallelism: int
    brokers: int
    proxies: int
    bookies: int
    backends: int
    zeta_nodes: int
    broker_cores: int
    zeta_cores: int
    backend_cores: int
    bookie_gib: int
    backend_gib: int
    backend_memory_gib: int

    @property
    def cores(self) -> int:
        """Cores of all these servers."""
        return (
            (self.brokers + self.bookies) * self.broker_cores
            + self.zeta_nodes * self.zeta_cores
            + self.backends * self.backend_cores
        )

    @property
    def storage_gib(self) -> int:
        """Storage of all these servers."""
        return self.bookies * self.bookie_gib + self.backends * self.backend_gib


def plan(load: Load) -> Plan:
    """Compute the servers and resources for a load, with the constants of `tools.size.constants`."""
    rate = load.events_per_second
    messaging = _cores(rate, of.PULSAR_MICROS)
    # Storing one copy costs about as much CPU as the broker's work; the measured process does both once.
    copying = messaging * (1 + COPIES) / 2
    written = rate * load.event_bytes
    bookies = max(COPIES, math.ceil(written * COPIES / of.DISK_BYTES.value))
    brokers = max(2, math.ceil(copying / 2 / BROKER_CORES))
    parallelism = max(1, math.ceil(_cores(rate, of.ZETA_MICROS)))
    backends = max(COPIES, math.ceil(written * of.TABLES.value / of.LOAD_BYTES.value))
    rows = rate * SECONDS_A_MONTH * load.retention_months
    hot = rate * SECONDS_A_MONTH * of.HOT_MONTHS.value * of.TABLES.value
    kept = written * of.TOPIC_DAYS.value * 86_400
    stored = rows * _row_bytes(load)
    return Plan(
        partitions=_multiple(max(parallelism, brokers), brokers),
        parallelism=parallelism,
        brokers=brokers,
        proxies=max(2, math.ceil(load.sources / of.CONNECTIONS.value)),
        bookies=bookies,
        backends=backends,
        zeta_nodes=max(3, math.ceil(parallelism / ZETA_CORES)),
        broker_cores=max(1, math.ceil(copying / (brokers + bookies))),
        zeta_cores=max(1, math.ceil(parallelism / max(3, math.ceil(parallelism / ZETA_CORES)))),
        backend_cores=max(4, math.ceil(_cores(rate, of.STARROCKS_MICROS) * COPIES / backends)),
        bookie_gib=_gib(kept * COPIES / bookies / of.FULL.value),
        backend_gib=_gib(stored * COPIES / backends / of.FULL.value),
        backend_memory_gib=max(8, _gib(hot * of.INDEX_BYTES.value * COPIES / backends) + 4),
    )


@dataclass(frozen=True)
class Limit:
    """The load at which a service of the platform reaches its limit.

    Args:
        events_per_second: maximum load.
        what: the service, and the setting or resource that limits it.
    """

    events_per_second: float
    what: str


def limits(load: Load) -> Sequence[Limit]:
    """The limits that a growing load of these events reaches, in this order."""
    clients = load.events_per_second * MOST_PROXIES * of.CONNECTIONS.value / load.sources
    each = load.event_bytes
    copying = of.PULSAR_MICROS.value * (1 + COPIES) / 2
    found = [
        Limit(
            MOST_PARALLELISM * of.USE.value * 1e6 / of.ZETA_MICROS.value,
            f"Zeta: products.<product>.ingest.parallelism is at most {MOST_PARALLELISM}",
        ),
        Limit(
            MOST_BACKENDS * of.LOAD_BYTES.value / (each * of.TABLES.value),
            f"StarRocks: starrocks.backends is at most {MOST_BACKENDS}",
        ),
        Limit(
            MOST_BOOKIES * of.DISK_BYTES.value / (each * COPIES),
            f"BookKeeper: pulsar.bookies is at most {MOST_BOOKIES}",
        ),
        Limit(
            MOST_BROKERS * BROKER_CORES * of.USE.value * 1e6 / (copying / 2),
            f"Pulsar: pulsar.brokers is at most {MOST_BROKERS}",
        ),
        Limit(
            clients,
            f"Pulsar: pulsar.proxies is at most {MOST_PROXIES}, with {of.CONNECTIONS.value:,.0f} connections each",
        ),
    ]
    return sorted(found, key=lambda limit: limit.events_per_second)


def one_machine(cores: int) -> float:
    """Maximum events per second of one machine: target `host` or `docker`, with the emulator."""
    spent = of.PULSAR_MICROS.value + of.ZETA_MICROS.value + of.STARROCKS_MICROS.value
    return cores * of.USE.value * 1e6 / spent


def _cores(rate: float, micros: of.Figure) -> float:
    return rate * micros.value / 1e6 / of.USE.value


def _row_bytes(load: Load) -> float:
    """Bytes of an event's rows on disk: the measured value, scaled by the size of the event."""
    return of.ROW_BYTES.value * load.event_bytes / of.EVENT_BYTES.value


def _multiple(number: int, base: int) -> int:
    return math.ceil(number / base) * base


def _gib(size: float) -> int:
    return max(1, math.ceil(size / 2**30))
