-- Policies: jobs that keep a hypertable or a continuous aggregate as it should be. A policy belongs to its
-- table: it goes when the table goes, and runs as whoever owns the table.
--
-- Procedures that commit cannot set a search path of their own. So they only call functions, which do.

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

CREATE FUNCTION add_continuous_aggregate_policy(
    continuous_aggregate         regclass,
    start_offset                 "any",
    end_offset                   "any",
    schedule_interval            interval,
    if_not_exists                boolean     = false,
    initial_start                timestamptz = NULL,
    timezone                     text        = NULL,
    include_tiered_data          boolean     = NULL,
    buckets_per_batch            integer     = NULL,
    max_batches_per_execution    integer     = NULL,
    refresh_newest_first         boolean     = NULL)
RETURNS integer
AS 'MODULE_PATHNAME', 'varve_add_refresh_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION add_continuous_aggregate_policy(regclass, "any", "any", interval, boolean, timestamptz, text, boolean, integer, integer, boolean) IS
    'has an aggregate refreshed from start_offset to end_offset before now; returns the id of the job';

CREATE FUNCTION remove_continuous_aggregate_policy(
    continuous_aggregate regclass,
    if_not_exists        boolean = false,
    if_exists            boolean = NULL)
RETURNS void
AS 'MODULE_PATHNAME', 'varve_remove_refresh_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION remove_continuous_aggregate_policy(regclass, boolean, boolean) IS
    'the aggregate is no longer refreshed by itself';

-- Retention.

CREATE FUNCTION varve_catalog.drop_chunk(chunk regclass, range_end bigint) RETURNS boolean
AS 'MODULE_PATHNAME', 'varve_drop_one_chunk'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;

COMMENT ON FUNCTION varve_catalog.drop_chunk(regclass, bigint) IS
    'drops a chunk whose range ends there or earlier; false where it has gone, or been joined with a later one';

CREATE FUNCTION _timescaledb_functions.policy_retention_check(config jsonb) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    type regtype;
BEGIN
    SELECT h.column_type INTO type FROM varve_catalog.hypertable h WHERE h.id = (config ->> 'hypertable_id')::integer;
    IF NOT FOUND THEN
        RAISE 'hypertable_id % is not that of a hypertable', coalesce(config ->> 'hypertable_id', 'null') USING ERRCODE = '22023';
    END IF;
    IF (config ->> 'drop_after' IS NULL) = (config ->> 'drop_created_before' IS NULL) THEN
        RAISE 'a retention policy needs either drop_after or drop_created_before' USING ERRCODE = '22023';
    END IF;
    IF config ->> 'drop_after' IS NOT NULL AND varve_catalog.is_integer(type) THEN
        PERFORM (config ->> 'drop_after')::bigint;
    ELSE
        PERFORM coalesce(config ->> 'drop_after', config ->> 'drop_created_before')::interval;
    END IF;
END $$;

COMMENT ON FUNCTION _timescaledb_functions.policy_retention_check(jsonb) IS 'reports what is wrong with the configuration of a retention policy';

