-- Policies of continuous aggregates, with how fresh these are; and jobs in the shape that scripts know.

-- Late-bound: the tables of aggregates come with their own fragment.
CREATE FUNCTION varve_catalog.watermark_of(aggregate integer) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT nullif(w.watermark, -9223372036854775808) FROM varve_catalog.aggregate_watermark w WHERE w.id = aggregate);
END $$;
COMMENT ON FUNCTION varve_catalog.watermark_of(integer) IS 'where the results of an aggregate end; NULL before its first refresh';

CREATE VIEW timescaledb_information.continuous_aggregate_policies AS
SELECT n.nspname AS view_schema,
    r.relname AS view_name,
    j.id AS job_id,
    j.config ->> 'start_offset' AS start_offset,
    j.config ->> 'end_offset' AS end_offset,
    j.schedule_interval,
    s.next_start,
    s.last_run_status,
    CASE WHEN NOT varve_catalog.is_integer(h.column_type) THEN varve_catalog.time_of(w.mark) END AS watermark,
    CASE WHEN NOT varve_catalog.is_integer(h.column_type) THEN varve_catalog.job_now() - varve_catalog.time_of(w.mark) END AS lag,
    CASE WHEN varve_catalog.is_integer(h.column_type) THEN w.mark END AS watermark_integer,
    s.state,
    s.reason,
    s.last_successful_finish
FROM varve_catalog.job j
    JOIN timescaledb_information.job_stats s ON s.job_id = j.id
    JOIN varve_catalog.hypertable h ON h.id = (j.config ->> 'mat_hypertable_id')::integer
    JOIN pg_class r ON r.oid = j.relation
    JOIN pg_namespace n ON n.oid = r.relnamespace,
    LATERAL (SELECT varve_catalog.watermark_of(h.id)) w(mark)
WHERE j.proc_schema = '_timescaledb_functions' AND j.proc_name = 'policy_refresh_continuous_aggregate';
COMMENT ON VIEW timescaledb_information.continuous_aggregate_policies IS
    'refresh policies: windows, runs, and how far behind now the aggregates are';

CREATE VIEW _timescaledb_catalog.bgw_job AS
SELECT j.id,
    j.name::name AS application_name,
    j.schedule_interval,
    j.max_runtime,
    j.max_retries,
    j.retry_period,
    j.proc_schema,
    j.proc_name,
    coalesce(r.relowner, j.owner::oid)::regrole AS owner,
    j.scheduled,
    j.fixed_schedule,
    j.initial_start,
    coalesce(j.config ->> 'hypertable_id', j.config ->> 'mat_hypertable_id')::integer AS hypertable_id,
    j.config,
    j.check_schema,
    j.check_name,
    j.timezone
FROM varve_catalog.job j LEFT JOIN pg_class r ON r.oid = j.relation;
COMMENT ON VIEW _timescaledb_catalog.bgw_job IS 'jobs';

GRANT SELECT ON timescaledb_information.continuous_aggregate_policies, _timescaledb_catalog.bgw_job TO PUBLIC;
