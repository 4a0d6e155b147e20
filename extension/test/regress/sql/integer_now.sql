-- set_integer_now_func: what time it is for a hypertable of integers, so that intervals mean
-- something to its chunks.
SET timezone = 'UTC';
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
CREATE FUNCTION now_s() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT extract(epoch FROM now())::bigint';
CREATE FUNCTION now_ms() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT (extract(epoch FROM now()) * 1000)::bigint';
CREATE FUNCTION now_ns() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT (extract(epoch FROM now()) * 1000000000)::bigint';
CREATE FUNCTION today() RETURNS int LANGUAGE sql STABLE AS 'SELECT (extract(epoch FROM now()) / 86400)::int';
CREATE FUNCTION tick() RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 4711::bigint';
CREATE FUNCTION never() RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT NULL::bigint';
CREATE FUNCTION changing() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT 1::bigint';
CREATE FUNCTION given(bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION several() RETURNS SETOF bigint LANGUAGE sql IMMUTABLE AS 'SELECT 1::bigint';

-- Seconds: chunks of a day, one for each of the last ten.
CREATE TABLE seconds (time bigint NOT NULL);
SELECT created FROM create_hypertable('seconds', 'time', chunk_time_interval => 86400);
INSERT INTO seconds SELECT now_s() / 86400 * 86400 - i * 86400 FROM generate_series(0, 9) i;
SELECT refusal($$SELECT show_chunks('seconds', older_than => interval '3 days')$$);
SELECT set_integer_now_func('seconds', 'now_s');
SELECT integer_now_func FROM timescaledb_information.dimensions WHERE hypertable_name = 'seconds';
SELECT integer_now_func_schema, integer_now_func FROM _timescaledb_catalog.dimension;
SELECT count(*) FROM show_chunks('seconds', older_than => interval '3 days');
SELECT count(*) FROM show_chunks('seconds', newer_than => interval '3 days');
SELECT count(*) FROM show_chunks('seconds', older_than => interval '3 days', newer_than => interval '1 month');
SELECT count(*) FROM drop_chunks('seconds', older_than => interval '1 week');
SELECT count(*) FROM seconds;
SELECT count(*) FROM drop_chunks('seconds', older_than => now_s() - 4 * 86400);
SELECT count(*) FROM show_chunks('seconds', older_than => interval '-1 year');
SELECT refusal($$SELECT drop_chunks('seconds', older_than => interval '1 day', newer_than => interval '1 hour')$$);
SELECT refusal($$SELECT drop_chunks('seconds', older_than => now())$$);

-- Other units; a clock without one takes integers only.
SELECT set_integer_now_func('seconds', 'now_ms', replace_if_exists => true);
SELECT count(*) = (SELECT count(*) FROM show_chunks('seconds')) AS all_before_a_year_of_milliseconds FROM show_chunks('seconds', older_than => interval '1 year');
CREATE TABLE nanos (time bigint NOT NULL);
SELECT created FROM create_hypertable('nanos', 'time', chunk_time_interval => 86400000000000);
INSERT INTO nanos SELECT now_ns() / 86400000000000 * 86400000000000 - i * 86400000000000 FROM generate_series(0, 9) i;
SELECT set_integer_now_func('nanos', 'now_ns');
SELECT count(*) FROM show_chunks('nanos', older_than => interval '3 days');
CREATE TABLE days (time int NOT NULL);
SELECT created FROM create_hypertable('days', 'time', chunk_time_interval => 1);
INSERT INTO days SELECT today() - i FROM generate_series(0, 9) i;
SELECT set_integer_now_func('days', 'today');
SELECT count(*) FROM show_chunks('days', older_than => interval '3 days');
SELECT set_integer_now_func('nanos', 'tick', true);
SELECT refusal($$SELECT show_chunks('nanos', older_than => interval '3 days')$$);
SELECT set_integer_now_func('nanos', 'never', true);
SELECT refusal($$SELECT show_chunks('nanos', older_than => interval '3 days')$$);
SELECT count(*) > 0 FROM show_chunks('nanos', older_than => 9223372036854775807);

-- What cannot be such a function, or have one.
SELECT refusal($$SELECT set_integer_now_func('seconds', 'now_s')$$);
SELECT refusal($$SELECT set_integer_now_func('seconds', 'today', true)$$);
SELECT refusal($$SELECT set_integer_now_func('seconds', 'changing', true)$$);
SELECT refusal($$SELECT set_integer_now_func('seconds', 'given', true)$$);
SELECT refusal($$SELECT set_integer_now_func('seconds', 'several', true)$$);
SELECT refusal($$SELECT set_integer_now_func('seconds', 'nothing', true)$$);
SELECT refusal($$SELECT set_integer_now_func('seconds', 0, true)$$);
SELECT set_integer_now_func(NULL, 'now_s') IS NULL, set_integer_now_func('seconds', NULL) IS NULL;
CREATE TABLE times (time timestamptz NOT NULL);
SELECT created FROM create_hypertable('times', 'time');
SELECT refusal($$SELECT set_integer_now_func('times', 'now_s')$$);
SELECT refusal($$SELECT set_integer_now_func('pg_class', 'now_s')$$);
SELECT refusal($$SELECT set_integer_now_func(0, 'now_s')$$);
BEGIN READ ONLY;
SELECT refusal($$SELECT set_integer_now_func('seconds', 'now_s', true)$$);
ROLLBACK;
CREATE ROLE integer_owner;
GRANT ALL ON seconds TO integer_owner;
SET ROLE integer_owner;
SELECT refusal($$SELECT set_integer_now_func('seconds', 'now_s', true)$$);
RESET ROLE;

-- It runs in the owner's name, changes nothing of the session, and may be gone by then.
CREATE FUNCTION spying_s() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RAISE NOTICE 'run as %', current_user;
    PERFORM set_config('search_path', 'nowhere', false);
    RETURN extract(epoch FROM now())::bigint;
END $$;
ALTER TABLE seconds OWNER TO integer_owner;
SELECT set_integer_now_func('seconds', 'spying_s', true);
SELECT count(*) FROM show_chunks('seconds', older_than => interval '3 days');
SHOW search_path;
REVOKE EXECUTE ON FUNCTION spying_s FROM PUBLIC;
SELECT refusal($$SELECT show_chunks('seconds', older_than => interval '3 days')$$);
DROP FUNCTION spying_s;
SELECT refusal($$SELECT show_chunks('seconds', older_than => interval '3 days')$$);
SELECT integer_now_func FROM timescaledb_information.dimensions WHERE hypertable_name = 'seconds';
DROP TABLE seconds, nanos, days, times;
DROP ROLE integer_owner;
