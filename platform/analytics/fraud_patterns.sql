-- Payments by method and status, the most suspect first; payments that nobody has scored count, but
-- have no part in a mean. The overall mean is that of the payments, not of the groups' means.
-- $1 from  $2 to
SELECT json_build_object(
    'totalPayments', coalesce(sum(count), 0)::bigint,
    'avgFraudScore', sum(score) / nullif(sum(scored), 0),
    'patterns', coalesce(json_agg(json_build_object(
        'paymentMethod', payment_method, 'status', status, 'count', count,
        'avgFraudScore', score / nullif(scored, 0), 'totalAmount', amount::text)
        ORDER BY score / nullif(scored, 0) DESC NULLS LAST, count DESC, payment_method, status), '[]'))
FROM (SELECT payment_method, status, count(*) AS count, count(fraud_score) AS scored,
             sum(fraud_score) AS score, sum(amount) AS amount
      FROM payment_metrics
      WHERE "time" >= $1::timestamptz AND "time" < $2::timestamptz
      GROUP BY 1, 2) AS patterns
