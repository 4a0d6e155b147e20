-- time_bucket() gives the start of the bucket that holds a time, for every type, and agrees with
-- date_trunc() and date_bin() where those can say the same.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';

-- As in docs/time-bucket.md.
CREATE TABLE revenue_metrics AS SELECT timestamptz '2024-02-29 12:00+00' + i * interval '5 hours' AS time, chr(65 + i % 2) AS region, i * 1.5 AS revenue FROM generate_series(1, 9) i;
SELECT time_bucket('1 day', time) AS day, region, sum(revenue)
FROM revenue_metrics
GROUP BY day, region ORDER BY day, region;

-- The grids: days and less from Monday 2000-01-03, months from 2000-01-01.
SELECT width, time_bucket(width, timestamptz '2024-02-29 13:37:42.123456+00') AS start
FROM (VALUES (interval '1 us'), ('1 ms'), ('7 s'), ('5 min'), ('90 min'), ('1 day'), ('86400.000 s'),
    ('36 hours'), ('1 week'), ('10 days'), ('1 month'), ('5 months'), ('3 months'),
    ('1 year'), ('10 years'), ('1 century')) w(width);

-- Untyped literals of a width mean interval, Grafana's among them.
SELECT time_bucket('86400.000s', timestamptz '2024-02-29 13:37+00'), time_bucket('1 month', date '2024-02-29'),
    time_bucket('1 day', timestamp '2024-02-29 13:37');

-- Times before the origin, and before our era.
SELECT ts, time_bucket('1 week', ts) AS week, time_bucket('1 year', ts) AS year
FROM (VALUES (timestamp '1999-12-31 23:59:59.999999'), ('1969-07-20 20:17:40'), ('0044-03-15 12:00 BC')) t(ts);

-- An origin and an offset move the grid; an origin that a month lacks becomes the month's last day.
SELECT time_bucket('1 week', timestamptz '2024-02-29 12:00+00', timestamptz '2024-01-07 06:00+00') AS from_sunday,
    time_bucket('1 day', timestamptz '2024-02-29 12:00+00', interval '13 hours') AS offset_13h,
    time_bucket('1 day', timestamptz '2024-02-29 12:00+00', "offset" => '-13 hours') AS offset_minus_13h,
    time_bucket('1 year', timestamp '2024-02-29 12:00', interval '3 months') AS fiscal_year;
SELECT ts, time_bucket('1 month', ts, origin => date '2000-01-31') AS month_end, time_bucket('1 month', ts, interval '4 days') AS from_the_5th
FROM generate_series(timestamp '2023-12-31', '2024-04-01', '15 days') g(t), LATERAL (SELECT t::date) d(ts);

-- Infinity stays itself, and NULL stays NULL.
SELECT time_bucket('1 day', timestamptz '-infinity') AS tz, time_bucket('1 month', timestamp 'infinity') AS ts,
    time_bucket('1 day', date 'infinity') AS date, time_bucket('1 day', timestamptz 'infinity', 'Europe/Berlin') AS zone,
    time_bucket('1 day', NULL::date) AS no_date, time_bucket(NULL::interval, now()) AS no_width,
    time_bucket('1 day', now(), NULL::timestamptz) AS no_origin, time_bucket('1 day', now(), NULL::interval) AS no_offset;

-- The ends of the range.
SELECT time_bucket('1 day', timestamp '4714-11-24 00:00 BC') AS first, time_bucket('1 year', timestamp '294276-12-31 23:59:59.999999') AS last,
    time_bucket('1 year', date '5874897-12-31') AS last_date, time_bucket('2147483647 days', date '5874897-12-31') AS widest;

-- Integers round down to origin + k * width.
SELECT time_bucket(10::smallint, (-32760)::smallint) AS int2, time_bucket(10, -1) AS int4, time_bucket(10::bigint, 27::bigint) AS int8,
    time_bucket(10, 1, 3) AS with_offset, time_bucket(10, 27, "offset" => -1003) AS negative_offset,
    time_bucket(9223372036854775807, -1::bigint) AS widest;

-- The time in a UUID of version 7.
SELECT time_bucket('1 hour', '018df4c2-1234-7abc-8def-0123456789ab'::uuid) AS hour,
    time_bucket('1 day', '018df4c2-1234-7abc-8def-0123456789ab'::uuid, 'Asia/Tokyo') AS day_in_tokyo,
    time_bucket('1 day', '018df4c2-1234-7abc-8def-0123456789ab'::uuid, interval '6 hours') AS with_offset,
    time_bucket('1 month', '018df4c2-1234-7abc-8def-0123456789ab'::uuid, timestamptz '2000-01-15 00:00+00') AS with_origin;

-- Against PostgreSQL: no row may come back.
CREATE TABLE probe AS
SELECT timestamp '2000-01-01' + (random() - 0.5) * interval '400 years' AS ts FROM generate_series(1, 2000);
INSERT INTO probe SELECT date_trunc('month', ts) FROM probe;
INSERT INTO probe SELECT ts - interval '1 us' FROM probe;
SELECT ts FROM probe
WHERE time_bucket('1 month', ts) <> date_trunc('month', ts) OR time_bucket('3 months', ts) <> date_trunc('quarter', ts)
   OR time_bucket('1 year', ts) <> date_trunc('year', ts) OR time_bucket('1 week', ts) <> date_trunc('week', ts)
   OR time_bucket('1 day', ts) <> date_trunc('day', ts) OR time_bucket('1 hour', ts) <> date_trunc('hour', ts)
   OR time_bucket('1 week', ts::date) <> date_trunc('week', ts::date)::date
   OR time_bucket('1 month', ts::date) <> date_trunc('month', ts::date)::date;
SELECT ts FROM probe, (VALUES (interval '7 min'), ('1 day 7 min 3 s'), ('1000 days'), ('1 us')) w(width),
    (VALUES (timestamp '1850-05-05 05:05:05'), ('2190-01-01'), ('2000-01-03')) o(origin)
WHERE time_bucket(width, ts, origin) <> date_bin(width, ts, origin)
   OR time_bucket(width, ts AT TIME ZONE 'UTC', origin AT TIME ZONE 'UTC') <> date_bin(width, ts, origin) AT TIME ZONE 'UTC';

-- Every overload is immutable, safe in parallel workers, and strict unless it takes a zone.
SELECT provolatile, proparallel, proisstrict, proargnames @> '{timezone}' AS zone, count(*)
FROM pg_proc WHERE proname = 'time_bucket' GROUP BY 1, 2, 3, 4 ORDER BY 4;
SELECT pg_get_function_arguments(oid), pg_get_function_result(oid)
FROM pg_proc WHERE proname = 'time_bucket' ORDER BY 1, 2;
