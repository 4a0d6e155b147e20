-- Continuous aggregates: how far they are computed, what is pending, and who refreshes them.
SELECT coalesce(json_agg(json_build_object(
           'schema', a.view_schema, 'name', a.view_name, 'source', a.hypertable_name,
           'materializedOnly', a.materialized_only,
           'watermark', to_char(a.watermark, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           'lagSeconds', round(extract(epoch FROM a.lag))::bigint,
           'pendingRanges', a.pending_ranges,
           'pendingSince', to_char(a.pending_since, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           'pendingBuckets', coalesce(a.pending_buckets, 0), 'pendingRows', coalesce(a.pending_rows, 0), 'frozenRanges', a.frozen_ranges,
           'definition', a.view_definition,
           'policies', (SELECT coalesce(json_agg(json_build_object(
                                'jobId', p.job_id, 'startOffset', p.start_offset, 'endOffset', p.end_offset,
                                'scheduleInterval', p.schedule_interval::text, 'state', p.state, 'reason', p.reason,
                                'lastRunStatus', p.last_run_status,
                                'nextStart', CASE WHEN isfinite(p.next_start) THEN to_char(p.next_start, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END)
                                ORDER BY p.job_id), '[]')
                        FROM timescaledb_information.continuous_aggregate_policies p
                        WHERE p.view_schema = a.view_schema AND p.view_name = a.view_name))
       ORDER BY a.view_schema, a.view_name), '[]')
FROM timescaledb_information.continuous_aggregates a
