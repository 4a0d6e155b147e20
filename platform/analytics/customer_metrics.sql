-- What one customer did, newest first, a page at a time.
-- $1 customer  $2 from  $3 to  $4 metric or null  $5 limit  $6 time and $7 event id of the page before, or null
-- Gives the page as JSON, and time and event id of its last row where more follow.
SELECT coalesce(json_agg(item ORDER BY n) FILTER (WHERE n <= $5::int), '[]'),
       max(rfc3339) FILTER (WHERE n = $5::int AND more),
       max(event_id::text) FILTER (WHERE n = $5::int AND more)
FROM (SELECT n, event_id, rfc3339, count(*) OVER () > $5::int AS more,
             json_build_object('time', rfc3339, 'customerId', customer_id, 'metricName', metric_name,
                               'metricValue', metric_value, 'labels', labels) AS item
      FROM (SELECT *, row_number() OVER (ORDER BY "time" DESC, event_id DESC) AS n,
                   to_char("time", 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS rfc3339
            FROM (SELECT "time", event_id, customer_id, metric_name, metric_value, labels
                  FROM customer_metrics
                  WHERE customer_id = $1::uuid
                    AND "time" >= $2::timestamptz AND "time" < $3::timestamptz
                    AND ($4::text IS NULL OR metric_name = $4::text)
                    AND ($6::timestamptz IS NULL
                         OR ("time" <= $6::timestamptz AND ("time", event_id) < ($6::timestamptz, $7::uuid)))
                  ORDER BY "time" DESC, event_id DESC
                  LIMIT $5::int + 1) AS page) AS numbered) AS items
