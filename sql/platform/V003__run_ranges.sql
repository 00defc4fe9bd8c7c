-- A run that a person asked a range of the past for: when DolphinScheduler begins it again after the death of a server, it
-- has forgotten the parameters that the run was started with.

CREATE TABLE IF NOT EXISTS run_ranges (
    product VARCHAR(64) NOT NULL COMMENT "data product that the run works for",
    workflow VARCHAR(64) NOT NULL COMMENT "workflow that was run",
    run_id VARCHAR(64) NOT NULL COMMENT "DolphinScheduler's workflow instance",
    range_from VARCHAR(64) NOT NULL COMMENT "begin of the range as it was asked for, ISO 8601; empty: the workflow's own",
    range_to VARCHAR(64) NOT NULL COMMENT "end of the range as it was asked for, ISO 8601; empty: the workflow's own",
    noted_at DATETIME NOT NULL COMMENT "when the run began, UTC"
)
PRIMARY KEY (product, workflow, run_id)
COMMENT "Ranges that runs by hand were asked for, of the last months"
DISTRIBUTED BY HASH (product) BUCKETS 1
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);
