-- Retention.

CREATE FUNCTION add_retention_policy(
    relation            regclass,
    drop_after          "any"       = NULL,
    if_not_exists       boolean     = false,
    schedule_interval   interval    = NULL,
    initial_start       timestamptz = NULL,
    timezone            text        = NULL,
    drop_created_before interval    = NULL)
RETURNS integer
AS 'MODULE_PATHNAME', 'varve_add_retention_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION add_retention_policy(regclass, "any", boolean, interval, timestamptz, text, interval) IS
    'has chunks dropped once all their rows are old enough; returns the id of the job';

CREATE FUNCTION remove_retention_policy(relation regclass, if_exists boolean = false) RETURNS void
AS 'MODULE_PATHNAME', 'varve_remove_retention_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION remove_retention_policy(regclass, boolean) IS 'chunks are no longer dropped by themselves';

CREATE FUNCTION varve_catalog.drop_chunk(chunk regclass, range_end bigint, unless_needed boolean) RETURNS boolean
AS 'MODULE_PATHNAME', 'varve_drop_one_chunk'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;

COMMENT ON FUNCTION varve_catalog.drop_chunk(regclass, bigint, boolean) IS
    'drops a chunk whose range ends there or earlier; false where it has gone, or been joined with a later one; an error where an aggregate needs it';

CREATE FUNCTION _timescaledb_functions.policy_retention_check(config jsonb) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM varve_catalog.policy_hypertable(config);
    IF (config ->> 'drop_after' IS NULL) = (config ->> 'drop_created_before' IS NULL) THEN
        RAISE 'a retention policy needs either drop_after or drop_created_before' USING ERRCODE = '22023';
    END IF;
    PERFORM varve_catalog.policy_age_check(config, 'drop_after', 'drop_created_before');
    IF (CASE WHEN config ->> 'drop_after' ~ '^[-+]?\d+$' THEN (config ->> 'drop_after')::bigint < 0
             ELSE coalesce(config ->> 'drop_after', config ->> 'drop_created_before')::interval < '0' END) THEN
        RAISE 'the age at which chunks are dropped must not be negative' USING ERRCODE = '22023';
    END IF;
    PERFORM varve_catalog.policy_options_check(config, '{}', '{drop_needed, verbose_log}');
END $$;

COMMENT ON FUNCTION _timescaledb_functions.policy_retention_check(jsonb) IS 'reports what is wrong with the configuration of a retention policy';

-- What an aggregate has not computed before the rows go is lost for good: so it counts, unless told otherwise.
CREATE FUNCTION varve_catalog.retention_keeps_needed(config jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN NOT coalesce((config ->> 'drop_needed')::boolean, false);

COMMENT ON FUNCTION varve_catalog.retention_keeps_needed(jsonb) IS
    'whether a retention policy keeps chunks that continuous aggregates have yet to compute results from';

CREATE FUNCTION varve_catalog.retention_chunks(config jsonb, present bigint) RETURNS varve_catalog.chunk[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    chunks regclass[] := varve_catalog.policy_old_chunks(config, 'drop_after', 'drop_created_before', present);
BEGIN
    RETURN ARRAY(SELECT c FROM varve_catalog.chunk c WHERE c.relation = ANY (chunks) ORDER BY c.range_begin, c.id);
END $$;

COMMENT ON FUNCTION varve_catalog.retention_chunks(jsonb, bigint) IS 'what a retention policy would drop now, oldest first';

-- Whoever waits for the lock of a chunk holds up all who come later: so not for long.
CREATE FUNCTION varve_catalog.retention_step(target varve_catalog.chunk, config jsonb, state jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    name text := target.relation::text;
    bytes bigint;
    reason text;
BEGIN
    BEGIN
        bytes := coalesce(pg_total_relation_size(target.relation), 0);
        IF varve_catalog.drop_chunk(target.relation, target.range_end, varve_catalog.retention_keeps_needed(config)) THEN
            state := state || jsonb_build_object('dropped', coalesce((state ->> 'dropped')::bigint, 0) + 1,
                'bytes', coalesce((state ->> 'bytes')::bigint, 0) + bytes);
        END IF;
    EXCEPTION WHEN lock_not_available OR deadlock_detected OR foreign_key_violation OR object_not_in_prerequisite_state THEN
        GET STACKED DIAGNOSTICS reason = MESSAGE_TEXT;
        state := varve_catalog.policy_kept(state, name, reason, SQLSTATE);
    END;
    PERFORM _timescaledb_functions.report_run(state - 'sqlstate');
    RETURN state;
END $$;

COMMENT ON FUNCTION varve_catalog.retention_step(varve_catalog.chunk, jsonb, jsonb) IS 'drops one chunk, and writes down how that went';

CREATE PROCEDURE _timescaledb_functions.policy_retention(job_id integer, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    state jsonb := '{"dropped": 0, "bytes": 0}';
    target varve_catalog.chunk;
    present pg_catalog.int8;
BEGIN
    PERFORM _timescaledb_functions.policy_retention_check(config);
    PERFORM _timescaledb_functions.report_run(state);
    present := varve_catalog.integer_now((config OPERATOR(pg_catalog.->>) 'hypertable_id')::pg_catalog.int4);
    FOREACH target IN ARRAY varve_catalog.retention_chunks(config, present) LOOP
        state := varve_catalog.retention_step(target, config, state);
        COMMIT;
    END LOOP;
    PERFORM varve_catalog.policy_end(state, 'drop', 'dropped');
END $$;

COMMENT ON PROCEDURE _timescaledb_functions.policy_retention(integer, jsonb) IS
    'drops chunks that are old enough, each in a transaction of its own';
