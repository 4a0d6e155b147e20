-- Each bad argument of time_bucket() is one clear error with its SQLSTATE.
\set VERBOSITY sqlstate
SET timezone = 'UTC';

-- Width: zero or negative (22023); months with smaller units (0A000); parts of days for dates (0A000).
SELECT time_bucket(interval '0', now());
SELECT time_bucket(interval '-1 day', now());
SELECT time_bucket(interval '1 day -24 hours', now()::timestamp);
SELECT time_bucket(interval '-1 month', now());
SELECT time_bucket(interval '1 month 1 day', now());
SELECT time_bucket(interval '1 month -1 us', now(), 'UTC');
SELECT time_bucket(interval '12 hours', current_date);
SELECT time_bucket(interval '1 day', current_date, interval '1 hour');
SELECT time_bucket(interval '1 month', current_date, interval '1 hour');
SELECT time_bucket(0, 1), time_bucket(1, 1);
SELECT time_bucket(-1::smallint, 1::smallint);
SELECT time_bucket(0::bigint, 1::bigint, 1::bigint);

-- Results before the range (22008, integers 22003), widths and offsets beyond it (22008).
SELECT time_bucket('10 days', timestamp '4714-11-24 00:00 BC');
SELECT time_bucket('1 month', timestamptz '4714-11-24 00:00+00 BC');
SELECT time_bucket('1 year', date '4714-11-24 BC');
SELECT time_bucket('1 year', timestamptz '4714-11-24 00:00+00 BC', 'Europe/Berlin');
SELECT time_bucket('2147483647 days', now());
SELECT time_bucket('1 day', now(), interval '2147483647 days');
SELECT time_bucket(10::smallint, (-32768)::smallint);
SELECT time_bucket(10, -2147483648);
SELECT time_bucket(10::bigint, (-9223372036854775808)::bigint);

-- Origin, zone, uuid (22023); text that is no interval (22007).
SELECT time_bucket('1 day', now(), timestamptz 'infinity');
SELECT time_bucket('1 day', current_date, date '-infinity');
SELECT time_bucket('1 day', now(), 'Atlantis/Capital');
SELECT time_bucket('1 day', gen_random_uuid());
SELECT time_bucket('1 day', '018df4c2-1234-7abc-0def-0123456789ab'::uuid);
SELECT time_bucket('a fortnight'::text, now());
SELECT time_bucket('a fortnight', now());

-- The words.
\set VERBOSITY terse
SELECT time_bucket(interval '0', now());
SELECT time_bucket(interval '1 month 1 day', now());
SELECT time_bucket(interval '12 hours', current_date);
SELECT time_bucket('10 days', timestamp '4714-11-24 00:00 BC');
SELECT time_bucket(10, -2147483648);
SELECT time_bucket('1 day', now(), timestamptz 'infinity');
SELECT time_bucket('1 day', now(), 'Atlantis/Capital');
SELECT time_bucket('1 day', gen_random_uuid());
