-- Continuous aggregates: a view, the hypertable that holds its results, and what is known of how fresh
-- they are. docs/continuous-aggregates.md, docs/decisions/aggregate-invalidation.md

CREATE TABLE varve_catalog.continuous_aggregate (
    id                integer  NOT NULL CONSTRAINT continuous_aggregate_pkey PRIMARY KEY,  -- the materialization's
    relation          regclass NOT NULL CONSTRAINT continuous_aggregate_relation_key UNIQUE,
    materialization   regclass NOT NULL,
    definition        regclass NOT NULL,  -- a view: the query as the user wrote it
    recent            regclass NOT NULL,  -- a view: the same from the watermark on
    source_id         integer  NOT NULL,
    source            regclass NOT NULL,  -- a hypertable; another aggregate's materialization, perhaps
    bucket_column     smallint NOT NULL,
    bucket_width      bigint   NOT NULL CONSTRAINT continuous_aggregate_bucket_width_check CHECK (bucket_width > 0),
    materialized_only boolean  NOT NULL
);
COMMENT ON COLUMN varve_catalog.continuous_aggregate.bucket_width IS
    'microseconds, or integers for an integer column; months count 30 days';

-- Buckets below the watermark are read from the materialization.
CREATE TABLE varve_catalog.aggregate_watermark (
    id        integer NOT NULL CONSTRAINT aggregate_watermark_pkey PRIMARY KEY,
    watermark bigint  NOT NULL
);

-- Writers log what they change below the threshold of their hypertable, which is not below the
-- watermark of any of its aggregates.
CREATE TABLE varve_catalog.aggregate_threshold (
    source_id integer NOT NULL CONSTRAINT aggregate_threshold_pkey PRIMARY KEY,
    threshold bigint  NOT NULL
);

CREATE TABLE varve_catalog.aggregate_change (
    source_id      integer NOT NULL,
    range_begin    bigint  NOT NULL,
    range_end      bigint  NOT NULL,
    inserted_since bigint,
    inserted_after pg_lsn,
    cluster        bigint
);
COMMENT ON TABLE varve_catalog.aggregate_change IS 'what writers have changed since the last refresh of any aggregate';
COMMENT ON COLUMN varve_catalog.aggregate_change.inserted_since IS
    'a transaction, with its epoch: all that has changed is rows inserted by this one and later ones; NULL: more than that';
COMMENT ON COLUMN varve_catalog.aggregate_change.inserted_after IS 'where the log stood before its first row';
COMMENT ON COLUMN varve_catalog.aggregate_change.cluster IS 'the system identifier of the cluster whose transaction that is';

CREATE TABLE varve_catalog.aggregate_stale (
    id             integer NOT NULL,
    range_begin    bigint  NOT NULL,
    range_end      bigint  NOT NULL,
    inserted_since bigint,
    inserted_after pg_lsn,
    cluster        bigint
);
COMMENT ON TABLE varve_catalog.aggregate_stale IS 'what an aggregate has to compute again, or for the first time';

COMMENT ON COLUMN varve_catalog.aggregate_stale.inserted_since IS 'as in aggregate_change';
COMMENT ON COLUMN varve_catalog.aggregate_stale.inserted_after IS 'as in aggregate_change';
COMMENT ON COLUMN varve_catalog.aggregate_stale.cluster IS 'as in aggregate_change';

CREATE TABLE varve_catalog.aggregate_frozen (
    id          integer NOT NULL,
    range_begin bigint  NOT NULL,
    range_end   bigint  NOT NULL
);
COMMENT ON TABLE varve_catalog.aggregate_frozen IS 'what an aggregate keeps, since the rows it came from have been dropped';

SELECT pg_catalog.pg_extension_config_dump('varve_catalog.continuous_aggregate', '');
SELECT pg_catalog.pg_extension_config_dump('varve_catalog.aggregate_watermark', '');
SELECT pg_catalog.pg_extension_config_dump('varve_catalog.aggregate_threshold', '');
SELECT pg_catalog.pg_extension_config_dump('varve_catalog.aggregate_change', '');
SELECT pg_catalog.pg_extension_config_dump('varve_catalog.aggregate_stale', '');
SELECT pg_catalog.pg_extension_config_dump('varve_catalog.aggregate_frozen', '');
GRANT SELECT ON varve_catalog.continuous_aggregate, varve_catalog.aggregate_watermark, varve_catalog.aggregate_threshold,
    varve_catalog.aggregate_change, varve_catalog.aggregate_stale, varve_catalog.aggregate_frozen TO PUBLIC;

