-- How often a step should run, so that whoever looks can tell that it is late.

ALTER TABLE pipeline_steps
    ADD COLUMN every_seconds BIGINT NULL COMMENT "longest pause between two scheduled runs, s; NULL: it has no schedule";
