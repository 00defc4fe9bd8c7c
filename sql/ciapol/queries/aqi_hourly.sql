-- Hourly air quality index of every station. The hours start from `from` (inclusive) to `to` (exclusive); both are in UTC,
-- on the hour, in the form YYYY-MM-DD HH:MM:SS. The result has one row per station and hour with at least one measurement,
-- and the columns of aqi_hourly_zeta. Measurements of the 8 previous days are also read.
--
-- Valid hours: an hour is valid for a pollutant if the hour has ended and has at least 75 % of the values that the station
-- usually sends in an hour (the median over the hours with values of the 7 previous days). The running hour is used only
-- for its own row, whose aqi is NULL.
-- An hour has an index if every pollutant measured in it has a sub-index. Otherwise aqi is NULL, aqi_known is the greatest
-- known sub-index (the index is at least this value), reason is the cause, and missing lists the pollutants without a
-- sub-index, each with the number of hours until its first sub-index, provided that all later hours are valid.
--
-- Method: US EPA, Technical Assistance Document for the Reporting of Daily Air Quality, EPA-454/B-24-002, May 2024, and
-- 40 CFR part 58, appendix G. An hour's concentration is the mean of its measurements.
--   PM2.5, PM10  NowCast: 12 hours, each weighted by w^(hours ago), w = minimum / maximum but at least 0.5; there must be
--                values in 2 of the last 3 hours. Looked up in the 24-hour table.
--   O3           8-hour mean (at least 6 hours, 40 CFR part 50, appendix U); or the hour's mean, if its index is higher.
--                The 8-hour table ends at index 300, which applies above 0.200 ppm; only the 1-hour table goes higher.
--   CO           8-hour mean (at least 6 hours, 40 CFR 50.8).
--   NO2          the hour's mean.
--   SO2          the hour's mean up to 304 ppb (index 200); 24-hour mean (at least 18 hours) from 305 ppb on.
-- Gases are converted from µg/m³ to ppb at 1013.25 hPa and the station's reference temperature (25 °C if the station is not
-- registered): molar volume over molar mass. The volume is 24.4654 l/mol at 25 °C (R = 8.314462618 J/(mol K), CODATA 2018) and proportional
-- to the absolute temperature. The masses in g/mol are from the standard atomic weights of IUPAC 2021: O3 47.997,
-- CO 28.010, NO2 46.005, SO2 64.058.
-- Concentrations are truncated to the table's digits. They are stored as whole numbers of the last kept digit (PM2.5 of
-- 35.4 µg/m³ is 354). They are first rounded to a millionth of this digit, so that a binary rounding error does not change
-- the truncated value. With whole numbers the linear interpolation and its rounding are exact. Above the highest row of the
-- table, the last segment is extended.
-- Planning takes about a second on a frontend. The hint raises the time limit from three seconds to a minute, for a busy
-- frontend.
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
        AVG(so2) AS so2,
        COUNT(pm25) AS pm25_values,
        COUNT(pm10) AS pm10_values,
        COUNT(o3) AS o3_values,
        COUNT(co) AS co_values,
        COUNT(no2) AS no2_values,
        COUNT(so2) AS so2_values
    FROM measurements
    WHERE measured_at >= DATE_SUB(CAST('${from}' AS DATETIME), INTERVAL 192 HOUR)
        AND measured_at < CAST('${to}' AS DATETIME)
    GROUP BY station_id, date_trunc('hour', measured_at)
),

