-- Privileges of each part. The deployment creates the users and their passwords.

CREATE ROLE IF NOT EXISTS liontrack_reader;
GRANT SELECT ON ALL TABLES IN DATABASE liontrack_bronze TO ROLE liontrack_reader;
GRANT SELECT ON ALL VIEWS IN DATABASE liontrack_bronze TO ROLE liontrack_reader;
GRANT SELECT ON ALL MATERIALIZED VIEWS IN DATABASE liontrack_bronze TO ROLE liontrack_reader;

CREATE ROLE IF NOT EXISTS liontrack_loader;
GRANT INSERT ON TABLE liontrack_bronze.lions_raw TO ROLE liontrack_loader;
GRANT INSERT ON TABLE liontrack_bronze.weights_raw TO ROLE liontrack_loader;
GRANT INSERT ON TABLE liontrack_bronze.challenges_raw TO ROLE liontrack_loader;
GRANT INSERT ON TABLE liontrack_bronze.users_raw TO ROLE liontrack_loader;
GRANT INSERT ON TABLE liontrack_bronze.messages TO ROLE liontrack_loader;
GRANT INSERT ON TABLE liontrack_bronze.rejected_events TO ROLE liontrack_loader;

CREATE ROLE IF NOT EXISTS liontrack_pipeline_role;
GRANT SELECT ON ALL TABLES IN DATABASE liontrack_bronze TO ROLE liontrack_pipeline_role;
GRANT SELECT ON ALL VIEWS IN DATABASE liontrack_bronze TO ROLE liontrack_pipeline_role;
GRANT SELECT ON ALL MATERIALIZED VIEWS IN DATABASE liontrack_bronze TO ROLE liontrack_pipeline_role;
GRANT REFRESH ON MATERIALIZED VIEW liontrack_bronze.positions_5min_mv TO ROLE liontrack_pipeline_role;

-- Smoke tests delete their own rows by key afterwards.
CREATE ROLE IF NOT EXISTS liontrack_smoke_role;
GRANT SELECT ON ALL TABLES IN DATABASE liontrack_bronze TO ROLE liontrack_smoke_role;
GRANT SELECT ON ALL VIEWS IN DATABASE liontrack_bronze TO ROLE liontrack_smoke_role;
GRANT SELECT ON ALL MATERIALIZED VIEWS IN DATABASE liontrack_bronze TO ROLE liontrack_smoke_role;
GRANT DELETE ON TABLE liontrack_bronze.lions_raw TO ROLE liontrack_smoke_role;
GRANT DELETE ON TABLE liontrack_bronze.weights_raw TO ROLE liontrack_smoke_role;
GRANT DELETE ON TABLE liontrack_bronze.challenges_raw TO ROLE liontrack_smoke_role;
GRANT DELETE ON TABLE liontrack_bronze.users_raw TO ROLE liontrack_smoke_role;
GRANT DELETE ON TABLE liontrack_bronze.messages TO ROLE liontrack_smoke_role;
GRANT DELETE ON TABLE liontrack_bronze.rejected_events TO ROLE liontrack_smoke_role;
