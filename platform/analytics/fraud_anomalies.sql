-- Payments whose score lies above a threshold, the most suspect first, a page at a time. The threshold
-- is the only rule there is yet, so the combined score is the event's own and nobody has judged it.
-- $1 from  $2 to  $3 threshold  $4 customer or null  $5 payment status or null  $6 limit
-- $7 score, $8 time and $9 event id of the page before, or null
SELECT coalesce(json_agg(item ORDER BY n) FILTER (WHERE n <= $6::int), '[]'),
       max(fraud_score::text) FILTER (WHERE n = $6::int AND more),
       max(rfc3339) FILTER (WHERE n = $6::int AND more),
       max(event_id::text) FILTER (WHERE n = $6::int AND more)
FROM (SELECT n, event_id, rfc3339, fraud_score, count(*) OVER () > $6::int AS more,
             json_build_object(
                 'paymentId', payment_id, 'customerId', customer_id, 'amount', amount::text,
                 'fraudScore', fraud_score, 'combinedScore', fraud_score, 'timestamp', rfc3339,
                 'paymentMethod', payment_method, 'status', status,
                 'reasons', json_build_array(json_build_object(
                     'rule', 'score_threshold', 'version', 1, 'observed', fraud_score,
                     'expected', $3::float8, 'score', fraud_score)),
                 'disposition', 'open') AS item
      FROM (SELECT *, row_number() OVER (ORDER BY fraud_score DESC, "time" DESC, event_id DESC) AS n,
                   to_char("time", 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS rfc3339
            FROM (SELECT "time", event_id, payment_id, customer_id, amount, fraud_score, payment_method, status
                  FROM payment_metrics
                  WHERE "time" >= $1::timestamptz AND "time" < $2::timestamptz
                    AND fraud_score > $3::float8
                    AND ($4::uuid IS NULL OR customer_id = $4::uuid)
                    AND ($5::text IS NULL OR status = $5::text)
                    AND ($7::float8 IS NULL
                         OR (fraud_score, "time", event_id) < ($7::float8, $8::timestamptz, $9::uuid))
                  ORDER BY fraud_score DESC, "time" DESC, event_id DESC
                  LIMIT $6::int + 1) AS page) AS numbered) AS items
