"""The steps of the workflow `liontrack_bigdata_pipeline`: `python -m apps.liontrack.pipeline STEP`."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from typing import Final

from apps.liontrack.pipeline import checks, health, layers, report
from apps.liontrack.pipeline.run import Run
from apps.liontrack.pipeline.settings import Settings, SettingsError
from apps.liontrack.pipeline.statements import GOLD, SILVER, VIEWS
from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_errors import StarRocksError

Step = Callable[[Run, Settings], str]


def print_line(text: str) -> None:
    """Print a line without buffering, so that the scheduler's log shows it while the step runs."""
    print(text, flush=True)


def _health(run: Run, settings: Settings) -> str:
    version = health.check_starrocks(run.store)
    run.begin()
    health.check_pulsar(settings.pulsar_admin_url)
    return f"Pulsar and StarRocks {version} respond"


def _quality(run: Run, _settings: Settings) -> str:
    run.find_days()
    checks.check(run, print_line)
    late = len(run.days(late_only=True))
    return f"{len(run.days())} days to compute, {late} of them for late events"


def _silver(run: Run, _settings: Settings) -> str:
    layers.compute(run, SILVER, print_line)
    return "silver is computed"


def _gold(run: Run, _settings: Settings) -> str:
    layers.compute(run, GOLD, print_line)
    return "gold is computed"


def _refresh(run: Run, _settings: Settings) -> str:
    for view in VIEWS:
        run.store.query(f"REFRESH MATERIALIZED VIEW {view} WITH SYNC MODE")
        print_line(f"{view} is refreshed")
    return f"{len(VIEWS)} materialized views are refreshed"


def _report(run: Run, _settings: Settings) -> str:
    day = report.write(run)
    run.succeed()
    return f"the report of {day} is written"


STEPS: Final[Mapping[str, Step]] = {
    "health": _health,
    "quality": _quality,
    "silver": _silver,
    "gold": _gold,
    "refresh": _refresh,
    "report": _report,
}


def main(arguments: list[str] | None = None) -> int:
    """Run a step; the exit status is 0, or 1 with the reason in the last line of the output."""
    parser = argparse.ArgumentParser(prog="python -m apps.liontrack.pipeline", description="A step of the pipeline.")
    parser.add_argument("step", choices=list(STEPS))
    step = parser.parse_args(arguments).step
    try:
        settings = Settings.from_environment(os.environ)
        with StarRocks(settings.starrocks, report=print_line, program="liontrack pipeline") as store:
            run = Run(store, settings.kappastack_run, settings.first_day, settings.end_day)
            try:
                print_line(STEPS[step](run, settings))
            except (StarRocksError, health.UnhealthyError, LookupError) as error:
                _record_failure(run, f"{step}: {error}", last=settings.kappastack_last_attempt)
                raise
    except (SettingsError, StarRocksError, health.UnhealthyError, LookupError, OSError) as error:
        print_line(str(error))
        return 1
    return 0


def _record_failure(run: Run, reason: str, *, last: bool) -> None:
    try:
        run.fail(reason, last=last)
    except StarRocksError as error:
        print_line(f"the failure could not be recorded: {error}")


if __name__ == "__main__":
    sys.exit(main())
