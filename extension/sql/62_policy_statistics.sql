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
