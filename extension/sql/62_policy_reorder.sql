-- Reorder.

CREATE FUNCTION add_reorder_policy(
    hypertable    regclass,
    index_name    name,
    if_not_exists boolean     = false,
    initial_start timestamptz = NULL,
    timezone      text        = NULL)
RETURNS integer
AS 'MODULE_PATHNAME', 'varve_add_reorder_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION add_reorder_policy(regclass, name, boolean, timestamptz, text) IS
    'has each chunk but the newest rewritten once in the order of an index; returns the id of the job';

CREATE FUNCTION remove_reorder_policy(hypertable regclass, if_exists boolean = false) RETURNS void
AS 'MODULE_PATHNAME', 'varve_remove_reorder_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION remove_reorder_policy(regclass, boolean) IS 'chunks are no longer reordered by themselves';

CREATE FUNCTION varve_catalog.reorder_index(config jsonb) RETURNS regclass
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT ic.oid::regclass
    FROM varve_catalog.hypertable h
        JOIN pg_catalog.pg_index i ON i.indrelid = h.relation
        JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
    WHERE h.id = (config ->> 'hypertable_id')::integer AND ic.relname = (config ->> 'index_name')::name;
END;

COMMENT ON FUNCTION varve_catalog.reorder_index(jsonb) IS 'the index of a reorder policy';

CREATE FUNCTION _timescaledb_functions.policy_reorder_check(config jsonb) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM varve_catalog.policy_hypertable(config);
    IF varve_catalog.reorder_index(config) IS NULL THEN
        RAISE '"%" is not an index of the hypertable', coalesce(config ->> 'index_name', 'null') USING ERRCODE = '22023';
    END IF;
END $$;

COMMENT ON FUNCTION _timescaledb_functions.policy_reorder_check(jsonb) IS 'reports what is wrong with the configuration of a reorder policy';

-- A chunk that has been reordered has its index marked, as after CLUSTER. Columns have an order of their own.
CREATE FUNCTION varve_catalog.reorder_chunks(config jsonb) RETURNS varve_catalog.chunk[]
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT ARRAY(
        SELECT c FROM (
            SELECT c, c.id, c.range_begin, c.relation, dense_rank() OVER (ORDER BY c.range_begin DESC) AS age
            FROM varve_catalog.chunk c WHERE c.hypertable_id = (config ->> 'hypertable_id')::integer) c
            JOIN pg_catalog.pg_class r ON r.oid = c.relation
        WHERE c.age > 3 AND r.relkind = 'r' AND NOT varve_catalog.is_columnar(r.relam) AND EXISTS (
            SELECT FROM pg_catalog.pg_inherits p JOIN pg_catalog.pg_index i ON i.indexrelid = p.inhrelid
            WHERE varve_catalog.reorder_index(config) IN (p.inhparent, (SELECT s.inhparent FROM pg_catalog.pg_inherits s WHERE s.inhrelid = p.inhparent))
                AND i.indrelid = c.relation AND NOT i.indisclustered)
        ORDER BY c.range_begin, c.id);
END;

COMMENT ON FUNCTION varve_catalog.reorder_chunks(jsonb) IS 'what a reorder policy would reorder now, oldest first';

CREATE FUNCTION varve_catalog.reorder_step(target varve_catalog.chunk, config jsonb, state jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    name text := target.relation::text;
    reason text;
BEGIN
    BEGIN
        PERFORM @extschema@.reorder_chunk(target.relation, varve_catalog.reorder_index(config));
        state := state || jsonb_build_object('reordered', coalesce((state ->> 'reordered')::bigint, 0) + 1);
    EXCEPTION WHEN OTHERS THEN
        -- Whatever it is, no reason to leave out the others.
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

COMMENT ON FUNCTION varve_catalog.reorder_step(varve_catalog.chunk, jsonb, jsonb) IS 'reorders one chunk, and writes down how that went';

CREATE FUNCTION varve_catalog.reorder_end(state jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF state ? 'kept' THEN
        RAISE 'could not reorder % chunks', jsonb_array_length(state -> 'kept')
            USING ERRCODE = state ->> 'sqlstate', DETAIL = state ->> 'kept', HINT = 'The job tries again.';
    END IF;
END $$;

COMMENT ON FUNCTION varve_catalog.reorder_end(jsonb) IS 'fails where chunks had to be left, so that the job tries again soon';

CREATE PROCEDURE _timescaledb_functions.policy_reorder(job_id integer, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    state jsonb := '{"reordered": 0}';
    target varve_catalog.chunk;
BEGIN
    PERFORM _timescaledb_functions.policy_reorder_check(config);
    PERFORM _timescaledb_functions.report_run(state);
    FOREACH target IN ARRAY varve_catalog.reorder_chunks(config) LOOP
        state := varve_catalog.reorder_step(target, config, state);
        COMMIT;
    END LOOP;
    PERFORM varve_catalog.reorder_end(state);
END $$;

COMMENT ON PROCEDURE _timescaledb_functions.policy_reorder(integer, jsonb) IS
    'rewrites chunks in the order of an index, each in a transaction of its own';
