-- What scripts turn the bigints of _timescaledb_catalog into times with, and back: microseconds from
-- 1970-01-01, where both ends of 64 bits are the infinities.

CREATE FUNCTION _timescaledb_functions.to_timestamp(unixtime_us bigint) RETURNS timestamptz
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE unixtime_us
    WHEN 9223372036854775807 THEN 'infinity'
    WHEN (-9223372036854775808) THEN '-infinity'
    ELSE (timestamp '1970-01-01' + pg_catalog.make_interval(
        days => (unixtime_us / 86400000000)::int, secs => (unixtime_us % 86400000000)::float8 / 1e6)) AT TIME ZONE 'UTC' END;
COMMENT ON FUNCTION _timescaledb_functions.to_timestamp(bigint) IS 'microseconds from 1970 as a time';

CREATE FUNCTION _timescaledb_functions.to_timestamp_without_timezone(unixtime_us bigint) RETURNS timestamp
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN _timescaledb_functions.to_timestamp(unixtime_us) AT TIME ZONE 'UTC';
COMMENT ON FUNCTION _timescaledb_functions.to_timestamp_without_timezone(bigint) IS
    'microseconds from 1970 as a time without time zone, as the catalog counts them';

CREATE FUNCTION _timescaledb_functions.to_date(unixtime_us bigint) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN _timescaledb_functions.to_timestamp_without_timezone(unixtime_us)::date;
COMMENT ON FUNCTION _timescaledb_functions.to_date(bigint) IS 'microseconds from 1970 as a date';

CREATE FUNCTION _timescaledb_functions.to_interval(unixtime_us bigint) RETURNS interval
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
-- In two halves, since make_interval() takes hours of 32 bits, and seconds that are exact for some days.
RETURN pg_catalog.make_interval(hours => (unixtime_us / 7200000000)::int)
    + pg_catalog.make_interval(hours => (unixtime_us / 7200000000)::int, secs => (unixtime_us % 7200000000)::float8 / 1e6);
COMMENT ON FUNCTION _timescaledb_functions.to_interval(bigint) IS 'microseconds as an interval';

CREATE FUNCTION _timescaledb_functions.interval_to_usec(chunk_interval interval) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (EXTRACT(year FROM chunk_interval) * 12 + EXTRACT(month FROM chunk_interval)) * 30 * 86400000000
    + EXTRACT(day FROM chunk_interval) * 86400000000
    + EXTRACT(hour FROM chunk_interval) * 3600000000 + EXTRACT(minute FROM chunk_interval) * 60000000
    + EXTRACT(microseconds FROM chunk_interval);
COMMENT ON FUNCTION _timescaledb_functions.interval_to_usec(interval) IS 'an interval in microseconds; a month is 30 days';

CREATE FUNCTION _timescaledb_functions.to_unix_microseconds(ts timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE ts
    WHEN 'infinity' THEN 9223372036854775807
    WHEN '-infinity' THEN -9223372036854775808
    ELSE (EXTRACT(epoch FROM ts) * 1000000)::bigint END;
COMMENT ON FUNCTION _timescaledb_functions.to_unix_microseconds(timestamptz) IS 'a time in microseconds from 1970';

CREATE FUNCTION _timescaledb_functions.time_to_internal(time_val anyelement) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    type regtype := pg_typeof(time_val);
BEGIN
    type := coalesce(nullif((SELECT typbasetype FROM pg_type WHERE oid = type), 0), type);
    IF varve_catalog.is_integer(type) THEN
        RETURN time_val;
    ELSIF type = 'timestamptz'::regtype THEN
        RETURN _timescaledb_functions.to_unix_microseconds(time_val);
    ELSIF type IN ('timestamp'::regtype, 'date'::regtype) THEN
        RETURN _timescaledb_functions.to_unix_microseconds(time_val::timestamp AT TIME ZONE 'UTC');
    END IF;
    RAISE 'type % has no time', type USING ERRCODE = '22023';
END $$;
COMMENT ON FUNCTION _timescaledb_functions.time_to_internal(anyelement) IS
    'a value of a dimension as the catalog counts it: microseconds from 1970, or an integer';

CREATE FUNCTION _timescaledb_functions.subtract_integer_from_now(hypertable_relid regclass, lag bigint) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
    id pg_catalog.int4;
    present pg_catalog.int8;
BEGIN
    SELECT h.id INTO id FROM varve_catalog.hypertable h WHERE h.relation OPERATOR(pg_catalog.=) hypertable_relid;
    IF NOT FOUND THEN
        RAISE 'table "%" is not a hypertable', hypertable_relid USING ERRCODE = 'TS001';
    END IF;
    present := varve_catalog.integer_now(id);
    IF present IS NULL THEN
        RAISE 'the dimension of hypertable "%" is not an integer', hypertable_relid USING ERRCODE = '22023';
    END IF;
    RETURN present OPERATOR(pg_catalog.-) lag;
END $$;
COMMENT ON FUNCTION _timescaledb_functions.subtract_integer_from_now(regclass, bigint) IS
    'the present of a hypertable over integers, less so many';
