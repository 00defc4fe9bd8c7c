"""For each alert: series with which the alert fires and clears, in promtool's notation with a sample per minute."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A test of an alert.

    Args:
        series: values by series.
        fires: minute at which the alert fires.
        clears: minute at which the alert no longer fires. It must not fire in the first minutes either.
    """

    series: dict[str, str]
    fires: int
    clears: int


def gauge(good: float, bad: float, minutes: int) -> str:
    """A gauge: ten minutes good, then bad, then good for two hours."""
    return f"{good:g}x9 {bad:g}x{minutes - 1} {good:g}x120"


def counter(step: float) -> str:
    """A counter that increases once, after ten minutes."""
    return f"0x9 {step:g}x180"


_TOPIC = 'namespace="a/b", topic="persistent://a/b/c-partition-0"'
_SUBSCRIPTION = f'{_TOPIC}, subscription="ingest"'
_JOB = 'streaming_job="p-ingest"'
_HOST = '{host="page.example"}'
_VOLUME = '{namespace="mine-data", persistentvolumeclaim="data-postgres-0"}'
_STATION = 'service="ciapol-api", station="A", demonstration="false"'

CASES = {
    "ServiceDown": Case({'up{service="pulsar"}': gauge(1, 0, 10)}, 14, 25),
    "ServiceProcessesMissing": Case(
        {
            'kappastack:service_processes:wanted{service="api"}': "2x200",
            'up{service="api", instance="10.0.0.1:80"}': "1x200",
            'up{service="api", instance="10.0.0.2:80"}': "1x9 _x9 1x180",
        },
        # Prometheus uses the last value of a series that is not marked as stale for five minutes.
        18,
        30,
    ),
    "ServiceRestarting": Case(
        {
            # Three of four restarts are unplanned.
            'process_start_time_seconds{service="x"}': "1x5 2x2 3x2 4x2 5x90",
            'kappastack_planned_start_timestamp_seconds{service="node-exporter", started="x"}': "1x4 2x100",
        },
        16,
        40,
    ),
    "RuleFailing": Case({"prometheus_rule_evaluation_failures_total": counter(1)}, 12, 30),
    "AlertsNotSent": Case({'alertmanager_notifications_failed_total{integration="slack"}': counter(1)}, 12, 30),
    "CertificateExpires": Case(
        {f"kappastack_ingress_certificate_expiry_timestamp_seconds{_HOST}": gauge(9e9, 6e5, 30)}, 25, 45
    ),
    "CertificateUnknown": Case({f"kappastack_ingress_certificate_read{_HOST}": gauge(1, 0, 90)}, 80, 105),
    "TopicSilent": Case({f"pulsar_in_messages_total{{{_TOPIC}}}": "0+10x400 4000x40 4000+10x60"}, 425, 480),
    "ConsumerBacklog": Case({f"pulsar_subscription_back_log{{{_SUBSCRIPTION}}}": "0x9 11000+1000x20 0x60"}, 25, 45),
    "IngestLag": Case(
        {
            f"pulsar_subscription_last_acked_timestamp{{{_SUBSCRIPTION}}}": "60000x60 3660000+60000x60",
            f"pulsar_subscription_back_log{{{_SUBSCRIPTION}}}": "0x9 5x50 0x60",
        },
        18,
        65,
    ),
    "JobNotRunning": Case(
        {
            f'kappastack_job_wanted{{product="p", {_JOB}}}': "1x200",
            f'kappastack_job_held{{product="p", {_JOB}}}': "0x200",
            f"seatunnel_zeta_job_running{{{_JOB}}}": gauge(1, 0, 20),
        },
        20,
        40,
    ),
    "JobRestartingInALoop": Case({f'kappastack_job_failures{{product="p", {_JOB}}}': gauge(0, 2, 10)}, 15, 30),
    "JobRestartedByEngine": Case(
        {
            'seatunnel_zeta_source_starts_total{topic="persistent://p/e/t", subscription="s"}': "1x9 2+1x10 12x90",
        },
        18,
        45,
    ),
    "CheckpointSlow": Case(
        {
            f"pulsar_subscription_back_log{{{_SUBSCRIPTION}}}": "5x90",
            f"pulsar_subscription_last_consumed_timestamp{{{_SUBSCRIPTION}}}": "1+60000x90",
            f"pulsar_subscription_last_acked_timestamp{{{_SUBSCRIPTION}}}": "1+60000x10 600001x20 1860001+60000x60",
        },
        20,
        45,
    ),
    "StarRocksLoadFailures": Case({'starrocks_fe_txn_failed{service="starrocks"}': counter(10)}, 12, 30),
    "StarRocksSlowQueries": Case({'starrocks_fe_slow_query{service="starrocks"}': counter(5)}, 12, 30),
    "StarRocksTabletVersions": Case({'starrocks_be_max_tablet_rowset_num{service="be"}': gauge(100, 900, 20)}, 20, 40),
    "StarRocksCompactionScore": Case({"starrocks_fe_max_tablet_compaction_score": gauge(10, 150, 30)}, 30, 50),
    "StarRocksDiskFilling": Case(
        {
            'starrocks_be_disks_avail_capacity{service="be", path="/d"}': gauge(50, 5, 20),
            'starrocks_be_disks_total_capacity{service="be", path="/d"}': "100x200",
        },
        20,
        40,
    ),
    "StarRocksNodeDead": Case(
        {
            'node_info{type="be_node_num", state="total"}': "3x200",
            'node_info{type="be_node_num", state="alive"}': gauge(3, 2, 10),
        },
        15,
        30,
    ),
    "StarRocksUnhealthyReplicas": Case(
        {
            "starrocks_fe_scheduled_pending_tablet_num": gauge(0, 3, 60),
            "starrocks_fe_scheduled_running_tablet_num": "0x200",
        },
        50,
        80,
    ),
    "MaterializedViewRefreshFails": Case(
        {'starrocks_fe_mv_refresh_total_failed_jobs{service="starrocks"}': counter(1)}, 12, 90
    ),
    "PostgresDown": Case({"pg_up": gauge(1, 0, 10)}, 15, 30),
    "PostgresConnections": Case({'pg_stat_database_numbackends{datname="d"}': gauge(10, 90, 10)}, 15, 30),
    "WorkflowFailed": Case({'kappastack_step_failed{workflow="w", task="t"}': gauge(0, 1, 10)}, 15, 30),
    "WorkflowRunFailed": Case({'ds_workflow_instance_count_total{state="fail"}': counter(1)}, 12, 30),
    "WorkflowLate": Case({'kappastack_step_late{workflow="w", task="t"}': gauge(0, 1, 10)}, 15, 30),
    "MasterWithoutWorker": Case(
        {
            'up{job="dolphinscheduler_master", service="m"}': "1x200",
            'up{job="dolphinscheduler_worker", service="w"}': gauge(1, 0, 10),
        },
        15,
        30,
    ),
    "ApiErrorsFast": Case(
        {
            'api_requests_total{service="s", status="500"}': "0x9 0+50x70 3500x200",
            'api_requests_total{service="s", status="200"}': "0+10x300",
        },
        60,
        95,
    ),
    "ApiErrorsSlow": Case(
        {
            'api_requests_total{service="s", status="500"}': "0x9 0+5x120 600x300",
            'api_requests_total{service="s", status="200"}': "0+10x500",
        },
        100,
        180,
    ),
    "ApiSlow": Case(
        {
            'api_request_duration_seconds_bucket{service="s", route="/x", le="0.5"}': "0+10x9 100x90 100+10x200",
            'api_request_duration_seconds_count{service="s", route="/x"}': "0+10x300",
        },
        60,
        150,
    ),
    "DiskFullInADay": Case(
        {
            'node_filesystem_avail_bytes{mountpoint="/"}': "390-0.5x420 180+5x400",
            'node_filesystem_size_bytes{mountpoint="/"}': "1000x900",
        },
        240,
        700,
    ),
    "DiskAlmostFull": Case(
        {
            'node_filesystem_avail_bytes{mountpoint="/"}': gauge(50, 5, 20),
            'node_filesystem_size_bytes{mountpoint="/"}': "100x200",
        },
        20,
        40,
    ),
    "BookieRefusesWrites": Case({'bookie_SERVER_STATUS{service="b"}': gauge(1, 0, 10)}, 15, 30),
    "BookieDiskFilling": Case({'bookie_ledger_dir__data_ledgers_usage{service="b"}': gauge(50, 95, 20)}, 20, 40),
    "VolumeAlmostFull": Case(
        {
            f"kubelet_volume_stats_available_bytes{_VOLUME}": gauge(50, 5, 20),
            f"kubelet_volume_stats_capacity_bytes{_VOLUME}": "100x200",
        },
        20,
        40,
    ),
    "VolumeFullInADay": Case(
        {
            f"kubelet_volume_stats_available_bytes{_VOLUME}": "390-0.5x420 180+5x400",
            f"kubelet_volume_stats_capacity_bytes{_VOLUME}": "1000x900",
        },
        240,
        700,
    ),
    "MemoryLow": Case(
        {"node_memory_MemAvailable_bytes": gauge(50, 2, 20), "node_memory_MemTotal_bytes": "100x200"}, 20, 40
    ),
    "CiapolRejectedShare": Case(
        {
            'ciapol_recent_events{service="ciapol-api", outcome="received"}': "1000x200",
            'ciapol_recent_events{service="ciapol-api", outcome="rejected"}': gauge(1, 100, 20),
        },
        20,
        40,
    ),
    "CiapolDataQuality": Case({'ciapol_data_quality_score{demonstration="false"}': gauge(95, 60, 30)}, 30, 50),
    "LiontrackPipelineFailed": Case({'liontrack_pipeline_last_run_failed{pipeline_name="p"}': gauge(0, 1, 60)}, 12, 75),
    "LiontrackDataQuality": Case({'liontrack_data_quality_score{table_name="t"}': gauge(95, 60, 30)}, 30, 50),
    "CiapolStationSilent": Case(
        {
            f"ciapol_station_last_measurement_timestamp_seconds{{{_STATION}}}": "0x60 6000+60x60",
            f"ciapol_station_interval_seconds{{{_STATION}}}": "60x200",
        },
        30,
        70,
    ),
}
"""Cases by the name of the alert."""
