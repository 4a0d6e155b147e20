-- Customer events by weekday (0 = Sunday) and hour of local time: all 168 cells. Whole quarters of an hour
-- come from customer_activity_quarterly, unless some of it has yet to be computed again after late rows.
-- $1 from  $2 to  $3 time zone  $4, $5 the whole quarters in the range (one time twice where there is none)
-- First into quarters of an hour, of which every time zone's offset is a multiple, then to local time:
-- that conversion is what would cost, and needs doing once a quarter only.
WITH source AS MATERIALIZED (
    SELECT continuous_aggregate_is_fresh('customer_activity_quarterly') AS is_cagg
), quarter AS (
    SELECT quarter AS start, activity_count AS count
    FROM customer_activity_quarterly
    WHERE (SELECT is_cagg FROM source) AND quarter >= $4::timestamptz AND quarter < $5::timestamptz
    UNION ALL
    SELECT date_bin('15 minutes', "time", 'epoch'), count(*)
    FROM customer_metrics
    WHERE NOT (SELECT is_cagg FROM source) AND "time" >= $4::timestamptz AND "time" < $5::timestamptz
    GROUP BY 1
    UNION ALL
    SELECT date_bin('15 minutes', "time", 'epoch'), count(*)
    FROM customer_metrics
    WHERE "time" >= $1::timestamptz AND "time" < $4::timestamptz
    GROUP BY 1
    UNION ALL
    SELECT date_bin('15 minutes', "time", 'epoch'), count(*)
    FROM customer_metrics
    WHERE "time" >= $5::timestamptz AND "time" < $2::timestamptz
    GROUP BY 1
), local AS (
    SELECT extract(dow FROM start AT TIME ZONE $3::text)::int AS dow,
           extract(hour FROM start AT TIME ZONE $3::text)::int AS hour, sum(count)::bigint AS count
    FROM quarter
    WHERE $1::timestamptz AT TIME ZONE $3::text IS NOT NULL  -- an unknown zone is an error without rows too
    GROUP BY 1, 2
)
SELECT (SELECT json_build_object('cells', json_agg(
                   json_build_object('dow', dow, 'hour', hour, 'count', coalesce(count, 0)) ORDER BY dow, hour))
        FROM generate_series(0, 6) AS dow CROSS JOIN generate_series(0, 23) AS hour
             LEFT JOIN local USING (dow, hour)),
    CASE WHEN source.is_cagg AND $4::timestamptz < $5::timestamptz THEN 'cagg' ELSE 'raw' END
FROM source
