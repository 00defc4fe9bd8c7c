-- Privileges of each part. The deployment creates the users and their passwords.

CREATE ROLE IF NOT EXISTS liontrack_reader;
GRANT SELECT ON ALL TABLES IN DATABASE liontrack_gold TO ROLE liontrack_reader;
GRANT SELECT ON ALL VIEWS IN DATABASE liontrack_gold TO ROLE liontrack_reader;
GRANT SELECT ON ALL MATERIALIZED VIEWS IN DATABASE liontrack_gold TO ROLE liontrack_reader;

CREATE ROLE IF NOT EXISTS liontrack_pipeline_role;
GRANT SELECT ON ALL TABLES IN DATABASE liontrack_gold TO ROLE liontrack_pipeline_role;
GRANT SELECT ON ALL VIEWS IN DATABASE liontrack_gold TO ROLE liontrack_pipeline_role;
GRANT SELECT ON ALL MATERIALIZED VIEWS IN DATABASE liontrack_gold TO ROLE liontrack_pipeline_role;
GRANT INSERT, DELETE ON TABLE liontrack_gold.lions_metrics TO ROLE liontrack_pipeline_role;
GRANT INSERT, DELETE ON TABLE liontrack_gold.users_activity TO ROLE liontrack_pipeline_role;
GRANT INSERT, DELETE ON TABLE liontrack_gold.lions_positions_history TO ROLE liontrack_pipeline_role;
GRANT REFRESH ON MATERIALIZED VIEW liontrack_gold.daily_health_mv TO ROLE liontrack_pipeline_role;

-- Smoke tests delete their own rows by key afterwards.
CREATE ROLE IF NOT EXISTS liontrack_smoke_role;
GRANT SELECT ON ALL TABLES IN DATABASE liontrack_gold TO ROLE liontrack_smoke_role;
GRANT SELECT ON ALL VIEWS IN DATABASE liontrack_gold TO ROLE liontrack_smoke_role;
GRANT SELECT ON ALL MATERIALIZED VIEWS IN DATABASE liontrack_gold TO ROLE liontrack_smoke_role;
GRANT DELETE ON TABLE liontrack_gold.lions_metrics TO ROLE liontrack_smoke_role;
GRANT DELETE ON TABLE liontrack_gold.users_activity TO ROLE liontrack_smoke_role;
GRANT DELETE ON TABLE liontrack_gold.lions_positions_history TO ROLE liontrack_smoke_role;
