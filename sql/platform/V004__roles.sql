-- What the platform's own users may do with its tables. The deployment creates the users.

CREATE ROLE IF NOT EXISTS platform_reader_role;
GRANT SELECT ON TABLE kappastack.pipeline_steps TO ROLE platform_reader_role;
GRANT SELECT ON TABLE kappastack.streaming_jobs TO ROLE platform_reader_role;
GRANT SELECT ON TABLE kappastack.run_ranges TO ROLE platform_reader_role;

CREATE ROLE IF NOT EXISTS platform_scheduler_role;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE kappastack.pipeline_steps TO ROLE platform_scheduler_role;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE kappastack.streaming_jobs TO ROLE platform_scheduler_role;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE kappastack.run_ranges TO ROLE platform_scheduler_role;
