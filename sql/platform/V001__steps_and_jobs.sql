-- What the platform knows of its own work: how each step of each workflow last went, and the streaming jobs that shall run.
-- Every DATETIME of this database is in UTC.

CREATE TABLE IF NOT EXISTS pipeline_steps (
    product VARCHAR(64) NOT NULL COMMENT "data product that the step works for, e.g. ciapol",
    workflow VARCHAR(64) NOT NULL COMMENT "workflow that the step belongs to",
    task VARCHAR(64) NOT NULL COMMENT "task of the workflow",
    run_id VARCHAR(64) NOT NULL COMMENT "DolphinScheduler's workflow instance of the last run",
    state VARCHAR(16) NOT NULL COMMENT "of the last run: running, succeeded, failed or killed",
    started_at DATETIME NOT NULL COMMENT "when the last run began, UTC",
    ended_at DATETIME NULL COMMENT "when the last run ended, UTC; NULL: it runs, or its process died without a word",
    last_succeeded_at DATETIME NULL COMMENT "when a run last ended well, UTC",
    last_failed_at DATETIME NULL COMMENT "when a run last failed, UTC",
    last_error VARCHAR(4096) NULL COMMENT "why the last run failed; NULL after a run that ended well",
    details VARCHAR(4096) NULL COMMENT "what the last run did, in words"
)
PRIMARY KEY (product, workflow, task)
COMMENT "Last run of each step of each workflow"
DISTRIBUTED BY HASH (product) BUCKETS 1
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS streaming_jobs (
    job_id BIGINT NOT NULL COMMENT "identifier of the job in SeaTunnel Zeta, the same for ever",
    product VARCHAR(64) NOT NULL COMMENT "data product that the job works for",
    name VARCHAR(128) NOT NULL COMMENT "name of the job, for people",
    definition VARCHAR(1048576) NOT NULL COMMENT "the job as JSON, addresses filled; it names password files and holds no password",
    wanted VARCHAR(16) NOT NULL COMMENT "what the deployment wants: running or stopped",
    held_by VARCHAR(128) NULL COMMENT "who has stopped the job for a moment and will put it back",
    held_until DATETIME NULL COMMENT "when that permission ends, UTC; after it the job is put back by anybody",
    failures INT NOT NULL COMMENT "restarts in a row after which the job did not stay up",
    state VARCHAR(16) NULL COMMENT "running, restarting, given_up, held, stopped or unreachable, as last looked at",
    reason VARCHAR(4096) NULL COMMENT "why it is in that state",
    restarted_at DATETIME NULL COMMENT "when it was last put back, UTC",
    checked_at DATETIME NULL COMMENT "when it was last looked at, UTC"
)
PRIMARY KEY (job_id)
COMMENT "Streaming jobs that the deployment has started, and what the keeper found"
DISTRIBUTED BY HASH (job_id) BUCKETS 1
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);
