-- first(), last() and histogram(): aggregates, also parallel and partial.

CREATE FUNCTION varve_catalog.first_transition(internal, anyelement, "any") RETURNS internal
AS 'MODULE_PATHNAME', 'varve_first_transition' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION varve_catalog.last_transition(internal, anyelement, "any") RETURNS internal
AS 'MODULE_PATHNAME', 'varve_last_transition' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION varve_catalog.first_combine(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'varve_first_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION varve_catalog.last_combine(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'varve_last_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION varve_catalog.first_last_serialize(internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'varve_first_last_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION varve_catalog.first_last_deserialize(bytea, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'varve_first_last_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION varve_catalog.first_last_final(internal, anyelement, "any") RETURNS anyelement
AS 'MODULE_PATHNAME', 'varve_first_last_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE AGGREGATE first(value anyelement, "time" "any") (
    SFUNC = varve_catalog.first_transition, STYPE = internal, COMBINEFUNC = varve_catalog.first_combine,
    SERIALFUNC = varve_catalog.first_last_serialize, DESERIALFUNC = varve_catalog.first_last_deserialize,
    FINALFUNC = varve_catalog.first_last_final, FINALFUNC_EXTRA, PARALLEL = SAFE
);
CREATE AGGREGATE last(value anyelement, "time" "any") (
    SFUNC = varve_catalog.last_transition, STYPE = internal, COMBINEFUNC = varve_catalog.last_combine,
    SERIALFUNC = varve_catalog.first_last_serialize, DESERIALFUNC = varve_catalog.first_last_deserialize,
    FINALFUNC = varve_catalog.first_last_final, FINALFUNC_EXTRA, PARALLEL = SAFE
);
COMMENT ON AGGREGATE first(anyelement, "any") IS 'value of the row with the smallest time';
COMMENT ON AGGREGATE last(anyelement, "any") IS 'value of the row with the largest time';

CREATE FUNCTION varve_catalog.histogram_transition(internal, float8, float8, float8, int) RETURNS internal
AS 'MODULE_PATHNAME', 'varve_histogram_transition' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION varve_catalog.histogram_combine(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'varve_histogram_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION varve_catalog.histogram_serialize(internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'varve_histogram_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION varve_catalog.histogram_deserialize(bytea, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'varve_histogram_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION varve_catalog.histogram_final(internal) RETURNS int[]
AS 'MODULE_PATHNAME', 'varve_histogram_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE AGGREGATE histogram(value float8, min float8, max float8, nbuckets int) (
    SFUNC = varve_catalog.histogram_transition, STYPE = internal, COMBINEFUNC = varve_catalog.histogram_combine,
    SERIALFUNC = varve_catalog.histogram_serialize, DESERIALFUNC = varve_catalog.histogram_deserialize,
    FINALFUNC = varve_catalog.histogram_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE histogram(float8, float8, float8, int) IS
    'number of values below min, in each of nbuckets equal parts of [min, max), and from max on';
