-- Quality of the measurements of every station, for hours that have ended. The hours start from `from` (inclusive) to
-- `to` (exclusive); both are in UTC, on the hour, in the form YYYY-MM-DD HH:MM:SS. The result has one row
-- per hour and station that is registered or has sent data in the 7 previous days. A window may have 100,000 hours;
-- the workflow divides longer ranges. Measurements of the 30 previous days are also read.
--
--   expected            the usual number: the median over the hours with data of the 7 previous days, at least 1
--   completeness        measurements over expected, at most 1
--   freshness_seconds   time from the last measurement before the end of the hour to that end; NULL: none in 30 days
--   stuck_sensors       pollutants with equal values in at least 20 of the last 24 hours, while another pollutant
--                       changed. A value that is the lowest of the 30 days is the sensor's detection limit and not
--                       stuck: real sulphur dioxide stays there for days. In two months of data from nine hourly
--                       stations whose carbon monoxide is rounded to 100 µg/m³, a period of 12 hours would report 180
--                       correct values as stuck; a period of 24 hours reports 1.
--   out_of_range_share  rejected messages over all messages of the station that arrived in the hour
INSERT INTO data_quality_hourly_zeta (
    station_id, hour_start, expected, measurements, completeness, freshness_seconds, stuck_sensors, out_of_range_share,
    computed_at
)
WITH digits AS (
    SELECT 0 AS digit
    UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
    UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
),

numbers AS (
    SELECT a.digit + 10 * b.digit + 100 * c.digit + 1000 * d.digit + 10000 * e.digit AS number
    FROM digits AS a CROSS JOIN digits AS b CROSS JOIN digits AS c CROSS JOIN digits AS d CROSS JOIN digits AS e
),

hours AS (
    SELECT
        DATE_ADD(CAST('${from}' AS DATETIME), INTERVAL number HOUR) AS hour_start,
        TIMESTAMPDIFF(HOUR, '1970-01-01 00:00:00', CAST('${from}' AS DATETIME)) + number AS hour_number
    FROM numbers
    WHERE number < TIMESTAMPDIFF(HOUR, CAST('${from}' AS DATETIME), CAST('${to}' AS DATETIME))
        AND DATE_ADD(CAST('${from}' AS DATETIME), INTERVAL number HOUR) <= DATE_SUB(UTC_TIMESTAMP(), INTERVAL 1 HOUR)
),

hourly AS (
    SELECT
        station_id,
        date_trunc('hour', measured_at) AS hour_start,
        TIMESTAMPDIFF(HOUR, '1970-01-01 00:00:00', date_trunc('hour', measured_at)) AS hour_number,
        COUNT(*) AS measurements,
        MAX(measured_at) AS last_measured_at,
        MIN(pm25) AS pm25_min,
        MAX(pm25) AS pm25_max,
        MIN(pm10) AS pm10_min,
        MAX(pm10) AS pm10_max,
        MIN(so2) AS so2_min,
        MAX(so2) AS so2_max,
        MIN(no2) AS no2_min,
        MAX(no2) AS no2_max,
        MIN(o3) AS o3_min,
        MAX(o3) AS o3_max,
        MIN(co) AS co_min,
        MAX(co) AS co_max
    FROM measurements
    WHERE measured_at >= DATE_SUB(CAST('${from}' AS DATETIME), INTERVAL 30 DAY)
        AND measured_at < CAST('${to}' AS DATETIME)
    GROUP BY station_id, date_trunc('hour', measured_at)
),

targets AS (
    SELECT stations.station_id, hours.hour_start, hours.hour_number
    FROM stations CROSS JOIN hours
    WHERE NOT EXISTS (SELECT 1 FROM test_stations WHERE test_stations.station_id = stations.station_id)
        AND (stations.registered_at IS NULL OR stations.registered_at < DATE_ADD(hours.hour_start, INTERVAL 1 HOUR))
    UNION
    SELECT hourly.station_id, hours.hour_start, hours.hour_number
    FROM hours INNER JOIN hourly
        ON hourly.hour_number > hours.hour_number - 168 AND hourly.hour_number <= hours.hour_number
),

