-- What turns the bigints of _timescaledb_catalog into times, and back.
SET timezone = 'Europe/Berlin';
SET search_path = _timescaledb_functions, public;
SELECT us, to_timestamp_without_timezone(us), to_date(us), to_unix_microseconds(to_timestamp(us)) = us AS back
FROM unnest('{0, 1, -1, 1704067200123456, -86400000001, -210866803200000000, 9223371331199999999, 9223372036854775807, -9223372036854775808}'::bigint[]) us;
SELECT to_timestamp(1704067200123456), to_timestamp(-9223372036854775808);
SELECT us, to_interval(us), interval_to_usec(to_interval(us)) = us AS back
FROM unnest('{0, -1, 3600000001, 9223372036854775807, -9223372036854775808}'::bigint[]) us;
SELECT interval_to_usec('1 year 2 mons 3 days 04:05:06.789'), interval_to_usec('-1 day -00:00:00.5');

-- Values of dimensions, of every type that one has; a domain is what it is over.
CREATE DOMAIN instant AS timestamptz;
SELECT time_to_internal(5::smallint), time_to_internal(5), time_to_internal(5::bigint), time_to_internal(date '2024-01-01'),
    time_to_internal(timestamp '2024-01-01 00:00:01'), time_to_internal('2024-01-01 00:00:01+00'::instant), time_to_internal(timestamptz '-infinity');
SELECT time_to_internal(NULL::date), to_timestamp(NULL), interval_to_usec(NULL);

-- As scripts put them together.
CREATE TABLE metric (time timestamptz NOT NULL);
SELECT created FROM create_hypertable('metric', 'time', chunk_time_interval => interval '1 day');
INSERT INTO metric VALUES ('2024-05-01 12:00+00');
SELECT to_timestamp(s.range_start), to_interval(d.interval_length) FROM _timescaledb_catalog.dimension d
    JOIN _timescaledb_catalog.dimension_slice s ON s.dimension_id = d.id WHERE s.range_start <= time_to_internal(timestamptz '2024-05-01 12:00+00');

-- The present of integers.
CREATE TABLE number (at int NOT NULL);
SELECT created FROM create_hypertable('number', 'at');
SELECT subtract_integer_from_now('number', 5);
\echo :LAST_ERROR_SQLSTATE
CREATE FUNCTION number_now() RETURNS int LANGUAGE sql STABLE AS 'SELECT 100';
SELECT set_integer_now_func('number', 'number_now');
SELECT subtract_integer_from_now('number', 5), subtract_integer_from_now('number', -9223372036854775000) > 0 AS large;

-- Bad input.
\set VERBOSITY sqlstate
SELECT subtract_integer_from_now('number', -9223372036854775807);
SELECT subtract_integer_from_now('metric', 5);
SELECT subtract_integer_from_now('pg_class', 5);
SELECT to_timestamp(-9223372036854775807);
SELECT interval_to_usec('178000000 years');
SELECT time_to_internal('noon'::text);
SELECT time_to_internal(1.5);