-- For pg_restore, as in 10_catalog.sql.
GRANT INSERT ON varve_catalog.continuous_aggregate, varve_catalog.aggregate_watermark, varve_catalog.aggregate_threshold,
    varve_catalog.aggregate_change, varve_catalog.aggregate_stale, varve_catalog.aggregate_frozen TO @extowner@;

CREATE FUNCTION varve_catalog.continuous_aggregate_restored() RETURNS trigger
AS 'MODULE_PATHNAME', 'varve_continuous_aggregate_restored'
LANGUAGE C;
COMMENT ON FUNCTION varve_catalog.continuous_aggregate_restored() IS
    'checks a row that is not the extension''s own, and ties the parts of the aggregate together';

CREATE TRIGGER continuous_aggregate_restored AFTER INSERT OR UPDATE ON varve_catalog.continuous_aggregate
    FOR EACH ROW EXECUTE FUNCTION varve_catalog.continuous_aggregate_restored();

-- What statements that write into the source of an aggregate call, old values and new, of its primary
-- dimension. The planner puts the call there.
CREATE FUNCTION varve_catalog.changed(value anyelement, hypertable regclass) RETURNS anyelement
AS 'MODULE_PATHNAME', 'varve_changed'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION varve_catalog.changed(anyelement, regclass) IS
    'gives the value back, and has this transaction log it for the aggregates of the hypertable';

CREATE FUNCTION varve_catalog.inserted(value anyelement, hypertable regclass) RETURNS anyelement
AS 'MODULE_PATHNAME', 'varve_inserted'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION varve_catalog.inserted(anyelement, regclass) IS
    'as changed(), for statements that only add rows';

-- The same of rows that workers of logical replication write, of hypertables that receive it.
CREATE FUNCTION varve_catalog.replicated_change() RETURNS trigger
AS 'MODULE_PATHNAME', 'varve_replicated_change'
LANGUAGE C;
COMMENT ON FUNCTION varve_catalog.replicated_change() IS
    'trigger that has this transaction log the row for the aggregates of its hypertable';

-- A condition of a refresh on the keys of groups: only some of them are computed.
CREATE FUNCTION varve_catalog.is_wanted_group(VARIADIC key "any") RETURNS boolean
AS 'MODULE_PATHNAME', 'varve_is_wanted_group'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION varve_catalog.is_wanted_group("any") IS
    'whether the refresh that is running computes the group';

CREATE FUNCTION varve_catalog.watermark(aggregate integer, type anyelement) RETURNS anyelement
AS 'MODULE_PATHNAME', 'varve_watermark'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION varve_catalog.watermark(integer, anyelement) IS
    'where the results of the aggregate end; its readers compute what lies behind';

CREATE PROCEDURE refresh_continuous_aggregate(
    continuous_aggregate regclass,
    window_start         "any",
    window_end           "any",
    force                boolean DEFAULT false,
    options              jsonb DEFAULT NULL)
AS 'MODULE_PATHNAME', 'varve_refresh_continuous_aggregate'
LANGUAGE C;
COMMENT ON PROCEDURE refresh_continuous_aggregate(regclass, "any", "any", boolean, jsonb) IS
    'computes what has changed in whole buckets of the window';

CREATE FUNCTION verify_continuous_aggregate(
    continuous_aggregate regclass,
    window_start         "any" DEFAULT NULL,
    window_end           "any" DEFAULT NULL)
RETURNS TABLE (bucket text, missing_rows bigint, extra_rows bigint, reason text)
AS 'MODULE_PATHNAME', 'varve_verify_continuous_aggregate'
LANGUAGE C STABLE PARALLEL UNSAFE;
COMMENT ON FUNCTION verify_continuous_aggregate(regclass, "any", "any") IS
    'buckets whose stored rows differ from those computed now, and why they may';

CREATE FUNCTION replace_continuous_aggregate(continuous_aggregate regclass, query text) RETURNS void
AS 'MODULE_PATHNAME', 'varve_replace_continuous_aggregate'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION replace_continuous_aggregate(regclass, text) IS
    'gives a continuous aggregate another query, over the same hypertable in the same buckets; results stay until they are refreshed';
