-- What predictions were worth: each with what was measured, or computed, of its hour later.

-- An hour counts when it is over, as its mean is not known before. Pollutants: µg/m³, the mean of the hour's
-- measurements, as in the index; aqi: index. Neither of the views that it reads has the stations of smoke tests.
CREATE VIEW IF NOT EXISTS prediction_errors
COMMENT "Predictions with what came later, without the stations of smoke tests"
AS
SELECT
    compared.station_id,
    compared.quantity,
    compared.made_at,
    compared.target_hour,
    TIMESTAMPDIFF(HOUR, compared.made_at, compared.target_hour) AS horizon_hours,
    compared.predicted,
    compared.lower_end,
    compared.upper_end,
    compared.actual,
    compared.predicted - compared.actual AS error,
    ABS(compared.predicted - compared.actual) AS absolute_error,
    compared.actual >= compared.lower_end AND compared.actual <= compared.upper_end AS inside_interval,
    compared.model,
    compared.fallback
FROM (
    SELECT
        predictions.station_id,
        predictions.quantity,
        predictions.made_at,
        predictions.target_hour,
        predictions.value AS predicted,
        predictions.lower AS lower_end,
        predictions.upper AS upper_end,
        predictions.model,
        predictions.fallback,
        CASE predictions.quantity
            WHEN 'aqi' THEN CAST(indices.aqi AS DOUBLE)
            WHEN 'pm25' THEN means.pm25
            WHEN 'pm10' THEN means.pm10
            WHEN 'so2' THEN means.so2
            WHEN 'no2' THEN means.no2
            WHEN 'o3' THEN means.o3
            WHEN 'co' THEN means.co
        END AS actual
    FROM aqi_predictions_zeta AS predictions
    LEFT JOIN (
        SELECT
            station_id,
            date_trunc('hour', measured_at) AS hour_start,
            AVG(pm25) AS pm25,
            AVG(pm10) AS pm10,
            AVG(so2) AS so2,
            AVG(no2) AS no2,
            AVG(o3) AS o3,
            AVG(co) AS co
        FROM measurements
        GROUP BY station_id, date_trunc('hour', measured_at)
    ) AS means
        ON means.station_id = predictions.station_id AND means.hour_start = predictions.target_hour
    LEFT JOIN aqi_hourly AS indices
        ON indices.station_id = predictions.station_id AND indices.hour_start = predictions.target_hour
    WHERE predictions.station_id NOT LIKE 'smoke-%'
        AND predictions.target_hour < date_trunc('hour', UTC_TIMESTAMP())
) AS compared
WHERE compared.actual IS NOT NULL;

GRANT SELECT ON VIEW ciapol_analytics.prediction_errors TO ROLE forecaster;
