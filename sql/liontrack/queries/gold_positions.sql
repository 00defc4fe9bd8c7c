-- Position of each lion on each day. The days are `from` (inclusive) to `to` (exclusive).
INSERT INTO liontrack_gold.lions_positions_history (
    lion_id, position_date, lat, lng, accuracy, fixes, distance_km, run_id
)
SELECT lion_id, day, centre_lat, centre_lng, spread_m, fixes, distance_km, '${run}'
FROM liontrack_silver.lion_days
WHERE day >= CAST('${from}' AS DATE) AND day < CAST('${to}' AS DATE) AND fixes > 0;