habits AS (
    SELECT
        present.station_id,
        present.hour_number,
        PERCENTILE_CONT(CASE WHEN past.pm25_values > 0 THEN past.pm25_values END, 0.5) AS pm25_usual,
        PERCENTILE_CONT(CASE WHEN past.pm10_values > 0 THEN past.pm10_values END, 0.5) AS pm10_usual,
        PERCENTILE_CONT(CASE WHEN past.o3_values > 0 THEN past.o3_values END, 0.5) AS o3_usual,
        PERCENTILE_CONT(CASE WHEN past.co_values > 0 THEN past.co_values END, 0.5) AS co_usual,
        PERCENTILE_CONT(CASE WHEN past.no2_values > 0 THEN past.no2_values END, 0.5) AS no2_usual,
        PERCENTILE_CONT(CASE WHEN past.so2_values > 0 THEN past.so2_values END, 0.5) AS so2_usual
    FROM hourly AS present
    LEFT JOIN hourly AS past
        ON past.station_id = present.station_id
        AND past.hour_number >= present.hour_number - 168
        AND past.hour_number < present.hour_number
    WHERE present.hour_start >= DATE_SUB(CAST('${from}' AS DATETIME), INTERVAL 24 HOUR)
    GROUP BY present.station_id, present.hour_number
),

-- Concentrations of the valid hours: particles in µg/m³, gases in ppb.
hours AS (
    SELECT
        station_id,
        hour_start,
        hour_number,
        measurements,
        running,
        pm25_values,
        pm10_values,
        o3_values,
        co_values,
        no2_values,
        so2_values,
        CASE WHEN pm25_values >= 0.75 * COALESCE(pm25_usual, 1) OR running = 1 THEN pm25 END AS pm25,
        CASE WHEN pm10_values >= 0.75 * COALESCE(pm10_usual, 1) OR running = 1 THEN pm10 END AS pm10,
        CASE WHEN o3_values >= 0.75 * COALESCE(o3_usual, 1) OR running = 1 THEN o3 * molar_volume / 47.997 END AS o3,
        CASE WHEN co_values >= 0.75 * COALESCE(co_usual, 1) OR running = 1 THEN co * molar_volume / 28.010 END AS co,
        CASE WHEN no2_values >= 0.75 * COALESCE(no2_usual, 1) OR running = 1 THEN no2 * molar_volume / 46.005 END AS no2,
        CASE WHEN so2_values >= 0.75 * COALESCE(so2_usual, 1) OR running = 1 THEN so2 * molar_volume / 64.058 END AS so2
    FROM (
        SELECT
            present.station_id,
            present.hour_start,
            present.hour_number,
            present.measurements,
            CASE WHEN present.hour_start > DATE_SUB(UTC_TIMESTAMP(), INTERVAL 1 HOUR) THEN 1 ELSE 0 END AS running,
            present.pm25,
            present.pm10,
            present.o3,
            present.co,
            present.no2,
            present.so2,
            present.pm25_values,
            present.pm10_values,
            present.o3_values,
            present.co_values,
            present.no2_values,
            present.so2_values,
            habits.pm25_usual,
            habits.pm10_usual,
            habits.o3_usual,
            habits.co_usual,
            habits.no2_usual,
            habits.so2_usual,
            24.4654 * (273.15 + COALESCE(stations.reference_temperature, 25)) / 298.15 AS molar_volume
        FROM hourly AS present
        INNER JOIN habits ON habits.station_id = present.station_id AND habits.hour_number = present.hour_number
        LEFT JOIN stations ON stations.station_id = present.station_id
    ) AS known
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
    SELECT
        station_id, hour_start, hour_number, measurements, running, pm25, pm10, o3, co, no2, so2, pm25_values, pm10_values,
        o3_values, co_values, no2_values, so2_values, ages.age
    FROM hours CROSS JOIN ages
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
    INNER JOIN hours AS past
        ON past.station_id = targets.station_id AND past.hour_number = targets.hour_number - targets.age
),

