"""Stops the streaming jobs of a stack while its tables are copied."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_errors import StarRocksError
from apps.shared.streaming_jobs import StreamingJobs
from apps.tasks.errors import TaskError
from apps.tasks.lease import Lease
from infra import platform as own
from infra.resources.connections import Connections
from seatunnel.client.rest import ZetaError
from seatunnel.client.zeta import Zeta
from tools.stack.backup.server import connected

_TABLE = f"{own.DATABASE}.streaming_jobs"
_ZETA_SECONDS = 60
_LONGEST_SECONDS = 24 * 3600.0


@contextmanager
def stopped(known: Connections, products: list[str], purpose: str) -> Iterator[None]:
    """Stop the streaming jobs of products with a savepoint; at the end they resume from it.

    If they cannot be stopped, for example because Zeta does not respond, a message reports this: the tables may then
    change meanwhile. If this process dies, the keeper restarts the jobs within a minute.

    Args:
        known: addresses and secrets of the stack.
        products: names of the products.
        purpose: name of the lease on the jobs, for people.
    """

    def renewing() -> tuple[StarRocks, StreamingJobs]:
        server = connected(known)
        return server, StreamingJobs(server, _TABLE)

    with ExitStack() as leases:
        server = leases.enter_context(connected(known))
        zeta = Zeta(known.endpoint("seatunnel", "rest").url, timeout=_ZETA_SECONDS)
        for product in products:
            lease = Lease(
                StreamingJobs(server, _TABLE),
                zeta,
                product=product,
                purpose=purpose,
                renewing=renewing,
                longest=_LONGEST_SECONDS,
            )
            try:
                leases.enter_context(lease)
            except (TaskError, ZetaError, StarRocksError) as error:
                print(f"Tables of {product} may change, because its streaming jobs cannot be stopped: {error}")
        yield
