-- Customer events by weekday (0 = Sunday) and hour of local time: all 168 cells.
-- $1 from  $2 to  $3 time zone
-- First into quarters of an hour, of which every time zone's offset is a multiple, then to local time:
-- that conversion is what would cost, and needs doing once a quarter only.
WITH quarter AS (
    SELECT date_bin('15 minutes', "time", 'epoch') AS start, count(*) AS count
    FROM customer_metrics
    WHERE "time" >= $1::timestamptz AND "time" < $2::timestamptz
      AND $1::timestamptz AT TIME ZONE $3::text IS NOT NULL  -- an unknown zone is an error without rows too
    GROUP BY 1
), local AS (
    SELECT extract(dow FROM start AT TIME ZONE $3::text)::int AS dow,
           extract(hour FROM start AT TIME ZONE $3::text)::int AS hour, sum(count)::bigint AS count
    FROM quarter
    GROUP BY 1, 2
)
SELECT json_build_object('cells', json_agg(
           json_build_object('dow', dow, 'hour', hour, 'count', coalesce(count, 0)) ORDER BY dow, hour))
FROM generate_series(0, 6) AS dow CROSS JOIN generate_series(0, 23) AS hour
     LEFT JOIN local USING (dow, hour)
