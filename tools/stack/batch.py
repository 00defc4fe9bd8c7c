"""Running a batch job of a product once, by hand or after a replay."""

import time
from datetime import UTC, datetime, timedelta

from rich.console import Console

from infra.resources import connections
from infra.resources.job_placeholders import placeholders
from infra.settings import ROOT
from seatunnel.client.definition import fill, job_id, read_definition
from seatunnel.client.zeta import JobFailed, JobStatus, Zeta

_FORMAT = "%Y-%m-%d %H:%M:%S"
console = Console()


def run(stack: str, job: str, *, days: int) -> int:
    """Run `seatunnel/ciapol/<job>.conf` over the last days up to the next full hour, and wait for its end."""
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    window = {"from": (until - timedelta(days=days)).strftime(_FORMAT), "to": until.strftime(_FORMAT)}
    known = connections.load(stack)
    definition = read_definition(
        ROOT / f"seatunnel/ciapol/{job}.conf",
        {"starrocks.database": "ciapol_analytics", "station_filter": ""},
        files=ROOT,
    )
    zeta = Zeta(known.endpoint("seatunnel", "rest").url)
    name = f"{job}-{datetime.now(UTC).strftime('%Y%m%dT%H%M%SZ')}"
    identity = job_id(stack, name)
    console.print(f"job {job} for {window['from']} to {window['to']}: running", highlight=False)
    begin = time.monotonic()
    zeta.submit(identity, name, fill(definition, placeholders(known) | window), restore=False)
    try:
        zeta.wait(identity, frozenset({JobStatus.FINISHED}), within=600)
    except (JobFailed, TimeoutError) as error:
        console.print(f"[red]job {job}: {error}")
        return 1
    console.print(f"job {job}: finished in {time.monotonic() - begin:.1f} s", highlight=False)
    return 0