averages AS (
    SELECT
        station_id,
        hour_start,
        MIN(CASE WHEN age < 12 THEN pm25 END) AS pm25_min,
        MAX(CASE WHEN age < 12 THEN pm25 END) AS pm25_max,
        COUNT(CASE WHEN age < 3 THEN pm25 END) AS pm25_recent,
        COUNT(CASE WHEN age < 2 THEN pm25 END) AS pm25_2h_hours,
        MIN(CASE WHEN age < 12 THEN pm10 END) AS pm10_min,
        MAX(CASE WHEN age < 12 THEN pm10 END) AS pm10_max,
        COUNT(CASE WHEN age < 3 THEN pm10 END) AS pm10_recent,
        COUNT(CASE WHEN age < 2 THEN pm10 END) AS pm10_2h_hours,
        AVG(CASE WHEN age < 8 THEN o3 END) AS o3_8h,
        COUNT(CASE WHEN age < 8 THEN o3 END) AS o3_8h_hours,
        COUNT(CASE WHEN age < 7 THEN o3 END) AS o3_7h_hours,
        COUNT(CASE WHEN age < 6 THEN o3 END) AS o3_6h_hours,
        COUNT(CASE WHEN age < 5 THEN o3 END) AS o3_5h_hours,
        COUNT(CASE WHEN age < 4 THEN o3 END) AS o3_4h_hours,
        COUNT(CASE WHEN age < 3 THEN o3 END) AS o3_3h_hours,
        AVG(CASE WHEN age < 8 THEN co END) AS co_8h,
        COUNT(CASE WHEN age < 8 THEN co END) AS co_8h_hours,
        COUNT(CASE WHEN age < 7 THEN co END) AS co_7h_hours,
        COUNT(CASE WHEN age < 6 THEN co END) AS co_6h_hours,
        COUNT(CASE WHEN age < 5 THEN co END) AS co_5h_hours,
        COUNT(CASE WHEN age < 4 THEN co END) AS co_4h_hours,
        COUNT(CASE WHEN age < 3 THEN co END) AS co_3h_hours,
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
        CASE WHEN o3_8h > 200 THEN 200 ELSE FLOOR(ROUND(o3_8h, 6)) END
    FROM averages
    WHERE o3_8h_hours >= 6
    UNION ALL
    SELECT station_id, hour_start, 'o3', '1h', FLOOR(ROUND(o3, 6))
    FROM targets
    WHERE age = 0
    UNION ALL
    SELECT station_id, hour_start, 'co', '8h', FLOOR(ROUND(co_8h / 100, 6))
    FROM averages
    WHERE co_8h_hours >= 6
    UNION ALL
    SELECT station_id, hour_start, 'no2', '1h', FLOOR(ROUND(no2, 6))
    FROM targets
    WHERE age = 0
    UNION ALL
    SELECT
        station_id, hour_start, 'so2', '1h',
        CASE WHEN so2 > 304 THEN 304 ELSE FLOOR(ROUND(so2, 6)) END
    FROM targets
    WHERE age = 0
    UNION ALL
    SELECT station_id, hour_start, 'so2', '24h', FLOOR(ROUND(so2_24h, 6))
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
),

