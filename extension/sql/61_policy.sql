-- Policies: jobs that keep a hypertable or a continuous aggregate as it should be. A policy belongs to its
-- table: it goes when the table goes, and runs as whoever owns the table.
--
-- Procedures that commit cannot set a search path of their own. So they only call functions, which do.

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
    WITH RECURSIVE up(relation) AS (
        SELECT source UNION SELECT a.source FROM varve_catalog.continuous_aggregate a JOIN up ON a.materialization = up.relation)
    SELECT up.relation INTO source FROM up
    WHERE NOT EXISTS (SELECT FROM varve_catalog.continuous_aggregate a WHERE a.materialization = up.relation);
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

-- What policies that go through chunks have in common.

CREATE FUNCTION varve_catalog.policy_hypertable(config jsonb) RETURNS varve_catalog.hypertable
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    target varve_catalog.hypertable;
BEGIN
    SELECT * INTO target FROM varve_catalog.hypertable h WHERE h.id = (config ->> 'hypertable_id')::integer;
    IF NOT FOUND THEN
        RAISE 'hypertable_id % is not that of a hypertable', coalesce(config ->> 'hypertable_id', 'null') USING ERRCODE = '22023';
    END IF;
    RETURN target;
END $$;

COMMENT ON FUNCTION varve_catalog.policy_hypertable(jsonb) IS 'the hypertable that a policy''s configuration names';

CREATE FUNCTION varve_catalog.policy_age_check(config jsonb, after text, created_before text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF config ->> after IS NOT NULL AND varve_catalog.is_integer((varve_catalog.policy_hypertable(config)).column_type) THEN
        PERFORM (config ->> after)::bigint;
    ELSE
        PERFORM coalesce(config ->> after, config ->> created_before)::interval;
    END IF;
END $$;

COMMENT ON FUNCTION varve_catalog.policy_age_check(jsonb, text, text) IS
    'reports an age that is none: of rows, in the configuration under the first name, or of chunks, under the second';

CREATE FUNCTION varve_catalog.policy_old_chunks(config jsonb, after text, created_before text, present bigint) RETURNS regclass[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    target varve_catalog.hypertable := varve_catalog.policy_hypertable(config);
BEGIN
    IF config ->> created_before IS NOT NULL THEN
        RETURN ARRAY(SELECT @extschema@.show_chunks(target.relation,
            created_before => varve_catalog.job_now() - (config ->> created_before)::interval));
    ELSIF varve_catalog.is_integer(target.column_type) THEN
        RETURN ARRAY(SELECT @extschema@.show_chunks(target.relation, older_than => present - (config ->> after)::bigint));
    END IF;
    RETURN ARRAY(SELECT @extschema@.show_chunks(target.relation,
        older_than => varve_catalog.job_now() - (config ->> after)::interval));
END $$;

COMMENT ON FUNCTION varve_catalog.policy_old_chunks(jsonb, text, text, bigint) IS
    'chunks older than the configuration says, by the names of policy_age_check(); the last argument is the present of integers';

CREATE FUNCTION varve_catalog.policy_kept(state jsonb, chunk text, reason text, code text) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN state || jsonb_build_object('kept', coalesce(state -> 'kept', '[]') || jsonb_build_object('chunk', chunk, 'reason', reason), 'sqlstate', code);

COMMENT ON FUNCTION varve_catalog.policy_kept(jsonb, text, text, text) IS 'the state of a run, with a chunk that it has had to leave as it is';

CREATE FUNCTION varve_catalog.policy_end(state jsonb, verb text, done text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF state ? 'kept' THEN
        RAISE 'could not % % of % chunks', verb, jsonb_array_length(state -> 'kept'),
            jsonb_array_length(state -> 'kept') + coalesce((state ->> done)::bigint, 0)
            USING ERRCODE = state ->> 'sqlstate', DETAIL = state ->> 'kept', HINT = 'The job tries again.';
    END IF;
END $$;

COMMENT ON FUNCTION varve_catalog.policy_end(jsonb, text, text) IS
    'fails where chunks had to be left, so that the job tries again soon; `done` is what the state counts the others under';

CREATE FUNCTION varve_catalog.has_uncolumned_changes(chunk regclass) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN pg_relation_size(chunk) > 0 THEN true ELSE varve_catalog.has_dead_columnar_rows(chunk) END;

COMMENT ON FUNCTION varve_catalog.has_uncolumned_changes(regclass) IS
    'whether rows have been written into a chunk in columns since it became that, or many deleted';
