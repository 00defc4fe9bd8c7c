-- Hourly air quality index of every station, for the hours that start from the first placeholder on and before the second
-- (UTC, on the hour, written YYYY-MM-DD HH:MM:SS): one row per station and hour with at least one measurement, the columns
-- of aqi_hourly_zeta. Reads measurements of the 24 hours before as well, none older.
--
-- Method: US EPA, Technical Assistance Document for the Reporting of Daily Air Quality, EPA-454/B-24-002, May 2024, and
-- 40 CFR part 58, appendix G. An hour's concentration is the mean of its measurements.
--   PM2.5, PM10  NowCast: 12 hours, each weighted by w^(hours ago), w = minimum / maximum but at least 0.5; there must be
--                values in 2 of the last 3 hours. Looked up in the 24-hour table.
--   O3           8-hour mean (at least 6 hours, 40 CFR part 50, appendix U); or the hour, where its index is higher.
--                The 8-hour table ends at 300: above 0.200 ppm it gives 300 and only the 1-hour table more.
--   CO           8-hour mean (at least 6 hours, 40 CFR 50.8).
--   NO2          the hour.
--   SO2          the hour up to 304 ppb, index 200; 24-hour mean (at least 18 hours) from 305 ppb on.
-- Gases from µg/m³ to ppb at 25 °C and 1013.25 hPa: 24.4654 l/mol (R = 8.314462618 J/(mol K), CODATA 2018) over the molar
-- mass in g/mol, from the standard atomic weights of IUPAC 2021: O3 47.997, CO 28.010, NO2 46.005, SO2 64.058.
-- Concentrations are truncated to the table's digits: they are counted here in whole units of the last digit kept (PM2.5
-- 35.4 µg/m³ is 354), rounded to a millionth of it first, so that what binary fractions lose does not cost a unit.
-- In whole units the linear interpolation and its rounding are exact. Above the table the last line continues.
WITH hourly AS (
    SELECT
        station_id,
        date_trunc('hour', measured_at) AS hour_start,
        TIMESTAMPDIFF(HOUR, '1970-01-01 00:00:00', date_trunc('hour', measured_at)) AS hour_number,
        COUNT(*) AS measurements,
        AVG(pm25) AS pm25,
        AVG(pm10) AS pm10,
        AVG(o3) AS o3,
        AVG(co) AS co,
        AVG(no2) AS no2,
        AVG(so2) AS so2
    FROM measurements
    WHERE measured_at >= DATE_SUB(CAST('${from}' AS DATETIME), INTERVAL 24 HOUR)
        AND measured_at < CAST('${to}' AS DATETIME)
    GROUP BY station_id, date_trunc('hour', measured_at)
),

ages AS (
    SELECT 0 AS age
    UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
    UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9 UNION ALL SELECT 10
    UNION ALL SELECT 11 UNION ALL SELECT 12 UNION ALL SELECT 13 UNION ALL SELECT 14 UNION ALL SELECT 15
    UNION ALL SELECT 16 UNION ALL SELECT 17 UNION ALL SELECT 18 UNION ALL SELECT 19 UNION ALL SELECT 20
    UNION ALL SELECT 21 UNION ALL SELECT 22 UNION ALL SELECT 23
),

targets AS (
    SELECT station_id, hour_start, hour_number, measurements, no2, so2, o3, ages.age
    FROM hourly CROSS JOIN ages
    WHERE hour_start >= CAST('${from}' AS DATETIME)
),

history AS (
    SELECT
        targets.station_id,
        targets.hour_start,
        targets.age,
        past.pm25,
        past.pm10,
        past.o3,
        past.co,
        past.so2
    FROM targets
    INNER JOIN hourly AS past
        ON past.station_id = targets.station_id AND past.hour_number = targets.hour_number - targets.age
),

