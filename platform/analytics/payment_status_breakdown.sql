-- Payments of each day (UTC) by status, newest day first.
-- $1 from  $2 to
SELECT coalesce(json_agg(json_build_object(
           'day', to_char(day, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'status', status, 'paymentCount', count,
           'totalAmount', amount::text, 'avgFraudScore', fraud_score)
       ORDER BY day DESC, count DESC, status), '[]')
FROM (SELECT time_bucket('1 day', "time") AS day, status, count(*) AS count, sum(amount) AS amount,
             avg(fraud_score) AS fraud_score
      FROM payment_metrics
      WHERE "time" >= $1::timestamptz AND "time" < $2::timestamptz
      GROUP BY 1, 2) AS statuses
