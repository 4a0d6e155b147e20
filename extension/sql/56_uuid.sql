-- UUIDs of version 7: made from a time, and the time in them. The functions that read cannot fail, and
-- are safe below a security barrier.

CREATE FUNCTION generate_uuidv7() RETURNS uuid
AS 'MODULE_PATHNAME', 'varve_generate_uuidv7' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION generate_uuidv7() IS 'new UUID of version 7, of this moment';

CREATE FUNCTION to_uuidv7(ts timestamptz) RETURNS uuid
AS 'MODULE_PATHNAME', 'varve_to_uuidv7' LANGUAGE C VOLATILE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION to_uuidv7(timestamptz) IS 'new UUID of version 7, of the given time';

CREATE FUNCTION to_uuidv7_boundary(ts timestamptz) RETURNS uuid
AS 'MODULE_PATHNAME', 'varve_to_uuidv7_boundary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION to_uuidv7_boundary(timestamptz) IS 'smallest UUID of version 7 of the given time';

CREATE FUNCTION uuid_timestamp(uuid uuid) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'varve_uuid_timestamp' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION uuid_timestamp(uuid) IS 'time of a UUID of version 7, in milliseconds; NULL for others';

CREATE FUNCTION uuid_timestamp_micros(uuid uuid) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'varve_uuid_timestamp_micros' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION uuid_timestamp_micros(uuid) IS
    'time of a UUID of version 7, with the fraction that generate_uuidv7() writes; NULL for others';

CREATE FUNCTION uuid_version(uuid uuid) RETURNS int
AS 'MODULE_PATHNAME', 'varve_uuid_version' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION uuid_version(uuid) IS 'version of a UUID';
