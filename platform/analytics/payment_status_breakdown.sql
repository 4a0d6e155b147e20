-- Payments of each day (UTC) by status, newest day first. Whole days come from payment_status_daily,
-- unless some of it has yet to be computed again after late rows; parts of days from rows.
-- $1 from  $2 to  $3, $4 the whole days in it (one time twice where there is none)
WITH source AS MATERIALIZED (
    SELECT continuous_aggregate_is_fresh('payment_status_daily') AS is_cagg
), statuses AS (
    SELECT day, status, payment_count AS count, total_amount AS amount, avg_fraud_score AS fraud_score
    FROM payment_status_daily
    WHERE (SELECT is_cagg FROM source) AND day >= $3::timestamptz AND day < $4::timestamptz
    UNION ALL
    SELECT time_bucket('1 day', "time"), status, count(*), sum(amount), avg(fraud_score)
    FROM payment_metrics
    WHERE NOT (SELECT is_cagg FROM source) AND "time" >= $3::timestamptz AND "time" < $4::timestamptz
    GROUP BY 1, 2
    UNION ALL
    SELECT time_bucket('1 day', "time"), status, count(*), sum(amount), avg(fraud_score)
    FROM payment_metrics
    WHERE "time" >= $1::timestamptz AND "time" < $3::timestamptz
    GROUP BY 1, 2
    UNION ALL
    SELECT time_bucket('1 day', "time"), status, count(*), sum(amount), avg(fraud_score)
    FROM payment_metrics
    WHERE "time" >= $4::timestamptz AND "time" < $2::timestamptz
    GROUP BY 1, 2
)
SELECT (SELECT coalesce(json_agg(json_build_object(
                   'day', to_char(day, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'status', status, 'paymentCount', count,
                   'totalAmount', amount::text, 'avgFraudScore', fraud_score)
               ORDER BY day DESC, count DESC, status), '[]')
        FROM statuses),
    CASE WHEN source.is_cagg AND $3::timestamptz < $4::timestamptz THEN 'cagg' ELSE 'raw' END
FROM source
