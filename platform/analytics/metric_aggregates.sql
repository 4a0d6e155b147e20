-- A customer metric in buckets of local time, newest first.
-- $1 metric  $2 bucket width  $3 time zone  $4 from  $5 to  $6 customer or null
SELECT coalesce(json_agg(json_build_object(
           'bucket', to_char(bucket, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'avgValue', avg_value,
           'minValue', min_value, 'maxValue', max_value, 'count', count) ORDER BY bucket DESC), '[]')
FROM (SELECT time_bucket($2::interval, "time", $3::text) AS bucket,
             avg(metric_value) AS avg_value, min(metric_value) AS min_value,
             max(metric_value) AS max_value, count(*) AS count
      FROM customer_metrics
      WHERE metric_name = $1::text
        AND "time" >= $4::timestamptz AND "time" < $5::timestamptz
        AND $4::timestamptz AT TIME ZONE $3::text IS NOT NULL  -- an unknown zone is an error without rows too
        AND ($6::uuid IS NULL OR customer_id = $6::uuid)
      GROUP BY 1) AS buckets
