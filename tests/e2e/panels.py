"""The panels of the dashboards on a stack that has data for all of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerting import series
from machine import TestStack
from measurements import Measurement, write_csv
from replaying import Replay, wait_for_count
from scheduler import Scheduler

from infra.monitoring.dashboards import dashboards
from infra.resources.dolphinscheduler.runs import RunState
from tests.waiting import wait_until

_VALUES = ("10", "20", "5", "5", "5", "500", "20", "1000", "2")
_PAUSE = 2.0


def check_panels(stack: TestStack, folder: Path, products: Sequence[str]) -> None:
    """Publish three hours of measurements, run a workflow, and wait until each query of each panel has data.

    Args:
        stack: a stack with the product `ciapol`.
        folder: folder for the measurements.
        products: the stack's products.
    """
    begin = datetime.now(UTC) - timedelta(hours=3)
    minutes = [Measurement("panel-1", begin + timedelta(minutes=minute), _VALUES) for minute in range(180)]
    write_csv(folder / "hours.csv", minutes)
    assert Replay(stack, folder / "hours.csv").finish() == len(minutes)
    wait_for_count(stack, "panel", len(minutes))
    scheduler = Scheduler(stack)
    run = scheduler.ended(scheduler.start("quality_hourly"))
    assert run.state == RunState.SUCCESS, scheduler.log(run)
    queries = {
        f"{dashboard.title}, {panel.title}: {query.expr}": query.expr
        for dashboard in dashboards(products).values()
        for panel in dashboard.panels
        for query in panel.queries
    }
    assert len(queries) > 60

    def empty() -> list[str]:
        return [name for name, expression in queries.items() if not series(stack, expression)]

    wait_until(lambda: not empty(), empty, pause=_PAUSE)
