-- "chunk < time": the chunk ends by then, as in WHERE c < now() - interval '7 days' over show_chunks().

CREATE FUNCTION _timescaledb_functions.ends_by(chunk regclass, "time" timestamptz) RETURNS boolean
AS 'MODULE_PATHNAME', 'varve_ends_by'
LANGUAGE C STABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION _timescaledb_functions.ends_by(regclass, timestamptz) IS
    'whether all that a chunk can hold lies before a time';

CREATE OPERATOR < (LEFTARG = regclass, RIGHTARG = timestamptz, FUNCTION = _timescaledb_functions.ends_by);

COMMENT ON OPERATOR < (regclass, timestamptz) IS 'the chunk ends by then';

-- Without this one, a literal that is compared with a regclass would be read as a time. PostgreSQL reads
-- it as an oid; now it is one or the name of a relation. Otherwise the operator for oid, which compares
-- two regclass without it, does the same.
CREATE FUNCTION _timescaledb_functions.regclass_less(regclass, regclass) RETURNS boolean
AS 'oidlt'
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION _timescaledb_functions.regclass_less(regclass, regclass) IS 'implementation of < operator';

CREATE OPERATOR < (LEFTARG = regclass, RIGHTARG = regclass, FUNCTION = _timescaledb_functions.regclass_less,
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel);

COMMENT ON OPERATOR < (regclass, regclass) IS 'less than';