results AS (
    SELECT
        targets.station_id,
        targets.hour_start,
        targets.measurements,
        targets.running,
        targets.pm25_values + targets.pm10_values + targets.o3_values + targets.co_values + targets.no2_values
        + targets.so2_values AS pollutant_values,
        CASE
            WHEN targets.pm25_values > 0 AND sub_indices.aqi_pm25 IS NULL AND targets.pm25 IS NULL THEN 1
            WHEN targets.pm10_values > 0 AND sub_indices.aqi_pm10 IS NULL AND targets.pm10 IS NULL THEN 1
            WHEN targets.o3_values > 0 AND sub_indices.aqi_o3 IS NULL AND targets.o3 IS NULL THEN 1
            WHEN targets.co_values > 0 AND sub_indices.aqi_co IS NULL AND targets.co IS NULL THEN 1
            WHEN targets.no2_values > 0 AND sub_indices.aqi_no2 IS NULL THEN 1
            WHEN targets.so2_values > 0 AND sub_indices.aqi_so2 IS NULL THEN 1
            ELSE 0
        END AS few_values,
        CONCAT_WS(
            ',',
            CASE
                WHEN targets.pm25_values > 0 AND sub_indices.aqi_pm25 IS NULL
                    THEN CONCAT('pm25:', CASE WHEN averages.pm25_2h_hours + 1 >= 2 THEN 1 ELSE 2 END)
            END,
            CASE
                WHEN targets.pm10_values > 0 AND sub_indices.aqi_pm10 IS NULL
                    THEN CONCAT('pm10:', CASE WHEN averages.pm10_2h_hours + 1 >= 2 THEN 1 ELSE 2 END)
            END,
            CASE
                WHEN targets.o3_values > 0 AND sub_indices.aqi_o3 IS NULL
                    THEN CONCAT('o3:', CASE
                    WHEN averages.o3_7h_hours + 1 >= 6 THEN 1
                    WHEN averages.o3_6h_hours + 2 >= 6 THEN 2
                    WHEN averages.o3_5h_hours + 3 >= 6 THEN 3
                    WHEN averages.o3_4h_hours + 4 >= 6 THEN 4
                    WHEN averages.o3_3h_hours + 5 >= 6 THEN 5
                    ELSE 6
                END)
            END,
            CASE
                WHEN targets.co_values > 0 AND sub_indices.aqi_co IS NULL
                    THEN CONCAT('co:', CASE
                    WHEN averages.co_7h_hours + 1 >= 6 THEN 1
                    WHEN averages.co_6h_hours + 2 >= 6 THEN 2
                    WHEN averages.co_5h_hours + 3 >= 6 THEN 3
                    WHEN averages.co_4h_hours + 4 >= 6 THEN 4
                    WHEN averages.co_3h_hours + 5 >= 6 THEN 5
                    ELSE 6
                END)
            END,
            CASE
                WHEN targets.no2_values > 0 AND sub_indices.aqi_no2 IS NULL
                    THEN CONCAT('no2:', 1)
            END,
            CASE
                WHEN targets.so2_values > 0 AND sub_indices.aqi_so2 IS NULL
                    THEN CONCAT('so2:', 1)
            END
        ) AS missing,
        sub_indices.aqi,
        CASE sub_indices.aqi
            WHEN sub_indices.aqi_pm25 THEN 'pm25'
            WHEN sub_indices.aqi_pm10 THEN 'pm10'
            WHEN sub_indices.aqi_o3 THEN 'o3'
            WHEN sub_indices.aqi_co THEN 'co'
            WHEN sub_indices.aqi_no2 THEN 'no2'
            WHEN sub_indices.aqi_so2 THEN 'so2'
        END AS dominant_pollutant,
        sub_indices.aqi_pm25,
        sub_indices.aqi_pm10,
        sub_indices.aqi_o3,
        sub_indices.aqi_co,
        sub_indices.aqi_no2,
        sub_indices.aqi_so2,
        nowcasts.pm25_nowcast,
        nowcasts.pm10_nowcast
    FROM targets
    LEFT JOIN averages ON averages.station_id = targets.station_id AND averages.hour_start = targets.hour_start
    LEFT JOIN nowcasts ON nowcasts.station_id = targets.station_id AND nowcasts.hour_start = targets.hour_start
    LEFT JOIN sub_indices ON sub_indices.station_id = targets.station_id AND sub_indices.hour_start = targets.hour_start
    WHERE targets.age = 0
)

SELECT /*+ SET_VAR(new_planner_optimize_timeout = 60000) */
    station_id,
    hour_start,
    CAST(CASE WHEN running = 0 AND missing = '' THEN aqi END AS INT) AS aqi,
    dominant_pollutant,
    CAST(aqi_pm25 AS INT) AS aqi_pm25,
    CAST(aqi_pm10 AS INT) AS aqi_pm10,
    CAST(aqi_o3 AS INT) AS aqi_o3,
    CAST(aqi_co AS INT) AS aqi_co,
    CAST(aqi_no2 AS INT) AS aqi_no2,
    CAST(aqi_so2 AS INT) AS aqi_so2,
    pm25_nowcast,
    pm10_nowcast,
    CAST(measurements AS INT) AS measurements,
    UTC_TIMESTAMP() AS computed_at,
    CAST(aqi AS INT) AS aqi_known,
    CASE
        WHEN running = 1 THEN 'running'
        WHEN missing <> '' AND few_values = 1 THEN 'too_few_values'
        WHEN missing <> '' THEN 'too_few_hours'
        WHEN aqi IS NULL THEN 'nothing_measured'
    END AS reason,
    missing
FROM results