CREATE FUNCTION varve_catalog.retention_chunks(config jsonb, present bigint) RETURNS varve_catalog.chunk[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    target varve_catalog.hypertable;
    chunks regclass[];
BEGIN
    SELECT * INTO target FROM varve_catalog.hypertable h WHERE h.id = (config ->> 'hypertable_id')::integer;
    IF config ->> 'drop_created_before' IS NOT NULL THEN
        chunks := ARRAY(SELECT @extschema@.show_chunks(target.relation,
            created_before => varve_catalog.job_now() - (config ->> 'drop_created_before')::interval));
    ELSIF varve_catalog.is_integer(target.column_type) THEN
        chunks := ARRAY(SELECT @extschema@.show_chunks(target.relation,
            older_than => present - (config ->> 'drop_after')::bigint));
    ELSE
        chunks := ARRAY(SELECT @extschema@.show_chunks(target.relation,
            older_than => varve_catalog.job_now() - (config ->> 'drop_after')::interval));
    END IF;
    RETURN ARRAY(SELECT c FROM varve_catalog.chunk c WHERE c.relation = ANY (chunks) ORDER BY c.range_begin, c.id);
END $$;

COMMENT ON FUNCTION varve_catalog.retention_chunks(jsonb, bigint) IS 'what a retention policy would drop now, oldest first';

-- Whoever waits for the lock of a chunk holds up all who come later: so not for long.
CREATE FUNCTION varve_catalog.retention_step(target varve_catalog.chunk, state jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    name text := target.relation::text;
    bytes bigint;
    reason text;
BEGIN
    BEGIN
        bytes := coalesce(pg_total_relation_size(target.relation), 0);
        IF varve_catalog.drop_chunk(target.relation, target.range_end) THEN
            state := state || jsonb_build_object('dropped', coalesce((state ->> 'dropped')::bigint, 0) + 1,
                'bytes', coalesce((state ->> 'bytes')::bigint, 0) + bytes);
        END IF;
    EXCEPTION WHEN lock_not_available OR deadlock_detected OR foreign_key_violation THEN
        GET STACKED DIAGNOSTICS reason = MESSAGE_TEXT;
        state := state || jsonb_build_object('kept', coalesce(state -> 'kept', '[]') || jsonb_build_object('chunk', name, 'reason', reason),
            'sqlstate', SQLSTATE);
    END;
    PERFORM _timescaledb_functions.report_run(state - 'sqlstate');
    RETURN state;
END $$;

COMMENT ON FUNCTION varve_catalog.retention_step(varve_catalog.chunk, jsonb) IS 'drops one chunk, and writes down how that went';

CREATE FUNCTION varve_catalog.retention_end(state jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF state ? 'kept' THEN
        RAISE 'could not drop % of % chunks', jsonb_array_length(state -> 'kept'),
            jsonb_array_length(state -> 'kept') + coalesce((state ->> 'dropped')::bigint, 0)
            USING ERRCODE = state ->> 'sqlstate', DETAIL = state ->> 'kept', HINT = 'The job tries again.';
    END IF;
END $$;

COMMENT ON FUNCTION varve_catalog.retention_end(jsonb) IS 'fails where chunks had to be kept, so that the job tries again soon';

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
        state := varve_catalog.retention_step(target, state);
        COMMIT;
    END LOOP;
    PERFORM varve_catalog.retention_end(state);
END $$;

COMMENT ON PROCEDURE _timescaledb_functions.policy_retention(integer, jsonb) IS
    'drops chunks that are old enough, each in a transaction of its own';

-- Integer time: what counts as now.

CREATE FUNCTION varve_catalog.integer_now_call(hypertable_id integer) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    source regclass;
    call text;
BEGIN
    SELECT h.relation INTO source FROM varve_catalog.hypertable h
    WHERE h.id = integer_now_call.hypertable_id AND varve_catalog.is_integer(h.column_type);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    -- An aggregate lives in the time of the table it is of.
    IF to_regclass('varve_catalog.continuous_aggregate') IS NOT NULL THEN
        EXECUTE 'WITH RECURSIVE up(relation) AS (
                SELECT $1 UNION SELECT a.source FROM varve_catalog.continuous_aggregate a JOIN up ON a.materialization = up.relation)
            SELECT up.relation FROM up WHERE NOT EXISTS (SELECT FROM varve_catalog.continuous_aggregate a WHERE a.materialization = up.relation)'
            INTO source USING source;
    END IF;
    SELECT 'SELECT ' || h.integer_now INTO call FROM varve_catalog.hypertable h WHERE h.relation = source;
    IF call IS NULL THEN
        RAISE 'hypertable "%" has no function that gives its present', source
            USING ERRCODE = '22023', HINT = 'Use set_integer_now_func().';
    END IF;
    RETURN call;
END $$;

COMMENT ON FUNCTION varve_catalog.integer_now_call(integer) IS
    'the query for the present of a hypertable over integers; NULL for other hypertables';

-- The function is the user's, and runs with the user's search path: no function that sets one may call this.
CREATE FUNCTION varve_catalog.integer_now(hypertable_id integer) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    call pg_catalog.text := varve_catalog.integer_now_call(hypertable_id);
    result pg_catalog.int8;
BEGIN
    IF call IS NOT NULL THEN
        EXECUTE call INTO result;
    END IF;
    RETURN result;
END $$;

COMMENT ON FUNCTION varve_catalog.integer_now(integer) IS
    'the present of a hypertable over integers; NULL for other hypertables';

-- Refresh of continuous aggregates.

CREATE FUNCTION _timescaledb_functions.policy_refresh_continuous_aggregate_check(config jsonb) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_integer boolean;
    bound text;
BEGIN
    SELECT varve_catalog.is_integer(h.column_type) INTO is_integer
    FROM varve_catalog.hypertable h JOIN varve_catalog.continuous_aggregate a ON a.id = h.id
    WHERE h.id = (config ->> 'mat_hypertable_id')::integer;
    IF NOT FOUND THEN
        RAISE 'mat_hypertable_id % is not that of a continuous aggregate', coalesce(config ->> 'mat_hypertable_id', 'null') USING ERRCODE = '22023';
    END IF;
    FOREACH bound IN ARRAY ARRAY[config ->> 'start_offset', config ->> 'end_offset'] LOOP
        IF is_integer THEN
            PERFORM bound::bigint;
        ELSE
            PERFORM bound::interval;
        END IF;
    END LOOP;
END $$;

COMMENT ON FUNCTION _timescaledb_functions.policy_refresh_continuous_aggregate_check(jsonb) IS
    'reports what is wrong with the configuration of a refresh policy';

-- The window of a refresh policy as of now; both pairs of bounds are null where it is open.
CREATE FUNCTION varve_catalog.refresh_policy_window(config jsonb, present bigint,
    OUT aggregate regclass, OUT is_integer boolean, OUT begin_time timestamptz, OUT end_time timestamptz, OUT begin_integer bigint, OUT end_integer bigint,
    OUT options jsonb)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT a.relation, varve_catalog.is_integer(h.column_type) INTO aggregate, is_integer
    FROM varve_catalog.hypertable h JOIN varve_catalog.continuous_aggregate a ON a.id = h.id
    WHERE h.id = (config ->> 'mat_hypertable_id')::integer;
    IF is_integer THEN
        begin_integer := present - (config ->> 'start_offset')::bigint;
        end_integer := present - (config ->> 'end_offset')::bigint;
    ELSE
        begin_time := varve_catalog.job_now() - (config ->> 'start_offset')::interval;
        end_time := varve_catalog.job_now() - (config ->> 'end_offset')::interval;
    END IF;
    options := jsonb_strip_nulls(jsonb_build_object('buckets_per_batch', config -> 'buckets_per_batch',
        'max_batches_per_execution', config -> 'max_batches_per_execution', 'refresh_newest_first', config -> 'refresh_newest_first'));
END $$;

COMMENT ON FUNCTION varve_catalog.refresh_policy_window(jsonb, bigint) IS 'what a refresh policy would refresh now';

CREATE PROCEDURE _timescaledb_functions.policy_refresh_continuous_aggregate(job_id integer, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    w record;
BEGIN
    PERFORM _timescaledb_functions.policy_refresh_continuous_aggregate_check(config);
    SELECT * INTO w FROM varve_catalog.refresh_policy_window(config,
        varve_catalog.integer_now((config OPERATOR(pg_catalog.->>) 'mat_hypertable_id')::pg_catalog.int4));
    IF w.is_integer THEN
        PERFORM _timescaledb_functions.report_run(pg_catalog.jsonb_build_object('begin', w.begin_integer, 'end', w.end_integer));
        CALL @extschema@.refresh_continuous_aggregate(w.aggregate, w.begin_integer, w.end_integer, false, w.options);
    ELSE
        PERFORM _timescaledb_functions.report_run(pg_catalog.jsonb_build_object('begin', w.begin_time, 'end', w.end_time));
        CALL @extschema@.refresh_continuous_aggregate(w.aggregate, w.begin_time, w.end_time, false, w.options);
    END IF;
END $$;

COMMENT ON PROCEDURE _timescaledb_functions.policy_refresh_continuous_aggregate(integer, jsonb) IS
    'refreshes an aggregate in the window of its policy';

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
    IF NOT EXISTS (SELECT FROM varve_catalog.hypertable h WHERE h.id = (config ->> 'hypertable_id')::integer) THEN
        RAISE 'hypertable_id % is not that of a hypertable', coalesce(config ->> 'hypertable_id', 'null') USING ERRCODE = '22023';
    END IF;
    IF varve_catalog.reorder_index(config) IS NULL THEN
        RAISE '"%" is not an index of the hypertable', coalesce(config ->> 'index_name', 'null') USING ERRCODE = '22023';
    END IF;
END $$;

COMMENT ON FUNCTION _timescaledb_functions.policy_reorder_check(jsonb) IS 'reports what is wrong with the configuration of a reorder policy';

-- A chunk that has been reordered has its index marked, as after CLUSTER.
CREATE FUNCTION varve_catalog.reorder_chunks(config jsonb) RETURNS varve_catalog.chunk[]
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT ARRAY(
        SELECT c FROM (
            SELECT c, c.id, c.range_begin, c.relation, dense_rank() OVER (ORDER BY c.range_begin DESC) AS age
            FROM varve_catalog.chunk c WHERE c.hypertable_id = (config ->> 'hypertable_id')::integer) c
        WHERE c.age > 3 AND EXISTS (
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
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        GET STACKED DIAGNOSTICS reason = MESSAGE_TEXT;
        state := state || jsonb_build_object('kept', coalesce(state -> 'kept', '[]') || jsonb_build_object('chunk', name, 'reason', reason),
            'sqlstate', SQLSTATE);
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

-- What a policy would do now. It calls integer_now(), so it must not set a search path.

CREATE FUNCTION varve_catalog.explain_chunks(what text, chunks varve_catalog.chunk[])
RETURNS TABLE (action text, relation regclass, range_start text, range_end text, bytes bigint, locks text, note text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT what, c.relation,
        CASE WHEN varve_catalog.is_integer(h.column_type) THEN c.range_begin::text ELSE varve_catalog.time_of(c.range_begin)::text END,
        CASE WHEN varve_catalog.is_integer(h.column_type) THEN c.range_end::text ELSE varve_catalog.time_of(c.range_end)::text END,
        pg_total_relation_size(c.relation),
        CASE what WHEN 'drop' THEN 'AccessExclusiveLock on the chunk, waited for at most 2 s'
                  ELSE 'ExclusiveLock on the chunk, at the end AccessExclusiveLock, each waited for at most 2 s' END,
        (SELECT 'in use by process ' || string_agg(DISTINCT l.pid::text, ', ') FROM pg_locks l
         WHERE l.relation = c.relation AND l.granted AND l.pid <> pg_backend_pid()
             AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
    FROM unnest(chunks) c JOIN varve_catalog.hypertable h ON h.id = c.hypertable_id
    ORDER BY c.range_begin, c.id;
END $$;

COMMENT ON FUNCTION varve_catalog.explain_chunks(text, varve_catalog.chunk[]) IS 'for explain_policy: what is known of chunks that an action is for';

CREATE FUNCTION explain_policy(job_id integer)
RETURNS TABLE (action text, relation regclass, range_start text, range_end text, bytes bigint, locks text, note text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    given ALIAS FOR $1;
    proc pg_catalog.text;
    config pg_catalog.jsonb;
    w record;
BEGIN
    SELECT CASE WHEN j.proc_schema OPERATOR(pg_catalog.=) '_timescaledb_functions'::pg_catalog.name THEN j.proc_name END, j.config INTO proc, config
    FROM timescaledb_information.jobs j WHERE j.job_id OPERATOR(pg_catalog.=) given;
    IF NOT FOUND THEN
        RAISE 'job % does not exist', given USING ERRCODE = '42704';
    END IF;
    CASE
        WHEN proc OPERATOR(pg_catalog.=) 'policy_retention'::pg_catalog.text THEN
            RETURN QUERY SELECT * FROM varve_catalog.explain_chunks('drop', varve_catalog.retention_chunks(config,
                varve_catalog.integer_now((config OPERATOR(pg_catalog.->>) 'hypertable_id')::pg_catalog.int4)));
        WHEN proc OPERATOR(pg_catalog.=) 'policy_reorder'::pg_catalog.text THEN
            RETURN QUERY SELECT * FROM varve_catalog.explain_chunks('reorder', varve_catalog.reorder_chunks(config));
        WHEN proc OPERATOR(pg_catalog.=) 'policy_refresh_continuous_aggregate'::pg_catalog.text THEN
            SELECT * INTO w FROM varve_catalog.refresh_policy_window(config,
                varve_catalog.integer_now((config OPERATOR(pg_catalog.->>) 'mat_hypertable_id')::pg_catalog.int4));
            RETURN QUERY SELECT 'refresh', w.aggregate,
                coalesce(w.begin_time::pg_catalog.text, w.begin_integer::pg_catalog.text),
                coalesce(w.end_time::pg_catalog.text, w.end_integer::pg_catalog.text), NULL::pg_catalog.int8,
                'readers of the aggregate go on', 'whole buckets in this range that have changed';
        ELSE
            RAISE 'job % is not a policy that can be explained', given USING ERRCODE = '0A000';
    END CASE;
END $$;

COMMENT ON FUNCTION explain_policy(integer) IS 'what the next run of a policy would do: chunks, ranges, bytes, locks';

-- Statistics. Autovacuum analyzes chunks, and never the hypertable above them; without its statistics the
-- planner has to guess how many groups or matches there are.

CREATE FUNCTION varve_catalog.analyze_parent(hypertable regclass) RETURNS void
AS 'MODULE_PATHNAME', 'varve_analyze_parent'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;

COMMENT ON FUNCTION varve_catalog.analyze_parent(regclass) IS
    'gathers the statistics of a hypertable from a sample of its chunks, whose own stay as they are';

CREATE FUNCTION varve_catalog.stale_hypertables() RETURNS regclass[]
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT ARRAY(
        SELECT h.relation
        FROM varve_catalog.hypertable h
            JOIN pg_catalog.pg_class r ON r.oid = h.relation,
            LATERAL (SELECT sum(cr.reltuples) AS tuples
                     FROM varve_catalog.chunk c JOIN pg_catalog.pg_class cr ON cr.oid = c.relation
                     WHERE c.hypertable_id = h.id AND cr.reltuples > 0) below
        WHERE below.tuples > 0 AND (r.reltuples < 0 OR abs(below.tuples - r.reltuples) > 1000 + 0.1 * r.reltuples)
        ORDER BY h.id);
END;

COMMENT ON FUNCTION varve_catalog.stale_hypertables() IS
    'hypertables with a tenth more or fewer rows than when they were analyzed, by what is known of their chunks';

CREATE FUNCTION varve_catalog.statistics_step(hypertable regclass, state jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    name text := hypertable::text;
BEGIN
    BEGIN
        PERFORM varve_catalog.analyze_parent(hypertable);
        state := jsonb_set(state, '{analyzed}', (state -> 'analyzed') || to_jsonb(name));
    EXCEPTION WHEN OTHERS THEN
        -- Such as too many locks, of a table with very many chunks: no reason to leave out the others.
        state := jsonb_set(state, '{failed}', coalesce(state -> 'failed', '[]') || jsonb_build_object('hypertable', name, 'reason', SQLERRM));
    END;
    PERFORM _timescaledb_functions.report_run(state);
    RETURN state;
END $$;

COMMENT ON FUNCTION varve_catalog.statistics_step(regclass, jsonb) IS 'analyzes one hypertable, and writes down how that went';

CREATE PROCEDURE _timescaledb_functions.policy_hypertable_statistics(job_id integer, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    state jsonb := '{"analyzed": []}';
    hypertable pg_catalog.regclass;
BEGIN
    FOREACH hypertable IN ARRAY varve_catalog.stale_hypertables() LOOP
        state := varve_catalog.statistics_step(hypertable, state);
        COMMIT;
    END LOOP;
END $$;

COMMENT ON PROCEDURE _timescaledb_functions.policy_hypertable_statistics(integer, jsonb) IS
    'keeps the statistics of hypertables up to date, each in a transaction of its own';

INSERT INTO varve_catalog.job VALUES (
    4, 'Hypertable Statistics Policy [4]', '1 hour', '0', -1, '1 hour', '_timescaledb_functions', 'policy_hypertable_statistics',
    10::oid::regrole, true, true, now(), NULL, NULL, NULL, NULL, NULL);
