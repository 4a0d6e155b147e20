-- What a policy would do now. It calls integer_now(), so it must not set a search path.

CREATE FUNCTION varve_catalog.explain_chunks(what text, chunks varve_catalog.chunk[], unless_needed boolean DEFAULT false)
RETURNS TABLE (action text, relation regclass, range_start text, range_end text, bytes bigint, locks text, note text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT CASE WHEN needs.words IS NULL THEN what ELSE 'keep' END, c.relation,
        CASE WHEN varve_catalog.is_integer(h.column_type) THEN c.range_begin::text ELSE varve_catalog.time_of(c.range_begin)::text END,
        CASE WHEN varve_catalog.is_integer(h.column_type) THEN c.range_end::text ELSE varve_catalog.time_of(c.range_end)::text END,
        pg_total_relation_size(c.relation),
        CASE what WHEN 'drop' THEN 'AccessExclusiveLock on the chunk, waited for at most 2 s'
                  ELSE 'ExclusiveLock on the chunk, at the end AccessExclusiveLock, each waited for at most 2 s' END,
        coalesce(needs.words, (SELECT 'in use by process ' || string_agg(DISTINCT l.pid::text, ', ') FROM pg_locks l
         WHERE l.relation = c.relation AND l.granted AND l.pid <> pg_backend_pid()
             AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())))
    FROM unnest(chunks) c JOIN varve_catalog.hypertable h ON h.id = c.hypertable_id,
        LATERAL (SELECT CASE WHEN unless_needed THEN varve_catalog.aggregate_needs_words(h.id, c.range_begin, c.range_end) END) needs(words)
    ORDER BY c.range_begin, c.id;
END $$;

COMMENT ON FUNCTION varve_catalog.explain_chunks(text, varve_catalog.chunk[], boolean) IS 'for explain_policy: what is known of chunks that an action is for';

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
                varve_catalog.integer_now((config OPERATOR(pg_catalog.->>) 'hypertable_id')::pg_catalog.int4)),
                varve_catalog.retention_keeps_needed(config));
        WHEN proc OPERATOR(pg_catalog.=) 'policy_tiering'::pg_catalog.text THEN
            RETURN QUERY SELECT * FROM varve_catalog.explain_chunks('move', varve_catalog.tiering_chunks(config,
                varve_catalog.integer_now((config OPERATOR(pg_catalog.->>) 'hypertable_id')::pg_catalog.int4)));
        WHEN proc OPERATOR(pg_catalog.=) 'policy_compression'::pg_catalog.text THEN
            RETURN QUERY SELECT * FROM varve_catalog.explain_chunks('compress', varve_catalog.compression_chunks(config,
                varve_catalog.integer_now((config OPERATOR(pg_catalog.->>) 'hypertable_id')::pg_catalog.int4)));
        WHEN proc OPERATOR(pg_catalog.=) 'policy_compaction'::pg_catalog.text THEN
            RETURN QUERY SELECT * FROM varve_catalog.explain_chunks('compact', varve_catalog.compaction_chunks(config));
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
