-- Tiering: old chunks live on cheaper storage.

CREATE FUNCTION add_tiering_policy(
    relation          regclass,
    older_than        "any",
    tablespace        text,
    index_tablespace  text        = NULL,
    max_bytes         bigint      = NULL,
    if_not_exists     boolean     = false,
    schedule_interval interval    = NULL,
    initial_start     timestamptz = NULL,
    timezone          text        = NULL)
RETURNS integer
AS 'MODULE_PATHNAME', 'varve_add_tiering_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION add_tiering_policy(regclass, "any", text, text, bigint, boolean, interval, timestamptz, text) IS
    'has chunks moved to a tablespace once all their rows are old enough; returns the id of the job';

CREATE FUNCTION remove_tiering_policy(relation regclass, if_exists boolean = false) RETURNS void
AS 'MODULE_PATHNAME', 'varve_remove_tiering_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION remove_tiering_policy(regclass, boolean) IS 'chunks stay where they are';

-- As pg_class has it: 0 for the database's own.
CREATE FUNCTION varve_catalog.tablespace_number(name text) RETURNS oid
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN t.oid = d.dattablespace THEN 0::oid ELSE t.oid END
    FROM pg_catalog.pg_tablespace t, pg_catalog.pg_database d
    WHERE t.spcname = name::name AND d.datname = pg_catalog.current_database();
END;

COMMENT ON FUNCTION varve_catalog.tablespace_number(text) IS 'the tablespace in pg_class of what is in it; NULL where there is none of the name';

CREATE FUNCTION _timescaledb_functions.policy_tiering_check(config jsonb) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    name text;
BEGIN
    PERFORM varve_catalog.policy_hypertable(config);
    IF config ->> 'older_than' IS NULL THEN
        RAISE 'a tiering policy needs older_than' USING ERRCODE = '22023';
    END IF;
    PERFORM varve_catalog.policy_age_check(config, 'older_than', NULL);
    FOREACH name IN ARRAY ARRAY[coalesce(config ->> 'tablespace', 'null'), coalesce(config ->> 'index_tablespace', config ->> 'tablespace')] LOOP
        IF varve_catalog.tablespace_number(name) IS NULL THEN
            RAISE 'tablespace "%" does not exist', name USING ERRCODE = '42704';
        END IF;
    END LOOP;
    IF (config ->> 'max_bytes')::bigint <= 0 THEN
        RAISE 'max_bytes must be positive' USING ERRCODE = '22023';
    END IF;
END $$;

COMMENT ON FUNCTION _timescaledb_functions.policy_tiering_check(jsonb) IS 'reports what is wrong with the configuration of a tiering policy';

-- The first chunk always fits, so that every run makes progress.
CREATE FUNCTION varve_catalog.tiering_chunks(config jsonb, present bigint) RETURNS varve_catalog.chunk[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    chunks regclass[] := varve_catalog.policy_old_chunks(config, 'older_than', NULL, present);
    place oid := varve_catalog.tablespace_number(config ->> 'tablespace');
    index_place oid := varve_catalog.tablespace_number(coalesce(config ->> 'index_tablespace', config ->> 'tablespace'));
BEGIN
    RETURN ARRAY(
        SELECT s.chunk FROM (
            SELECT m.chunk, m.range_begin, m.id, sum(m.bytes) OVER (ORDER BY m.range_begin, m.id) - m.bytes AS before, m.bytes
            FROM (
                SELECT c AS chunk, c.range_begin, c.id, pg_total_relation_size(c.relation) AS bytes
                FROM varve_catalog.chunk c JOIN pg_class r ON r.oid = c.relation
                WHERE c.relation = ANY (chunks) AND (r.reltablespace <> place OR EXISTS (
                    SELECT FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.relation AND x.reltablespace <> index_place))) m) s
        WHERE s.before = 0 OR config ->> 'max_bytes' IS NULL OR s.before + s.bytes <= (config ->> 'max_bytes')::bigint
        ORDER BY s.range_begin, s.id);
END $$;

COMMENT ON FUNCTION varve_catalog.tiering_chunks(jsonb, bigint) IS 'what a tiering policy would move now, oldest first';

CREATE FUNCTION varve_catalog.tiering_step(target varve_catalog.chunk, config jsonb, state jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    name text := target.relation::text;
    bytes bigint;
    reason text;
BEGIN
    BEGIN
        bytes := @extschema@.move_chunk(target.relation, config ->> 'tablespace', coalesce(config ->> 'index_tablespace', config ->> 'tablespace'),
            NULL::bigint, 'fail');
        state := state || jsonb_build_object('moved', coalesce((state ->> 'moved')::bigint, 0) + 1,
            'bytes', coalesce((state ->> 'bytes')::bigint, 0) + bytes);
    EXCEPTION WHEN lock_not_available OR deadlock_detected OR wrong_object_type OR undefined_table THEN
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

COMMENT ON FUNCTION varve_catalog.tiering_step(varve_catalog.chunk, jsonb, jsonb) IS 'moves one chunk, and writes down how that went';

CREATE PROCEDURE _timescaledb_functions.policy_tiering(job_id integer, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    state jsonb := '{"moved": 0, "bytes": 0}';
    target varve_catalog.chunk;
    present pg_catalog.int8;
BEGIN
    PERFORM _timescaledb_functions.policy_tiering_check(config);
    PERFORM _timescaledb_functions.report_run(state);
    present := varve_catalog.integer_now((config OPERATOR(pg_catalog.->>) 'hypertable_id')::pg_catalog.int4);
    FOREACH target IN ARRAY varve_catalog.tiering_chunks(config, present) LOOP
        state := varve_catalog.tiering_step(target, config, state);
        COMMIT;
    END LOOP;
    PERFORM varve_catalog.policy_end(state, 'move', 'moved');
END $$;

COMMENT ON PROCEDURE _timescaledb_functions.policy_tiering(integer, jsonb) IS
    'moves chunks that are old enough, each in a transaction of its own';
