-- Metadata: quality of the data, runs of the pipeline, what each read and wrote, and its reports.

CREATE TABLE IF NOT EXISTS data_quality_checks (
    table_name VARCHAR(64) NOT NULL COMMENT "table that was checked, such as bronze.lions_raw",
    check_name VARCHAR(64) NOT NULL COMMENT "what was checked",
    checked_at DATETIME NOT NULL COMMENT "when",
    quality_percentage DOUBLE NOT NULL COMMENT "share of rows that passed, %",
    details VARCHAR(65535) NULL COMMENT "figures behind it, JSON object",
    received_at DATETIME NOT NULL COMMENT "when the report was received or computed",
    message_id VARCHAR(64) NOT NULL COMMENT "message of Pulsar, or run of the pipeline"
)
PRIMARY KEY (table_name, check_name, checked_at)
COMMENT "Quality reports of monitors and of the pipeline"
PARTITION BY date_trunc('month', checked_at)
DISTRIBUTED BY HASH (table_name) BUCKETS 1
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS pipeline_runs (
    run_id VARCHAR(64) NOT NULL COMMENT "run of DolphinScheduler",
    pipeline_name VARCHAR(64) NOT NULL COMMENT "batch_processor",
    status VARCHAR(16) NOT NULL COMMENT "running, success or failed",
    range_from DATE NOT NULL COMMENT "first day that was asked for",
    range_to DATE NOT NULL COMMENT "day after the last",
    loaded_until DATETIME NULL COMMENT "messages stored up to this time were considered",
    started_at DATETIME NOT NULL COMMENT "first try",
    ended_at DATETIME NULL COMMENT "NULL: it runs",
    error VARCHAR(1024) NULL COMMENT "why it failed"
)
PRIMARY KEY (run_id)
COMMENT "Runs of the nightly pipeline"
DISTRIBUTED BY HASH (run_id) BUCKETS 1
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS run_days (
    run_id VARCHAR(64) NOT NULL COMMENT "run",
    day DATE NOT NULL COMMENT "day that the run computes",
    late BOOLEAN NOT NULL COMMENT "true: outside the range, because events of that day arrived"
)
PRIMARY KEY (run_id, day)
COMMENT "Days that each run computes"
DISTRIBUTED BY HASH (run_id) BUCKETS 1
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS lineage (
    run_id VARCHAR(64) NOT NULL COMMENT "run",
    target_table VARCHAR(64) NOT NULL COMMENT "table that was written",
    day_from DATE NOT NULL COMMENT "first day",
    day_to DATE NOT NULL COMMENT "day after the last",
    source_tables VARCHAR(255) NOT NULL COMMENT "tables that were read, separated by commas",
    rows_in BIGINT NOT NULL COMMENT "rows read for these days",
    rows_out BIGINT NOT NULL COMMENT "rows written",
    rows_excluded BIGINT NOT NULL COMMENT "rows that do not count",
    excluded_by_reason VARCHAR(1024) NOT NULL COMMENT "their number by reason, JSON object",
    recorded_at DATETIME NOT NULL COMMENT "when"
)
PRIMARY KEY (run_id, target_table, day_from, day_to)
COMMENT "What each run read and wrote"
DISTRIBUTED BY HASH (run_id) BUCKETS 1
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS reports (
    report_date DATE NOT NULL COMMENT "last day of the run's range that had begun",
    language VARCHAR(2) NOT NULL COMMENT "fr or en",
    run_id VARCHAR(64) NOT NULL COMMENT "run that wrote it",
    markdown VARCHAR(1048576) NOT NULL COMMENT "the report",
    written_at DATETIME NOT NULL COMMENT "when"
)
PRIMARY KEY (report_date, language)
COMMENT "Reports of the pipeline"
DISTRIBUTED BY HASH (report_date) BUCKETS 1
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);
