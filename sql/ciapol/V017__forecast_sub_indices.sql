-- The index of a predicted hour is computed from its predicted pollutants, with the breakpoints of the measured index.

ALTER TABLE aqi_predictions_zeta
ADD COLUMN sub_index INT NULL COMMENT "of a pollutant: its index in this hour; NULL: too few hours, or quantity is aqi";

GRANT SELECT ON TABLE ciapol_analytics.aqi_breakpoints TO ROLE ciapol_forecaster;
