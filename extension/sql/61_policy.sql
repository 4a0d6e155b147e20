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
