"""`up`: deploy, fill in the demonstration, prove that data flow, tell where things are."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table

from infra.images import images
from infra.resources import connections
from infra.resources.starrocks.client import session
from infra.services.pulsar_roles import SENSORS
from infra.settings import ROOT, Settings, load_settings
from tools.images.build import build
from tools.stack import environment, workflow
from tools.stack.configuration import stack_configuration
from tools.stack.pulumi import Stack

_SAMPLE = ROOT / "apps/ciapol/sensors/data/beijing-sample.csv.xz"
_SAMPLE_LENGTH = timedelta(days=70)
_FRESH_HOURS = 2
_DATABASE = "ciapol_analytics"
console = Console()


def up(stack: Stack, *, smoke: bool = True) -> int:
    """Deploy a stack and prove that it works; the exit status says whether it does."""
    settings = load_settings(stack_configuration(stack.name))
    if settings.target == "docker" and not settings.docker.registry:
        base = settings.docker.base_image
        build(images(base), base, lambda line: console.print(line, highlight=False))
    stack.ensure()
    console.rule(f"pulumi up: stack {stack.name}")
    if (status := stack.run("up", "--yes", "--skip-preview", "--suppress-outputs")) != 0:
        return status
    if settings.demonstration:
        console.rule("demonstration data")
        if (status := replay_sample(stack)) != 0:
            return status
    if smoke:
        console.rule("smoke tests")
        if (status := smoke_tests(stack)) != 0:
            console.print(
                "[red]The platform runs, but the smoke tests failed.[/] Look at: make status, make logs SERVICE=…"
            )
            return status
    _tell(stack, settings)
    return 0


def replay_sample(stack: Stack) -> int:
    """Publish the shipped sample so that its last hour is now, unless that was done a short while ago."""
    if (hours := _hours_since_demonstration(stack.name)) is not None and hours < _FRESH_HOURS:
        console.print(f"The sample was replayed before; its last measurement is {hours:.1f} h old.")
        return 0
    known = connections.load(stack.name)
    command = [
        *(sys.executable, "-m", "apps.ciapol.sensors", "replay", str(_SAMPLE)),
        *("--shift-to-now", "--broker", known.endpoint("pulsar", "broker").url),
        *("--token-file", str(connections.token_file(stack.name, SENSORS))),
    ]
    status = subprocess.run(command, cwd=ROOT, env=environment.whole(), check=False).returncode
    if status != 0:
        return status
    _wait_until_quiet(stack.name)
    return _compute(stack.name)


def _compute(stack: str) -> int:
    """What the workflows would have computed had the sample's measurements come in their time."""
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    sample = {"from": (until - _SAMPLE_LENGTH).isoformat(), "to": until.isoformat()}
    for name, parameters in (("aqi_hourly", sample), ("quality_hourly", {}), ("predict_hourly", {})):
        if (status := workflow.run(stack, name, parameters)) != 0:
            return status
    return 0


def _hours_since_demonstration(stack: str) -> float | None:
    with session(stack, "starrocks", "root") as starrocks:
        rows = starrocks.execute(
            f"SELECT MAX(m.measured_at) FROM {_DATABASE}.sensor_measurements_zeta m "
            f"JOIN {_DATABASE}.stations s ON s.station_id = m.station_id WHERE s.demonstration IS NOT NULL"
        )
    last = rows[0][0]
    if not isinstance(last, datetime):
        return None
    return (datetime.now(UTC) - last.replace(tzinfo=UTC)).total_seconds() / 3600


def _wait_until_quiet(stack: str, within: float = 300) -> None:
    """Wait until what was published has arrived: the subscription has no backlog left, and the count stands still."""
    counts: list[int] = []

    def complaint() -> str:
        with session(stack, "starrocks", "root") as starrocks:
            counts.append(starrocks.number(f"SELECT COUNT(*) FROM {_DATABASE}.raw_measurements_zeta"))
        console.print(f"  {counts[-1]:,} events stored", highlight=False)
        time.sleep(1)  # between two looks
        return "" if len(counts) > 2 and counts[-1] == counts[-3] > 0 else "events still arrive"

    connections.wait_until(complaint, within=within, what="the replay")


def smoke_tests(stack: Stack) -> int:
    """Run the smoke tests against the stack."""
    command = [sys.executable, "-m", "pytest", "smoke_tests", "--stack", stack.name, "-q", "-p", "no:cacheprovider"]
    return subprocess.run(command, cwd=ROOT, env=environment.whole(), check=False).returncode


def _tell(stack: Stack, settings: Settings) -> None:
    known = connections.load(stack.name)
    console.rule("ready")
    table = Table(box=None, show_header=False, pad_edge=False)
    rows = [
        ("Page", known.endpoint("frontend", "http").url),
        ("API", known.endpoint("api", "http").url + "/openapi.json"),
        ("StarRocks (SQL)", f"{known.endpoint('starrocks', 'query').url}  [{settings.starrocks.edition}]"),
        ("StarRocks (HTTP)", known.endpoint("starrocks", "fe-http").url),
        ("Pulsar", f"{known.endpoint('pulsar', 'broker').url}  admin {known.endpoint('pulsar', 'admin').url}"),
        ("DolphinScheduler", known.endpoint("dolphinscheduler", "rest").url + "/dolphinscheduler/ui/index.html"),
        ("SeaTunnel Zeta", known.endpoint("seatunnel", "rest").url + "/hazelcast/rest/maps/overview"),
    ]
    for name, address in rows:
        table.add_row(name, address)
    console.print(table)
    suffix = "" if stack.name == "local" else f" STACK={stack.name}"
    console.print(
        f"\nNext: open the page; `make status{suffix}`, `make logs SERVICE=seatunnel{suffix}`, "
        f"`make sql{suffix}`, `make credentials{suffix}`.\n"
        f"Stop with `make down{suffix}` (keeps data), remove with `make destroy{suffix}`.",
        highlight=False,
    )
