-- Privileges of each part. The deployment creates the users and their passwords.

CREATE ROLE IF NOT EXISTS liontrack_reader;
GRANT SELECT ON ALL TABLES IN DATABASE liontrack_metadata TO ROLE liontrack_reader;
GRANT SELECT ON ALL VIEWS IN DATABASE liontrack_metadata TO ROLE liontrack_reader;
GRANT SELECT ON ALL MATERIALIZED VIEWS IN DATABASE liontrack_metadata TO ROLE liontrack_reader;

CREATE ROLE IF NOT EXISTS liontrack_loader;
GRANT INSERT ON TABLE liontrack_metadata.data_quality_checks TO ROLE liontrack_loader;

CREATE ROLE IF NOT EXISTS liontrack_pipeline_role;
GRANT SELECT ON ALL TABLES IN DATABASE liontrack_metadata TO ROLE liontrack_pipeline_role;
GRANT SELECT ON ALL VIEWS IN DATABASE liontrack_metadata TO ROLE liontrack_pipeline_role;
GRANT SELECT ON ALL MATERIALIZED VIEWS IN DATABASE liontrack_metadata TO ROLE liontrack_pipeline_role;
GRANT INSERT, DELETE ON TABLE liontrack_metadata.data_quality_checks TO ROLE liontrack_pipeline_role;
GRANT INSERT, DELETE ON TABLE liontrack_metadata.pipeline_runs TO ROLE liontrack_pipeline_role;
GRANT INSERT, DELETE ON TABLE liontrack_metadata.run_days TO ROLE liontrack_pipeline_role;
GRANT INSERT, DELETE ON TABLE liontrack_metadata.lineage TO ROLE liontrack_pipeline_role;
GRANT INSERT, DELETE ON TABLE liontrack_metadata.reports TO ROLE liontrack_pipeline_role;

-- Smoke tests delete their own rows by key afterwards.
CREATE ROLE IF NOT EXISTS liontrack_smoke_role;
GRANT SELECT ON ALL TABLES IN DATABASE liontrack_metadata TO ROLE liontrack_smoke_role;
GRANT SELECT ON ALL VIEWS IN DATABASE liontrack_metadata TO ROLE liontrack_smoke_role;
GRANT SELECT ON ALL MATERIALIZED VIEWS IN DATABASE liontrack_metadata TO ROLE liontrack_smoke_role;
GRANT DELETE ON TABLE liontrack_metadata.data_quality_checks TO ROLE liontrack_smoke_role;
