-- Columnstore policies: old chunks become columns.

CREATE FUNCTION add_compression_policy(
    hypertable              regclass,
    compress_after          "any"       = NULL,
    if_not_exists           boolean     = false,
    schedule_interval       interval    = NULL,
    initial_start           timestamptz = NULL,
    timezone                text        = NULL,
    compress_created_before interval    = NULL)
RETURNS integer
AS 'MODULE_PATHNAME', 'varve_add_compression_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION add_compression_policy(regclass, "any", boolean, interval, timestamptz, text, interval) IS
    'has chunks become columns once all their rows are old enough; returns the id of the job';

CREATE PROCEDURE add_columnstore_policy(
    hypertable        regclass,
    after             "any"       = NULL,
    if_not_exists     boolean     = false,
    schedule_interval interval    = NULL,
    initial_start     timestamptz = NULL,
    timezone          text        = NULL,
    created_before    interval    = NULL)
AS 'MODULE_PATHNAME', 'varve_add_columnstore_policy'
LANGUAGE C;

COMMENT ON PROCEDURE add_columnstore_policy(regclass, "any", boolean, interval, timestamptz, text, interval) IS
    'has chunks become columns once all their rows are old enough';

CREATE FUNCTION remove_compression_policy(hypertable regclass, if_exists boolean = false) RETURNS boolean
AS 'MODULE_PATHNAME', 'varve_remove_compression_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION remove_compression_policy(regclass, boolean) IS 'chunks no longer become columns by themselves';

CREATE PROCEDURE remove_columnstore_policy(hypertable regclass, if_exists boolean = false)
AS 'MODULE_PATHNAME', 'varve_remove_columnstore_policy'
LANGUAGE C;

COMMENT ON PROCEDURE remove_columnstore_policy(regclass, boolean) IS 'chunks no longer become columns by themselves';

CREATE FUNCTION _timescaledb_functions.policy_compression_check(config jsonb) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    type regtype;
BEGIN
    SELECT h.column_type INTO type FROM varve_catalog.hypertable h WHERE h.id = (config ->> 'hypertable_id')::integer;
    IF NOT FOUND THEN
        RAISE 'hypertable_id % is not that of a hypertable', coalesce(config ->> 'hypertable_id', 'null') USING ERRCODE = '22023';
    END IF;
    IF (config ->> 'compress_after' IS NULL) = (config ->> 'compress_created_before' IS NULL) THEN
        RAISE 'a columnstore policy needs either compress_after or compress_created_before' USING ERRCODE = '22023';
    END IF;
    IF config ->> 'compress_after' IS NOT NULL AND varve_catalog.is_integer(type) THEN
        PERFORM (config ->> 'compress_after')::bigint;
    ELSE
        PERFORM coalesce(config ->> 'compress_after', config ->> 'compress_created_before')::interval;
    END IF;
END $$;

COMMENT ON FUNCTION _timescaledb_functions.policy_compression_check(jsonb) IS 'reports what is wrong with the configuration of a columnstore policy';

-- Also those that are columns already, if rows have been written into them since.
CREATE FUNCTION varve_catalog.compression_chunks(config jsonb, present bigint) RETURNS varve_catalog.chunk[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    target varve_catalog.hypertable;
    chunks regclass[];
BEGIN
    SELECT * INTO target FROM varve_catalog.hypertable h WHERE h.id = (config ->> 'hypertable_id')::integer;
    IF config ->> 'compress_created_before' IS NOT NULL THEN
        chunks := ARRAY(SELECT @extschema@.show_chunks(target.relation,
            created_before => varve_catalog.job_now() - (config ->> 'compress_created_before')::interval));
    ELSIF varve_catalog.is_integer(target.column_type) THEN
        chunks := ARRAY(SELECT @extschema@.show_chunks(target.relation,
            older_than => present - (config ->> 'compress_after')::bigint));
    ELSE
        chunks := ARRAY(SELECT @extschema@.show_chunks(target.relation,
            older_than => varve_catalog.job_now() - (config ->> 'compress_after')::interval));
    END IF;
    RETURN ARRAY(SELECT c FROM varve_catalog.chunk c JOIN pg_class r ON r.oid = c.relation
        WHERE c.relation = ANY (chunks) AND r.relkind = 'r' AND (NOT varve_catalog.is_columnar(r.relam) OR pg_relation_size(c.relation) > 0)
        ORDER BY c.range_begin, c.id);
END $$;

COMMENT ON FUNCTION varve_catalog.compression_chunks(jsonb, bigint) IS 'what a columnstore policy would convert now, oldest first';

CREATE FUNCTION varve_catalog.compression_step(target varve_catalog.chunk, state jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    name text := target.relation::text;
    before bigint;
    reason text;
BEGIN
    BEGIN
        before := pg_total_relation_size(target.relation);
        PERFORM @extschema@.compress_chunk(target.relation);
        state := state || jsonb_build_object('converted', coalesce((state ->> 'converted')::bigint, 0) + 1,
            'bytes', coalesce((state ->> 'bytes')::bigint, 0) + before,
            'bytes_after', coalesce((state ->> 'bytes_after')::bigint, 0) + pg_total_relation_size(target.relation));
    EXCEPTION WHEN lock_not_available OR deadlock_detected OR feature_not_supported OR object_in_use OR undefined_table OR SQLSTATE 'TS003' THEN
        GET STACKED DIAGNOSTICS reason = MESSAGE_TEXT;
        -- Dropped, or joined with another, since the run began.
        IF NOT EXISTS (SELECT FROM varve_catalog.chunk c WHERE c.id = target.id) THEN
            RETURN state;
        END IF;
        state := state || jsonb_build_object('kept', coalesce(state -> 'kept', '[]') || jsonb_build_object('chunk', name, 'reason', reason),
            'sqlstate', SQLSTATE);
    END;
    PERFORM _timescaledb_functions.report_run(state - 'sqlstate');
    RETURN state;
END $$;

COMMENT ON FUNCTION varve_catalog.compression_step(varve_catalog.chunk, jsonb) IS 'converts one chunk, and writes down how that went';

CREATE FUNCTION varve_catalog.compression_end(state jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF state ? 'kept' THEN
        RAISE 'could not convert % of % chunks', jsonb_array_length(state -> 'kept'),
            jsonb_array_length(state -> 'kept') + coalesce((state ->> 'converted')::bigint, 0)
            USING ERRCODE = state ->> 'sqlstate', DETAIL = state ->> 'kept', HINT = 'The job tries again.';
    END IF;
END $$;

COMMENT ON FUNCTION varve_catalog.compression_end(jsonb) IS 'fails where chunks had to stay rows, so that the job tries again soon';

CREATE PROCEDURE _timescaledb_functions.policy_compression(job_id integer, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    state jsonb := '{"converted": 0, "bytes": 0, "bytes_after": 0}';
    target varve_catalog.chunk;
    present pg_catalog.int8;
BEGIN
    PERFORM _timescaledb_functions.policy_compression_check(config);
    PERFORM _timescaledb_functions.report_run(state);
    present := varve_catalog.integer_now((config OPERATOR(pg_catalog.->>) 'hypertable_id')::pg_catalog.int4);
    FOREACH target IN ARRAY varve_catalog.compression_chunks(config, present) LOOP
        state := varve_catalog.compression_step(target, state);
        COMMIT;
    END LOOP;
    PERFORM varve_catalog.compression_end(state);
END $$;

COMMENT ON PROCEDURE _timescaledb_functions.policy_compression(integer, jsonb) IS
    'puts the rows of chunks that are old enough into columns, each chunk in a transaction of its own';
