-- The state of a step in columns of its own, so that no program reads it out of a text for people.

ALTER TABLE pipeline_steps
    ADD COLUMN scheduled BOOLEAN NULL COMMENT "whether the schedule began the last run; false: a person did; NULL: not known";

ALTER TABLE pipeline_steps
    ADD COLUMN range_from DATETIME NULL COMMENT "start of the range that the last run computes, UTC; NULL: it has no range";

ALTER TABLE pipeline_steps
    ADD COLUMN range_to DATETIME NULL COMMENT "end of the range that the last run computes, UTC, not included; NULL: it has no range";

ALTER TABLE pipeline_steps
    ADD COLUMN pieces_done INT NULL COMMENT "pieces of the range that the last run has computed; NULL: it has no pieces";

ALTER TABLE pipeline_steps
    ADD COLUMN pieces_total INT NULL COMMENT "pieces of the range of the last run; NULL: it has no pieces";

ALTER TABLE pipeline_steps
    ADD COLUMN findings VARCHAR(1048576) NULL COMMENT "names of a check's findings that an alert was sent for, as a JSON array; NULL: none";

-- Whoever writes under a lease lets StarRocks check the lease in the same request.
CREATE VIEW IF NOT EXISTS job_leases
COMMENT "Leases on streaming jobs: who keeps a job stopped, and until when"
AS
SELECT job_id, product, held_by, held_until FROM streaming_jobs;

GRANT SELECT ON VIEW kappastack.job_leases TO ROLE public;
