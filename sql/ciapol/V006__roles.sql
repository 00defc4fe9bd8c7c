-- What each part may do. Users and their passwords are made by the deployment, never here.

CREATE ROLE IF NOT EXISTS reader;
GRANT SELECT ON ALL TABLES IN DATABASE ciapol_analytics TO ROLE reader;
GRANT SELECT ON ALL VIEWS IN DATABASE ciapol_analytics TO ROLE reader;
GRANT SELECT ON ALL MATERIALIZED VIEWS IN DATABASE ciapol_analytics TO ROLE reader;

CREATE ROLE IF NOT EXISTS loader;
GRANT INSERT ON TABLE ciapol_analytics.sensor_measurements_zeta TO ROLE loader;
GRANT INSERT ON TABLE ciapol_analytics.raw_measurements_zeta TO ROLE loader;
GRANT INSERT ON TABLE ciapol_analytics.rejected_measurements_zeta TO ROLE loader;

CREATE ROLE IF NOT EXISTS forecaster;
GRANT SELECT ON TABLE ciapol_analytics.stations TO ROLE forecaster;
GRANT SELECT ON TABLE ciapol_analytics.sensor_measurements_zeta TO ROLE forecaster;
GRANT SELECT ON TABLE ciapol_analytics.sensor_measurements_archive_zeta TO ROLE forecaster;
GRANT SELECT ON TABLE ciapol_analytics.aqi_hourly_zeta TO ROLE forecaster;
GRANT SELECT, INSERT ON TABLE ciapol_analytics.aqi_predictions_zeta TO ROLE forecaster;
GRANT SELECT ON VIEW ciapol_analytics.all_measurements TO ROLE forecaster;
GRANT SELECT ON VIEW ciapol_analytics.measurements TO ROLE forecaster;
GRANT SELECT ON VIEW ciapol_analytics.aqi_hourly TO ROLE forecaster;

CREATE ROLE IF NOT EXISTS scheduler_role;
GRANT SELECT ON ALL TABLES IN DATABASE ciapol_analytics TO ROLE scheduler_role;
GRANT SELECT ON ALL VIEWS IN DATABASE ciapol_analytics TO ROLE scheduler_role;
GRANT SELECT ON ALL MATERIALIZED VIEWS IN DATABASE ciapol_analytics TO ROLE scheduler_role;
GRANT INSERT ON TABLE ciapol_analytics.aqi_hourly_zeta TO ROLE scheduler_role;
GRANT INSERT ON TABLE ciapol_analytics.sensor_measurements_archive_zeta TO ROLE scheduler_role;

-- Smoke tests delete their own rows by key afterwards.
CREATE ROLE IF NOT EXISTS smoke_role;
GRANT SELECT ON ALL TABLES IN DATABASE ciapol_analytics TO ROLE smoke_role;
GRANT SELECT ON ALL VIEWS IN DATABASE ciapol_analytics TO ROLE smoke_role;
GRANT DELETE ON TABLE ciapol_analytics.sensor_measurements_zeta TO ROLE smoke_role;
GRANT DELETE ON TABLE ciapol_analytics.raw_measurements_zeta TO ROLE smoke_role;
GRANT DELETE ON TABLE ciapol_analytics.rejected_measurements_zeta TO ROLE smoke_role;
GRANT DELETE ON TABLE ciapol_analytics.aqi_hourly_zeta TO ROLE smoke_role;

CREATE ROLE IF NOT EXISTS registrar_role;
GRANT SELECT, INSERT, DELETE ON TABLE ciapol_analytics.stations TO ROLE registrar_role;
