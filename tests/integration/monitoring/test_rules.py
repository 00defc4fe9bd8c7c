"""Alert rules with `promtool test rules`: each fires and clears, and none fires for a planned change."""

import re
from pathlib import Path

import pytest

from infra.monitoring.rules import alerts
from infra.monitoring.scope import scoped
from infra.products.registry import declared
from tests.integration.monitoring.cases import CASES
from tests.integration.monitoring.evaluation import firing, run
from tests.integration.monitoring.programs import promtool

OWN = {name for name, rule in alerts(declared()).items() if rule.series == "stack"}
"""Alerts of the stack's own Prometheus. A Prometheus of the cluster has all."""
QUIET = {
    "JobNotRunning": {
        # A deployment or the archive keeps the job stopped, and records this.
        'kappastack_job_wanted{product="p", streaming_job="p-ingest"}': "1x60",
        'kappastack_job_held{product="p", streaming_job="p-ingest"}': "0x9 1x30 0x20",
        'seatunnel_zeta_job_running{streaming_job="p-ingest"}': "1x9 0x30 1x20",
    },
    "JobRestartedByEngine": {
        # Each of four deployments within a quarter of an hour restarts the job.
        'seatunnel_zeta_source_starts_total{topic="persistent://p/e/t", subscription="s"}': "1x9 2x2 3x2 4x2 5x50",
    },
    "ServiceDown": {
        # The replacement of a service takes a minute.
        'up{service="pulsar"}': "1x9 0x0 1x50",
    },
    "ServiceProcessesMissing": {
        # A replacement of the only pod takes a minute. Afterwards the autoscaler adds one.
        'kappastack:service_processes:wanted{service="api"}': "1x60",
        'up{service="api", instance="10.0.0.1:80"}': "1x9 stale _x50",
        'up{service="api", instance="10.0.0.2:80"}': "_x11 1x50",
        'up{service="api", instance="10.0.0.3:80"}': "_x20 1x40",
    },
    "ServiceRestarting": {
        # Each of four deployments within a quarter of an hour restarts the process.
        'process_start_time_seconds{service="x"}': "1x9 2x2 3x2 4x2 5x50",
        'kappastack_planned_start_timestamp_seconds{service="node-exporter", started="x"}': "1x8 2x2 3x2 4x2 5x50",
        # A target without these records: each of four deployments records its restart a minute after it.
        'process_start_time_seconds{service="y"}': "1x9 600x2 780x2 960x2 1140x40",
        'kappastack_planned_restart_timestamp_seconds{service="platform-api", restarted="y"}': (
            "0x10 660x2 840x2 1020x2 1200x40"
        ),
        # While a pod is replaced, the old one and the new one may take turns in responding.
        'process_start_time_seconds{service="z"}': " ".join(["1", "2"] * 30),
    },
    "TopicSilent": {
        # The demonstration publishes once.
        'pulsar_in_messages_total{namespace="a/b", topic="persistent://a/b/c"}': "0x9 12000x600",
    },
    "LiontrackPipelineFailed": {
        # A run that failed is repeated by hand and succeeds.
        'liontrack_pipeline_runs_total{pipeline_name="p", status="failed"}': "7x9 8x9 7x60",
        'liontrack_pipeline_last_run_failed{pipeline_name="p"}': "0x80",
    },
    "CiapolStationSilent": {
        'ciapol_station_last_measurement_timestamp_seconds{station="A", demonstration="true"}': "0x200",
        'ciapol_station_interval_seconds{station="A", demonstration="true"}': "60x200",
    },
}
"""Series by alert. They resemble the alert's cause, but the alert must not fire."""


def test_prometheus_accepts_every_rule(rules: list[Path]) -> None:
    done = promtool("check", "rules", *rules)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_case() -> None:
    assert set(CASES) == set(alerts(declared()))


def test_each_alert_fires_and_clears(rules: list[Path], tmp_path: Path) -> None:
    run(
        rules,
        tmp_path,
        [
            (case.series, [firing(alert, 5, 0), firing(alert, case.fires, 1), firing(alert, case.clears, 0)])
            for alert, case in CASES.items()
            if alert in OWN
        ],
    )