history AS (
    SELECT
        targets.station_id,
        targets.hour_start,
        MAX(CASE WHEN past.hour_number = targets.hour_number THEN past.measurements END) AS measurements,
        PERCENTILE_CONT(
            CASE
                WHEN past.hour_number < targets.hour_number AND past.hour_number >= targets.hour_number - 168
                    THEN past.measurements
            END, 0.5
        ) AS usual,
        MAX(past.last_measured_at) AS last_measured_at,
        COUNT(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.pm25_min END) AS pm25_hours,
        MIN(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.pm25_min END) AS pm25_low,
        MAX(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.pm25_max END) AS pm25_high,
        MIN(past.pm25_min) AS pm25_least,
        COUNT(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.pm10_min END) AS pm10_hours,
        MIN(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.pm10_min END) AS pm10_low,
        MAX(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.pm10_max END) AS pm10_high,
        MIN(past.pm10_min) AS pm10_least,
        COUNT(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.so2_min END) AS so2_hours,
        MIN(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.so2_min END) AS so2_low,
        MAX(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.so2_max END) AS so2_high,
        MIN(past.so2_min) AS so2_least,
        COUNT(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.no2_min END) AS no2_hours,
        MIN(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.no2_min END) AS no2_low,
        MAX(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.no2_max END) AS no2_high,
        MIN(past.no2_min) AS no2_least,
        COUNT(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.o3_min END) AS o3_hours,
        MIN(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.o3_min END) AS o3_low,
        MAX(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.o3_max END) AS o3_high,
        MIN(past.o3_min) AS o3_least,
        COUNT(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.co_min END) AS co_hours,
        MIN(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.co_min END) AS co_low,
        MAX(CASE WHEN past.hour_number > targets.hour_number - 24 THEN past.co_max END) AS co_high,
        MIN(past.co_min) AS co_least
    FROM targets
    LEFT JOIN hourly AS past
        ON past.station_id = targets.station_id
        AND past.hour_number > targets.hour_number - 720
        AND past.hour_number <= targets.hour_number
    GROUP BY targets.station_id, targets.hour_start
),

moving AS (
    SELECT
        station_id,
        hour_start,
        measurements,
        GREATEST(1, COALESCE(ROUND(usual), 1)) AS expected,
        last_measured_at,
        CASE WHEN pm25_hours >= 20 AND pm25_low = pm25_high AND pm25_low > pm25_least THEN 'pm25' END AS pm25_stuck,
        CASE WHEN pm10_hours >= 20 AND pm10_low = pm10_high AND pm10_low > pm10_least THEN 'pm10' END AS pm10_stuck,
        CASE WHEN so2_hours >= 20 AND so2_low = so2_high AND so2_low > so2_least THEN 'so2' END AS so2_stuck,
        CASE WHEN no2_hours >= 20 AND no2_low = no2_high AND no2_low > no2_least THEN 'no2' END AS no2_stuck,
        CASE WHEN o3_hours >= 20 AND o3_low = o3_high AND o3_low > o3_least THEN 'o3' END AS o3_stuck,
        CASE WHEN co_hours >= 20 AND co_low = co_high AND co_low > co_least THEN 'co' END AS co_stuck,
        CASE WHEN pm25_low < pm25_high THEN 1 ELSE 0 END
        + CASE WHEN pm10_low < pm10_high THEN 1 ELSE 0 END
        + CASE WHEN so2_low < so2_high THEN 1 ELSE 0 END
        + CASE WHEN no2_low < no2_high THEN 1 ELSE 0 END
        + CASE WHEN o3_low < o3_high THEN 1 ELSE 0 END
        + CASE WHEN co_low < co_high THEN 1 ELSE 0 END AS moving
    FROM history
),

received AS (
    SELECT station_id, date_trunc('hour', received_at) AS hour_start, COUNT(*) AS messages
    FROM raw_measurements_zeta
    WHERE received_at >= CAST('${from}' AS DATETIME) AND received_at < CAST('${to}' AS DATETIME)
    GROUP BY station_id, date_trunc('hour', received_at)
),

rejected AS (
    SELECT station_id, date_trunc('hour', received_at) AS hour_start, COUNT(*) AS messages
    FROM rejected_measurements_zeta
    WHERE received_at >= CAST('${from}' AS DATETIME) AND received_at < CAST('${to}' AS DATETIME)
    GROUP BY station_id, date_trunc('hour', received_at)
)

SELECT /*+ SET_VAR(new_planner_optimize_timeout = 60000) */
    moving.station_id,
    moving.hour_start,
    CAST(moving.expected AS INT),
    CAST(COALESCE(moving.measurements, 0) AS INT),
    LEAST(1, COALESCE(moving.measurements, 0) / moving.expected),
    TIMESTAMPDIFF(SECOND, moving.last_measured_at, DATE_ADD(moving.hour_start, INTERVAL 1 HOUR)),
    CASE
        WHEN moving.moving > 0
            THEN CONCAT_WS(
                ',', moving.pm25_stuck, moving.pm10_stuck, moving.so2_stuck, moving.no2_stuck, moving.o3_stuck,
                moving.co_stuck
            )
        ELSE ''
    END,
    COALESCE(LEAST(1, rejected.messages / received.messages), 0),
    UTC_TIMESTAMP()
FROM moving
LEFT JOIN received ON received.station_id = moving.station_id AND received.hour_start = moving.hour_start
LEFT JOIN rejected ON rejected.station_id = moving.station_id AND rejected.hour_start = moving.hour_start;
