-- Roles named after the product, so that products do not share any. They have privileges on this product's tables only.
-- The roles that they replace are dropped, and with them their privileges on the platform's tables.

-- ALL TABLES, VIEWS and MATERIALIZED VIEWS include those that are created later.
CREATE ROLE IF NOT EXISTS ciapol_reader;
GRANT SELECT ON ALL TABLES IN DATABASE ciapol_analytics TO ROLE ciapol_reader;
GRANT SELECT ON ALL VIEWS IN DATABASE ciapol_analytics TO ROLE ciapol_reader;
GRANT SELECT ON ALL MATERIALIZED VIEWS IN DATABASE ciapol_analytics TO ROLE ciapol_reader;

CREATE ROLE IF NOT EXISTS ciapol_loader;
GRANT INSERT ON TABLE ciapol_analytics.sensor_measurements_zeta TO ROLE ciapol_loader;
GRANT INSERT ON TABLE ciapol_analytics.raw_measurements_zeta TO ROLE ciapol_loader;
GRANT INSERT ON TABLE ciapol_analytics.rejected_measurements_zeta TO ROLE ciapol_loader;

CREATE ROLE IF NOT EXISTS ciapol_forecaster;
GRANT SELECT ON TABLE ciapol_analytics.stations TO ROLE ciapol_forecaster;
GRANT SELECT ON TABLE ciapol_analytics.sensor_measurements_zeta TO ROLE ciapol_forecaster;
GRANT SELECT ON TABLE ciapol_analytics.sensor_measurements_archive_zeta TO ROLE ciapol_forecaster;
GRANT SELECT ON TABLE ciapol_analytics.aqi_hourly_zeta TO ROLE ciapol_forecaster;
GRANT SELECT, INSERT ON TABLE ciapol_analytics.aqi_predictions_zeta TO ROLE ciapol_forecaster;
GRANT SELECT ON VIEW ciapol_analytics.all_measurements TO ROLE ciapol_forecaster;
GRANT SELECT ON VIEW ciapol_analytics.measurements TO ROLE ciapol_forecaster;
GRANT SELECT ON VIEW ciapol_analytics.aqi_hourly TO ROLE ciapol_forecaster;
GRANT SELECT ON VIEW ciapol_analytics.prediction_errors TO ROLE ciapol_forecaster;

CREATE ROLE IF NOT EXISTS ciapol_scheduler_role;
GRANT SELECT ON ALL TABLES IN DATABASE ciapol_analytics TO ROLE ciapol_scheduler_role;
GRANT SELECT ON ALL VIEWS IN DATABASE ciapol_analytics TO ROLE ciapol_scheduler_role;
GRANT SELECT ON ALL MATERIALIZED VIEWS IN DATABASE ciapol_analytics TO ROLE ciapol_scheduler_role;
GRANT INSERT ON TABLE ciapol_analytics.aqi_hourly_zeta TO ROLE ciapol_scheduler_role;
GRANT INSERT ON TABLE ciapol_analytics.sensor_measurements_archive_zeta TO ROLE ciapol_scheduler_role;
GRANT INSERT ON TABLE ciapol_analytics.data_quality_hourly_zeta TO ROLE ciapol_scheduler_role;
-- ALTER TABLE … DROP PARTITION, when a month is archived.
GRANT ALTER ON TABLE ciapol_analytics.sensor_measurements_zeta TO ROLE ciapol_scheduler_role;

-- Smoke tests delete their own rows by key afterwards.
CREATE ROLE IF NOT EXISTS ciapol_smoke_role;
GRANT SELECT ON ALL TABLES IN DATABASE ciapol_analytics TO ROLE ciapol_smoke_role;
GRANT SELECT ON ALL VIEWS IN DATABASE ciapol_analytics TO ROLE ciapol_smoke_role;
GRANT DELETE ON TABLE ciapol_analytics.sensor_measurements_zeta TO ROLE ciapol_smoke_role;
GRANT DELETE ON TABLE ciapol_analytics.raw_measurements_zeta TO ROLE ciapol_smoke_role;
GRANT DELETE ON TABLE ciapol_analytics.rejected_measurements_zeta TO ROLE ciapol_smoke_role;
GRANT DELETE ON TABLE ciapol_analytics.aqi_hourly_zeta TO ROLE ciapol_smoke_role;
GRANT DELETE ON TABLE ciapol_analytics.aqi_predictions_zeta TO ROLE ciapol_smoke_role;
GRANT DELETE ON TABLE ciapol_analytics.data_quality_hourly_zeta TO ROLE ciapol_smoke_role;

CREATE ROLE IF NOT EXISTS ciapol_registrar_role;
GRANT SELECT, INSERT, DELETE ON TABLE ciapol_analytics.stations TO ROLE ciapol_registrar_role;

DROP ROLE IF EXISTS reader;
DROP ROLE IF EXISTS loader;
DROP ROLE IF EXISTS forecaster;
DROP ROLE IF EXISTS scheduler_role;
DROP ROLE IF EXISTS smoke_role;
DROP ROLE IF EXISTS registrar_role;