def test_restarts_after_a_planned_one_fire_on_a_target_that_replaces_containers(
    rules: list[Path], tmp_path: Path
) -> None:
    series = {
        # A deployment restarts the service after ten minutes. Then the service restarts again and again.
        'process_start_time_seconds{service="x"}': "1x9 600x6 1020x2 1200x2 1380x2 1560x60",
        'kappastack_planned_restart_timestamp_seconds{service="platform-api", restarted="x"}': "0x9 600x80",
    }
    alert = "ServiceRestarting"
    run(rules, tmp_path, [(series, [firing(alert, 25, 0), firing(alert, 26, 1), firing(alert, 45, 0)])])


def test_a_service_without_any_process_raises_an_alert(rules: list[Path], tmp_path: Path) -> None:
    alert = "ServiceProcessesMissing"
    series = {
        'kappastack:service_processes:wanted{service="api"}': "1x60",
        'up{service="api", instance="10.0.0.1:80"}': "1x9 stale _x19 1x30",
    }
    run(rules, tmp_path, [(series, [firing(alert, 9, 0), firing(alert, 15, 1), firing(alert, 35, 0)])])


def test_scoped_rules_fire_for_their_stack_only(scoped_rules: list[Path], tmp_path: Path) -> None:
    done = promtool("check", "rules", *scoped_rules)
    assert done.returncode == 0, done.stdout + done.stderr
    run(
        scoped_rules,
        tmp_path,
        [
            (
                {
                    scoped(name, f'stack="{stack}"') if alert in OWN else name: values
                    for name, values in case.series.items()
                },
                [firing(alert, case.fires, expected)],
            )
            for stack, expected, chosen in (
                ("mine", 1, list(CASES)),
                ("other", 0, ["ServiceDown", "BookieDiskFilling"]),
            )
            for alert, case in CASES.items()
            if alert in chosen
        ],
    )


def test_alerts_of_volumes_fire_for_the_namespaces_of_the_stack_only(scoped_rules: list[Path], tmp_path: Path) -> None:
    elsewhere = {
        alert: ({name.replace("mine-data", "mine-data-2"): values for name, values in case.series.items()}, case.fires)
        for alert, case in CASES.items()
        if alert not in OWN
    }
    assert len(elsewhere) == 2
    run(scoped_rules, tmp_path, [(found, [firing(alert, at, 0)]) for alert, (found, at) in elsewhere.items()])


def test_the_same_measures_of_several_pods_raise_one_alert(rules: list[Path], tmp_path: Path) -> None:
    """Each pod of an API exports the state that it reads from StarRocks or the engine."""
    measures = re.compile(rf"(kappastack_(step|job)|seatunnel_zeta_job|{'|'.join(declared())})_")
    chosen = {name: case for name, case in CASES.items() if any(measures.match(series) for series in case.series)}
    assert len(chosen) >= 8
    one = 'count(ALERTS{{alertname="{alert}", alertstate="firing"}})'
    run(
        rules,
        tmp_path,
        [
            (
                {
                    series.replace("{", f'{{instance="{pod}", ') if measures.match(series) else series: values
                    for series, values in case.series.items()
                    for pod in ("10.0.0.1:80", "10.0.0.2:80")
                },
                [
                    {
                        "expr": one.format(alert=alert),
                        "eval_time": f"{case.fires}m",
                        "exp_samples": [{"labels": "{}", "value": 1}],
                    },
                    firing(alert, case.clears, 0),
                ],
            )
            for alert, case in chosen.items()
        ],
    )


def test_no_alert_fires_for_planned_work(rules: list[Path], tmp_path: Path) -> None:
    minutes = (9, 12, 15, 20, 30, 45, 55)
    run(rules, tmp_path, [(series, [firing(alert, each, 0) for each in minutes]) for alert, series in QUIET.items()])


def test_promtool_reports_a_wrong_expectation(rules: list[Path], tmp_path: Path) -> None:
    case = CASES["ServiceDown"]
    with pytest.raises(AssertionError, match="ServiceDown"):
        run(rules, tmp_path, [(case.series, [firing("ServiceDown", case.fires, 0)])])
