-- time_bucket(): the start of the bucket that holds a time. Without a zone, a timestamptz is bucketed
-- by the clock of UTC. Widths in months start from 2000-01-01, others from Monday 2000-01-03.

CREATE FUNCTION time_bucket(bucket_width interval, ts timestamptz) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'varve_time_bucket_timestamp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width interval, ts timestamptz, origin timestamptz) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'varve_time_bucket_timestamp_origin' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width interval, ts timestamptz, "offset" interval) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'varve_time_bucket_timestamp_offset' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width interval, ts timestamptz, timezone text,
    origin timestamptz DEFAULT NULL, "offset" interval DEFAULT NULL) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'varve_time_bucket_zone' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION time_bucket(bucket_width interval, ts timestamp) RETURNS timestamp
AS 'MODULE_PATHNAME', 'varve_time_bucket_timestamp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width interval, ts timestamp, origin timestamp) RETURNS timestamp
AS 'MODULE_PATHNAME', 'varve_time_bucket_timestamp_origin' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width interval, ts timestamp, "offset" interval) RETURNS timestamp
AS 'MODULE_PATHNAME', 'varve_time_bucket_timestamp_offset' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION time_bucket(bucket_width interval, ts date) RETURNS date
AS 'MODULE_PATHNAME', 'varve_time_bucket_date' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width interval, ts date, origin date) RETURNS date
AS 'MODULE_PATHNAME', 'varve_time_bucket_date_origin' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width interval, ts date, "offset" interval) RETURNS date
AS 'MODULE_PATHNAME', 'varve_time_bucket_date_offset' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION time_bucket(bucket_width interval, ts uuid) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'varve_time_bucket_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width interval, ts uuid, origin timestamptz) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'varve_time_bucket_uuid_origin' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width interval, ts uuid, "offset" interval) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'varve_time_bucket_uuid_offset' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width interval, ts uuid, timezone text,
    origin timestamptz DEFAULT NULL, "offset" interval DEFAULT NULL) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'varve_time_bucket_uuid_zone' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION time_bucket(bucket_width smallint, ts smallint) RETURNS smallint
AS 'MODULE_PATHNAME', 'varve_time_bucket_int16' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width smallint, ts smallint, "offset" smallint) RETURNS smallint
AS 'MODULE_PATHNAME', 'varve_time_bucket_int16' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width int, ts int) RETURNS int
AS 'MODULE_PATHNAME', 'varve_time_bucket_int32' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width int, ts int, "offset" int) RETURNS int
AS 'MODULE_PATHNAME', 'varve_time_bucket_int32' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width bigint, ts bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'varve_time_bucket_int64' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width bigint, ts bigint, "offset" bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'varve_time_bucket_int64' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

-- A width that is text already: JDBC binds strings as varchar, and varchar does not become interval by
-- itself. Neither obvious remedy will do. Where time_bucket(text, ...) exists, every untyped literal
-- resolves to it (of an unknown argument's candidates, the string category wins), so that
-- time_bucket('1 day', ts) would convert text for each row and could not be folded. An implicit cast
-- from varchar to interval would change what sum(varchar) and every other call mean.
--
-- So we overload on a type of our own, which text becomes by itself. It is in interval's category, but
-- unlike interval not preferred there, so that untyped literals still mean interval. No other function
-- takes the type, so the casts reach no other call; and they are immutable, so a constant is folded.
CREATE TYPE varve_catalog.bucket_width;

CREATE FUNCTION varve_catalog.bucket_width_in(cstring, oid, integer) RETURNS varve_catalog.bucket_width
AS 'interval_in' LANGUAGE internal STABLE STRICT PARALLEL SAFE;
CREATE FUNCTION varve_catalog.bucket_width_out(varve_catalog.bucket_width) RETURNS cstring
AS 'interval_out' LANGUAGE internal STABLE STRICT PARALLEL SAFE;

CREATE TYPE varve_catalog.bucket_width (
    INPUT = varve_catalog.bucket_width_in, OUTPUT = varve_catalog.bucket_width_out,
    LIKE = interval, CATEGORY = 'T', PREFERRED = false
);
COMMENT ON TYPE varve_catalog.bucket_width IS 'an interval that text becomes by itself: the width of buckets';

CREATE FUNCTION varve_catalog.bucket_width(words text) RETURNS varve_catalog.bucket_width
AS 'MODULE_PATHNAME', 'varve_bucket_width' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE CAST (text AS varve_catalog.bucket_width)
    WITH FUNCTION varve_catalog.bucket_width(text) AS IMPLICIT;
CREATE CAST (varchar AS varve_catalog.bucket_width)
    WITH FUNCTION varve_catalog.bucket_width(text) AS IMPLICIT;

CREATE FUNCTION time_bucket(bucket_width varve_catalog.bucket_width, ts timestamptz) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'varve_time_bucket_timestamp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width varve_catalog.bucket_width, ts timestamptz, origin timestamptz) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'varve_time_bucket_timestamp_origin' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width varve_catalog.bucket_width, ts timestamptz, "offset" interval) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'varve_time_bucket_timestamp_offset' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width varve_catalog.bucket_width, ts timestamptz, timezone text,
    origin timestamptz DEFAULT NULL, "offset" interval DEFAULT NULL) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'varve_time_bucket_zone' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width varve_catalog.bucket_width, ts timestamp) RETURNS timestamp
AS 'MODULE_PATHNAME', 'varve_time_bucket_timestamp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width varve_catalog.bucket_width, ts timestamp, origin timestamp) RETURNS timestamp
AS 'MODULE_PATHNAME', 'varve_time_bucket_timestamp_origin' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width varve_catalog.bucket_width, ts timestamp, "offset" interval) RETURNS timestamp
AS 'MODULE_PATHNAME', 'varve_time_bucket_timestamp_offset' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width varve_catalog.bucket_width, ts date) RETURNS date
AS 'MODULE_PATHNAME', 'varve_time_bucket_date' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width varve_catalog.bucket_width, ts date, origin date) RETURNS date
AS 'MODULE_PATHNAME', 'varve_time_bucket_date_origin' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_bucket(bucket_width varve_catalog.bucket_width, ts date, "offset" interval) RETURNS date
AS 'MODULE_PATHNAME', 'varve_time_bucket_date_offset' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

-- One comment for all of them.
DO $$
DECLARE overload regprocedure;
BEGIN
    FOR overload IN SELECT oid FROM pg_catalog.pg_proc
        WHERE proname = 'time_bucket' AND pronamespace = '@extschema@'::regnamespace
    LOOP
        EXECUTE pg_catalog.format('COMMENT ON FUNCTION %s IS %L', overload, 'start of the bucket that holds the time');
    END LOOP;
END $$;
