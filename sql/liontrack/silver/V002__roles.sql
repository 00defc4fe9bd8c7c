-- Privileges of each part. The deployment creates the users and their passwords.

CREATE ROLE IF NOT EXISTS liontrack_reader;
GRANT SELECT ON ALL TABLES IN DATABASE liontrack_silver TO ROLE liontrack_reader;
GRANT SELECT ON ALL VIEWS IN DATABASE liontrack_silver TO ROLE liontrack_reader;
GRANT SELECT ON ALL MATERIALIZED VIEWS IN DATABASE liontrack_silver TO ROLE liontrack_reader;

CREATE ROLE IF NOT EXISTS liontrack_pipeline_role;
GRANT SELECT ON ALL TABLES IN DATABASE liontrack_silver TO ROLE liontrack_pipeline_role;
GRANT SELECT ON ALL VIEWS IN DATABASE liontrack_silver TO ROLE liontrack_pipeline_role;
GRANT SELECT ON ALL MATERIALIZED VIEWS IN DATABASE liontrack_silver TO ROLE liontrack_pipeline_role;
GRANT INSERT, DELETE ON TABLE liontrack_silver.position_checks TO ROLE liontrack_pipeline_role;
GRANT INSERT, DELETE ON TABLE liontrack_silver.weight_checks TO ROLE liontrack_pipeline_role;
GRANT INSERT, DELETE ON TABLE liontrack_silver.lion_days TO ROLE liontrack_pipeline_role;
GRANT INSERT, DELETE ON TABLE liontrack_silver.lion_states TO ROLE liontrack_pipeline_role;
GRANT INSERT, DELETE ON TABLE liontrack_silver.challenges TO ROLE liontrack_pipeline_role;
GRANT INSERT, DELETE ON TABLE liontrack_silver.users TO ROLE liontrack_pipeline_role;

-- Smoke tests delete their own rows by key afterwards.
CREATE ROLE IF NOT EXISTS liontrack_smoke_role;
GRANT SELECT ON ALL TABLES IN DATABASE liontrack_silver TO ROLE liontrack_smoke_role;
GRANT SELECT ON ALL VIEWS IN DATABASE liontrack_silver TO ROLE liontrack_smoke_role;
GRANT SELECT ON ALL MATERIALIZED VIEWS IN DATABASE liontrack_silver TO ROLE liontrack_smoke_role;
GRANT DELETE ON TABLE liontrack_silver.position_checks TO ROLE liontrack_smoke_role;
GRANT DELETE ON TABLE liontrack_silver.weight_checks TO ROLE liontrack_smoke_role;
GRANT DELETE ON TABLE liontrack_silver.lion_days TO ROLE liontrack_smoke_role;
GRANT DELETE ON TABLE liontrack_silver.lion_states TO ROLE liontrack_smoke_role;
GRANT DELETE ON TABLE liontrack_silver.challenges TO ROLE liontrack_smoke_role;
GRANT DELETE ON TABLE liontrack_silver.users TO ROLE liontrack_smoke_role;
GRANT INSERT, DELETE ON TABLE liontrack_silver.test_entities TO ROLE liontrack_smoke_role;
