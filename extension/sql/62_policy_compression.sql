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
BEGIN
    PERFORM varve_catalog.policy_hypertable(config);
    IF (config ->> 'compress_after' IS NULL) = (config ->> 'compress_created_before' IS NULL) THEN
        RAISE 'a columnstore policy needs either compress_after or compress_created_before' USING ERRCODE = '22023';
    END IF;
    PERFORM varve_catalog.policy_age_check(config, 'compress_after', 'compress_created_before');
    PERFORM varve_catalog.policy_options_check(config, '{maxchunks_to_compress}', '{recompress, recompress_unordered, verbose_log}');
END $$;

COMMENT ON FUNCTION _timescaledb_functions.policy_compression_check(jsonb) IS 'reports what is wrong with the configuration of a columnstore policy';

-- Also those that are columns already, unless the configuration says otherwise. Frozen ones are to stay as they are.
CREATE FUNCTION varve_catalog.compression_chunks(config jsonb, present bigint) RETURNS varve_catalog.chunk[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    chunks regclass[] := varve_catalog.policy_old_chunks(config, 'compress_after', 'compress_created_before', present);
BEGIN
    RETURN ARRAY(SELECT c FROM varve_catalog.chunk c JOIN pg_class r ON r.oid = c.relation
        WHERE c.relation = ANY (chunks) AND r.relkind = 'r' AND varve_catalog.status_of(c.relation) & 4 = 0
            AND CASE WHEN NOT varve_catalog.is_columnar(r.relam) THEN true
                     ELSE coalesce((config ->> 'recompress')::boolean, true) AND varve_catalog.has_uncolumned_changes(c.relation) END
        ORDER BY c.range_begin, c.id
        LIMIT nullif((config ->> 'maxchunks_to_compress')::bigint, 0));
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
        PERFORM varve_catalog.convert_alone(target.relation);
        state := state || jsonb_build_object('converted', coalesce((state ->> 'converted')::bigint, 0) + 1,
            'bytes', coalesce((state ->> 'bytes')::bigint, 0) + before,
            'bytes_after', coalesce((state ->> 'bytes_after')::bigint, 0) + pg_total_relation_size(target.relation));
    EXCEPTION WHEN OTHERS THEN
        -- Such as a value that is too long, or one that cannot be read: no reason to leave out the others.
        GET STACKED DIAGNOSTICS reason = MESSAGE_TEXT;
        -- Dropped, or joined with another, since the run began.
        IF NOT EXISTS (SELECT FROM varve_catalog.chunk c WHERE c.id = target.id) THEN
            RETURN state;
        END IF;
        state := varve_catalog.policy_kept(state, name, reason, SQLSTATE);
    END;
    PERFORM _timescaledb_functions.report_run(state - 'sqlstate');
    RETURN state;
END $$;

COMMENT ON FUNCTION varve_catalog.compression_step(varve_catalog.chunk, jsonb) IS 'converts one chunk, and writes down how that went';

CREATE FUNCTION varve_catalog.roll_up_step(hypertable_id integer, INOUT state jsonb, OUT is_done boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    reason text;
BEGIN
    is_done := NOT varve_catalog.roll_up(hypertable_id);
    IF NOT is_done THEN
        state := state || jsonb_build_object('rolled_up', coalesce((state ->> 'rolled_up')::bigint, 0) + 1);
        PERFORM _timescaledb_functions.report_run(state - 'sqlstate');
    END IF;
EXCEPTION WHEN lock_not_available OR deadlock_detected OR feature_not_supported OR object_in_use OR undefined_table OR SQLSTATE 'TS003' THEN
    GET STACKED DIAGNOSTICS reason = MESSAGE_TEXT;
    is_done := true;
    state := varve_catalog.policy_kept(state, (SELECT h.relation::regclass::text FROM varve_catalog.hypertable h WHERE h.id = hypertable_id), reason, SQLSTATE);
END $$;

COMMENT ON FUNCTION varve_catalog.roll_up_step(integer, jsonb) IS 'rolls up once, and writes down how that went; whether that was all';

CREATE PROCEDURE _timescaledb_functions.policy_compression(job_id integer, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    state jsonb := '{"converted": 0, "bytes": 0, "bytes_after": 0}';
    target varve_catalog.chunk;
    present pg_catalog.int8;
    is_done pg_catalog.bool := false;
    id CONSTANT pg_catalog.int4 := (config OPERATOR(pg_catalog.->>) 'hypertable_id')::pg_catalog.int4;
BEGIN
    PERFORM _timescaledb_functions.policy_compression_check(config);
    PERFORM _timescaledb_functions.report_run(state);
    present := varve_catalog.integer_now(id);
    FOREACH target IN ARRAY varve_catalog.compression_chunks(config, present) LOOP
        state := varve_catalog.compression_step(target, state);
        COMMIT;
    END LOOP;
    WHILE NOT is_done LOOP
        SELECT s.state, s.is_done INTO state, is_done FROM varve_catalog.roll_up_step(id, state) s;
        COMMIT;
    END LOOP;
    PERFORM varve_catalog.policy_end(state, 'convert', 'converted');
END $$;

COMMENT ON PROCEDURE _timescaledb_functions.policy_compression(integer, jsonb) IS
    'puts the rows of chunks that are old enough into columns and rolls them up, each chunk in a transaction of its own';