averages AS (
    SELECT
        station_id,
        hour_start,
        MIN(CASE WHEN age < 12 THEN pm25 END) AS pm25_min,
        MAX(CASE WHEN age < 12 THEN pm25 END) AS pm25_max,
        COUNT(CASE WHEN age < 3 THEN pm25 END) AS pm25_recent,
        MIN(CASE WHEN age < 12 THEN pm10 END) AS pm10_min,
        MAX(CASE WHEN age < 12 THEN pm10 END) AS pm10_max,
        COUNT(CASE WHEN age < 3 THEN pm10 END) AS pm10_recent,
        AVG(CASE WHEN age < 8 THEN o3 END) AS o3_8h,
        COUNT(CASE WHEN age < 8 THEN o3 END) AS o3_8h_hours,
        AVG(CASE WHEN age < 8 THEN co END) AS co_8h,
        COUNT(CASE WHEN age < 8 THEN co END) AS co_8h_hours,
        AVG(so2) AS so2_24h,
        COUNT(so2) AS so2_24h_hours
    FROM history
    GROUP BY station_id, hour_start
),

weights AS (
    SELECT
        station_id,
        hour_start,
        CASE
            WHEN pm25_recent < 2 THEN NULL
            WHEN pm25_max = 0 THEN 1.0
            WHEN pm25_min < 0.5 * pm25_max THEN 0.5
            ELSE pm25_min / pm25_max
        END AS pm25_weight,
        CASE
            WHEN pm10_recent < 2 THEN NULL
            WHEN pm10_max = 0 THEN 1.0
            WHEN pm10_min < 0.5 * pm10_max THEN 0.5
            ELSE pm10_min / pm10_max
        END AS pm10_weight
    FROM averages
),

nowcasts AS (
    SELECT
        history.station_id,
        history.hour_start,
        ROUND(
            SUM(history.pm25 * POWER(weights.pm25_weight, history.age))
            / SUM(CASE WHEN history.pm25 IS NOT NULL THEN POWER(weights.pm25_weight, history.age) END), 9
        ) AS pm25_nowcast,
        ROUND(
            SUM(history.pm10 * POWER(weights.pm10_weight, history.age))
            / SUM(CASE WHEN history.pm10 IS NOT NULL THEN POWER(weights.pm10_weight, history.age) END), 9
        ) AS pm10_nowcast
    FROM history
    INNER JOIN weights ON weights.station_id = history.station_id AND weights.hour_start = history.hour_start
    WHERE history.age < 12
    GROUP BY history.station_id, history.hour_start
),

concentrations AS (
    SELECT station_id, hour_start, 'pm25' AS pollutant, '24h' AS averaging, FLOOR(ROUND(pm25_nowcast * 10, 6)) AS units
    FROM nowcasts
    UNION ALL
    SELECT station_id, hour_start, 'pm10', '24h', FLOOR(ROUND(pm10_nowcast, 6))
    FROM nowcasts
    UNION ALL
    SELECT
        station_id, hour_start, 'o3', '8h',
        CASE WHEN o3_8h * 24.4654 / 47.997 > 200 THEN 200 ELSE FLOOR(ROUND(o3_8h * 24.4654 / 47.997, 6)) END
    FROM averages
    WHERE o3_8h_hours >= 6
    UNION ALL
    SELECT station_id, hour_start, 'o3', '1h', FLOOR(ROUND(o3 * 24.4654 / 47.997, 6))
    FROM targets
    WHERE age = 0
    UNION ALL
    SELECT station_id, hour_start, 'co', '8h', FLOOR(ROUND(co_8h * 24.4654 / 28.010 / 100, 6))
    FROM averages
    WHERE co_8h_hours >= 6
    UNION ALL
    SELECT station_id, hour_start, 'no2', '1h', FLOOR(ROUND(no2 * 24.4654 / 46.005, 6))
    FROM targets
    WHERE age = 0
    UNION ALL
    SELECT
        station_id, hour_start, 'so2', '1h',
        CASE WHEN so2 * 24.4654 / 64.058 > 304 THEN 304 ELSE FLOOR(ROUND(so2 * 24.4654 / 64.058, 6)) END
    FROM targets
    WHERE age = 0
    UNION ALL
    SELECT station_id, hour_start, 'so2', '24h', FLOOR(ROUND(so2_24h * 24.4654 / 64.058, 6))
    FROM averages
    WHERE so2_24h_hours >= 18
),

