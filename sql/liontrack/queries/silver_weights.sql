-- Checks every weighing of a window, which has the days `from` (inclusive) to `to` (exclusive). Results:
--
--   no_weight          the weight is missing
--   unknown_unit       the unit is not kg, g or lb (1 lb = 0.45359237 kg exactly)
--   impossible_weight  outside 0.5..400 kg: a newborn cub weighs about 1 kg, the heaviest lion on record 375 kg
--   in_the_future      more than 10 minutes after the broker received it
--   superseded         a later event has another weight for the same lion and time
INSERT INTO liontrack_silver.weight_checks (
    weight_id, lion_id, measured_at, weight_date, kilograms, excluded_reason, received_at
)
WITH converted AS (
    SELECT
        weight_id,
        lion_id,
        measured_at,
        partition_date AS weight_date,
        weight,
        received_at,
        weight * CASE LOWER(TRIM(unit)) WHEN 'kg' THEN 1 WHEN 'g' THEN 0.001 WHEN 'lb' THEN 0.45359237 END AS kilograms
    FROM liontrack_bronze.weights_raw
    WHERE partition_date >= CAST('${from}' AS DATE) AND partition_date < CAST('${to}' AS DATE)
),

checked AS (
    SELECT
        weight_id,
        lion_id,
        measured_at,
        weight_date,
        kilograms,
        received_at,
        CASE
            WHEN weight IS NULL THEN 'no_weight'
            WHEN kilograms IS NULL THEN 'unknown_unit'
            WHEN kilograms NOT BETWEEN 0.5 AND 400 THEN 'impossible_weight'
            WHEN measured_at > DATE_ADD(received_at, INTERVAL 10 MINUTE) THEN 'in_the_future'
        END AS reason
    FROM converted
),

ranked AS (
    SELECT
        weight_id,
        lion_id,
        measured_at,
        weight_date,
        kilograms,
        received_at,
        reason,
        ROW_NUMBER() OVER (
            PARTITION BY lion_id, measured_at, IF(reason IS NULL, 1, 0) ORDER BY received_at DESC, weight_id DESC
        ) AS place
    FROM checked
)

SELECT
    weight_id,
    lion_id,
    measured_at,
    weight_date,
    kilograms,
    CASE WHEN reason IS NULL AND place > 1 THEN 'superseded' ELSE reason END,
    received_at
FROM ranked;
