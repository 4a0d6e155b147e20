-- Compaction policies: rows that have trickled into chunks in columns join these soon. The columnstore policy does
-- the same, but with old chunks only, and less often.

CREATE FUNCTION add_compaction_policy(
    hypertable        regclass,
    if_not_exists     boolean     = false,
    schedule_interval interval    = NULL,
    initial_start     timestamptz = NULL,
    timezone          text        = NULL,
    max_chunks        integer     = NULL,
    max_batches       integer     = NULL,
    inactive_for      interval    = NULL)
RETURNS integer
AS 'MODULE_PATHNAME', 'varve_add_compaction_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION add_compaction_policy(regclass, boolean, interval, timestamptz, text, integer, integer, interval) IS
    'has rows that were written into chunks in columns join these; returns the id of the job';

CREATE FUNCTION remove_compaction_policy(hypertable regclass, if_exists boolean = false) RETURNS boolean
AS 'MODULE_PATHNAME', 'varve_remove_compaction_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION remove_compaction_policy(regclass, boolean) IS 'rows written into chunks in columns no longer join these by themselves';

CREATE FUNCTION _timescaledb_functions.policy_compaction_check(config jsonb) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM varve_catalog.policy_hypertable(config);
    PERFORM (config ->> 'inactive_for')::interval;
    PERFORM varve_catalog.policy_options_check(config, '{max_chunks, max_batches}', '{verbose_log}');
END $$;

COMMENT ON FUNCTION _timescaledb_functions.policy_compaction_check(jsonb) IS 'reports what is wrong with the configuration of a compaction policy';

-- Chunks are converted whole, without keeping writers waiting: so neither the number of batches nor writers at
-- work are a reason to leave one out. Frozen ones are to stay as they are.
CREATE FUNCTION varve_catalog.compaction_chunks(config jsonb) RETURNS varve_catalog.chunk[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ARRAY(SELECT c FROM varve_catalog.chunk c JOIN pg_class r ON r.oid = c.relation
    WHERE c.hypertable_id = (config ->> 'hypertable_id')::integer AND r.relkind = 'r' AND varve_catalog.is_columnar(r.relam)
        AND varve_catalog.status_of(c.relation) & 4 = 0 AND varve_catalog.has_uncolumned_changes(c.relation)
    ORDER BY c.range_begin, c.id
    LIMIT nullif((config ->> 'max_chunks')::bigint, 0));

COMMENT ON FUNCTION varve_catalog.compaction_chunks(jsonb) IS 'what a compaction policy would convert now, oldest first';

CREATE FUNCTION varve_catalog.compaction_step(target varve_catalog.chunk, state jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- Somebody may have made rows of it since the run began.
    IF EXISTS (SELECT FROM pg_class r WHERE r.oid = target.relation AND varve_catalog.is_columnar(r.relam)) THEN
        RETURN varve_catalog.compression_step(target, state);
    END IF;
    RETURN state;
END $$;

COMMENT ON FUNCTION varve_catalog.compaction_step(varve_catalog.chunk, jsonb) IS 'converts one columnar chunk again, and writes down how that went';

CREATE PROCEDURE _timescaledb_functions.policy_compaction(job_id integer, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    state jsonb := '{"converted": 0, "bytes": 0, "bytes_after": 0}';
    target varve_catalog.chunk;
BEGIN
    PERFORM _timescaledb_functions.policy_compaction_check(config);
    PERFORM _timescaledb_functions.report_run(state);
    FOREACH target IN ARRAY varve_catalog.compaction_chunks(config) LOOP
        state := varve_catalog.compaction_step(target, state);
        COMMIT;
    END LOOP;
    PERFORM varve_catalog.policy_end(state, 'convert', 'converted');
END $$;

COMMENT ON PROCEDURE _timescaledb_functions.policy_compaction(integer, jsonb) IS
    'puts rows that were written into chunks in columns into these, each chunk in a transaction of its own';