breakpoints AS (
    SELECT
        pollutant,
        averaging,
        aqi_low,
        aqi_high,
        ROUND(concentration_low * POWER(10, truncation_digits)) AS units_low,
        ROUND(concentration_high * POWER(10, truncation_digits)) AS units_high
    FROM aqi_breakpoints
),

indices AS (
    SELECT
        concentrations.station_id,
        concentrations.hour_start,
        concentrations.pollutant,
        FLOOR(
            (
                2 * (breakpoints.aqi_high - breakpoints.aqi_low) * (concentrations.units - breakpoints.units_low)
                + (breakpoints.units_high - breakpoints.units_low)
            ) / (2 * (breakpoints.units_high - breakpoints.units_low))
        ) + breakpoints.aqi_low AS sub_index
    FROM concentrations
    INNER JOIN breakpoints
        ON breakpoints.pollutant = concentrations.pollutant
        AND breakpoints.averaging = concentrations.averaging
        AND concentrations.units >= breakpoints.units_low
        AND (concentrations.units <= breakpoints.units_high OR breakpoints.aqi_high = 500)
),

sub_indices AS (
    SELECT
        station_id,
        hour_start,
        MAX(sub_index) AS aqi,
        MAX(CASE WHEN pollutant = 'pm25' THEN sub_index END) AS aqi_pm25,
        MAX(CASE WHEN pollutant = 'pm10' THEN sub_index END) AS aqi_pm10,
        MAX(CASE WHEN pollutant = 'o3' THEN sub_index END) AS aqi_o3,
        MAX(CASE WHEN pollutant = 'co' THEN sub_index END) AS aqi_co,
        MAX(CASE WHEN pollutant = 'no2' THEN sub_index END) AS aqi_no2,
        MAX(CASE WHEN pollutant = 'so2' THEN sub_index END) AS aqi_so2
    FROM indices
    GROUP BY station_id, hour_start
)

SELECT
    targets.station_id,
    targets.hour_start,
    CAST(sub_indices.aqi AS INT) AS aqi,
    CASE sub_indices.aqi
        WHEN sub_indices.aqi_pm25 THEN 'pm25'
        WHEN sub_indices.aqi_pm10 THEN 'pm10'
        WHEN sub_indices.aqi_o3 THEN 'o3'
        WHEN sub_indices.aqi_co THEN 'co'
        WHEN sub_indices.aqi_no2 THEN 'no2'
        WHEN sub_indices.aqi_so2 THEN 'so2'
    END AS dominant_pollutant,
    CAST(sub_indices.aqi_pm25 AS INT) AS aqi_pm25,
    CAST(sub_indices.aqi_pm10 AS INT) AS aqi_pm10,
    CAST(sub_indices.aqi_o3 AS INT) AS aqi_o3,
    CAST(sub_indices.aqi_co AS INT) AS aqi_co,
    CAST(sub_indices.aqi_no2 AS INT) AS aqi_no2,
    CAST(sub_indices.aqi_so2 AS INT) AS aqi_so2,
    nowcasts.pm25_nowcast,
    nowcasts.pm10_nowcast,
    CAST(targets.measurements AS INT) AS measurements,
    UTC_TIMESTAMP() AS computed_at
FROM targets
LEFT JOIN nowcasts ON nowcasts.station_id = targets.station_id AND nowcasts.hour_start = targets.hour_start
LEFT JOIN sub_indices ON sub_indices.station_id = targets.station_id AND sub_indices.hour_start = targets.hour_start
WHERE targets.age = 0
