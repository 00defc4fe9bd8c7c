"""Measures the time from each service's start until it is healthy, in a thread beside the deployment."""

import threading
import time
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from apps.shared.files import write_file, write_private
from apps.shared.polling import Pending, poll
from infra.resources.health import Check
from infra.state import StackState
from infra.targets.host.description import Description
from infra.targets.host.paths import LOOPBACK


class Start(BaseModel):
    """Start of a service: `began` in seconds since the epoch, `seconds` from then until it was healthy."""

    model_config = ConfigDict(frozen=True)

    began: float
    seconds: float


class Report(BaseModel):
    """The last start of each service.

    Args:
        whole_seconds: seconds from the first start until all were healthy, in the last deployment that started all.
        services: last start of each service, by name.
    """

    whole_seconds: float | None = None
    services: dict[str, Start] = {}


def watch(description: Description) -> None:
    """Record in a background thread when a service that has just started becomes healthy."""
    health = description.health
    url = f"{'tcp' if health.send else 'http'}://{LOOPBACK}:{description.ports[health.port]}{health.path}"
    check = Check(url=url, send=health.send, contains=health.contains, start_within=health.start_within, description="")
    began = time.time()

    def note() -> None:
        if check.wait(description.stack, description.service):
            return
        start = Start(began=round(began, 2), seconds=round(time.time() - began, 2))
        write_private(_file(description.stack, description.service), start.model_dump_json())

    _file(description.stack, description.service).unlink(missing_ok=True)
    threading.Thread(target=note, name=f"start of {description.service}", daemon=True).start()


def report(stack: str, services: list[str]) -> None:
    """Write the report of a deployment whose services are all healthy."""
    path = StackState(stack).health
    try:
        known = Report.model_validate_json(path.read_text())
    except (FileNotFoundError, ValidationError):
        known = Report()
    # This process is a Pulumi plugin, which the deployment started.
    deployment = psutil.Process().create_time()
    starts = {name: start for name in services if (start := _read(stack, name)) is not None}
    whole = known.whole_seconds
    if len(starts) == len(services) and all(start.began >= deployment for start in starts.values()):
        first = min(start.began for start in starts.values())
        whole = round(max(start.began + start.seconds for start in starts.values()) - first, 2)
    write_file(path, Report(whole_seconds=whole, services=starts).model_dump_json(indent=2) + "\n")


def _file(stack: str, service: str) -> Path:
    return StackState(stack).service(service) / "start.json"


def _read(stack: str, service: str) -> Start | None:
    """The recorded start of a service; waits briefly, because its thread may detect health later than the caller."""

    def look() -> Start | Pending:
        try:
            return Start.model_validate_json(_file(stack, service).read_text())
        except OSError as error:
            return Pending(str(error.strerror))

    try:
        return poll(look, within=2, what=f"the start of {service}", pause=0.05)
    except TimeoutError:
        return None
