-- A width may come as an untyped literal, a parameter, text or varchar: each resolves to one overload,
-- untyped ones to interval's, and a constant is folded when the query is planned.
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE TABLE customer_metrics (time timestamptz NOT NULL, metric_name text NOT NULL, metric_value float8 NOT NULL);
INSERT INTO customer_metrics SELECT timestamptz '2024-01-01' + i * interval '1 hour', 'orders', i FROM generate_series(1, 50) i;

-- As a JDBC driver prepares it: strings are varchar.
PREPARE aggregates (varchar, varchar, timestamptz, timestamptz) AS
SELECT time_bucket($1, time) AS bucket, AVG(metric_value) AS avg_value, MIN(metric_value) AS min_value,
    MAX(metric_value) AS max_value, COUNT(*) AS count
FROM customer_metrics WHERE metric_name = $2 AND time BETWEEN $3 AND $4
GROUP BY bucket ORDER BY bucket DESC;
EXECUTE aggregates('1 day', 'orders', '2024-01-01', '2024-02-01');
EXECUTE aggregates('1 month', 'orders', '2024-01-01', '2024-02-01');
SET plan_cache_mode = force_generic_plan;
EXECUTE aggregates('1 day', 'orders', '2024-01-01', '2024-02-01');
RESET plan_cache_mode;
-- Widths that change from row to row.
SELECT w, time_bucket(w, timestamptz '2024-02-29 13:37+00') FROM (VALUES ('1 day'::varchar), ('1 day'), ('1 hour'), (NULL), ('1 month'), ('1 day')) v(w);
-- And without types.
PREPARE untyped AS SELECT time_bucket($1, time) AS bucket, count(*) FROM customer_metrics GROUP BY bucket ORDER BY bucket;
SELECT parameter_types FROM pg_prepared_statements WHERE name = 'untyped';
EXECUTE untyped('1 day');

-- With an origin or an offset, all of them bound as text but cast.
PREPARE shifted (varchar, varchar, varchar) AS
SELECT time_bucket($1, time, $2::timestamptz) AS origin, time_bucket($1, time, $3::interval) AS "offset", time_bucket($1, time::date, $2::date) AS date
FROM customer_metrics ORDER BY time LIMIT 1;
EXECUTE shifted('7 days', '2024-01-01', '3 days');

-- What each width resolves to.
CREATE VIEW resolved AS SELECT
    time_bucket('1 day', time) AS unknown_tz, time_bucket('1 day', time::timestamp) AS unknown_ts, time_bucket('1 day', time::date) AS unknown_date,
    time_bucket(bucket_width => '1 day', ts => time) AS named,
    time_bucket('1 day'::text, time) AS text_tz, time_bucket('1 day'::varchar, time) AS varchar_tz, time_bucket('1 day'::varchar(9), time::timestamp) AS varchar_ts,
    time_bucket('1 day', time, '1 hour'::interval) AS unknown_offset, time_bucket('1 day', time, "offset" => '1 hour') AS named_offset,
    time_bucket('1 day', time::date, date '2024-01-01') AS unknown_origin, time_bucket('1 day'::text, time::date) AS text_date, time_bucket('1 day'::text, time, 'UTC') AS text_zone, time_bucket('1 day', time, 'UTC') AS unknown_zone
FROM customer_metrics;
SELECT pg_get_viewdef('resolved');
SELECT DISTINCT unknown_tz = text_tz AND unknown_tz = varchar_tz AND unknown_tz = named AND unknown_tz = unknown_zone AND unknown_tz = text_zone
    AND unknown_ts = varchar_ts AND unknown_date = text_date AS all_equal FROM resolved;
EXPLAIN (VERBOSE, COSTS OFF) SELECT time_bucket('1 day'::text, time) FROM customer_metrics;

-- The session's interval style does not change what an immutable conversion gives.
SELECT '-1 2:03'::varchar::varve_catalog.bucket_width AS postgres;
SET intervalstyle = 'sql_standard';
SELECT interval '-1 2:03' = interval '-1 day -2:03' AS style_matters,
    ('-1 2:03'::varchar::varve_catalog.bucket_width)::text::interval = interval '-1 day -2:03' AS style_matters_to_width;
SHOW intervalstyle;
SELECT time_bucket('nonsense'::text, now());
SHOW intervalstyle;
RESET intervalstyle;

-- No other call notices that text becomes a width: these resolve, or fail, as without the extension.
SELECT sum('1 day'::varchar);
SELECT justify_days('1 day'::varchar);
SELECT max('1 day'::varchar), min('1 day'::text), '1 day'::varchar || 'x' AS cat;
