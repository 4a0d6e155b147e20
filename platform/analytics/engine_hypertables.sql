-- Hypertables: size, policies, and their newest chunks for a map of time.
SELECT coalesce(json_agg(json_build_object(
           'schema', t.hypertable_schema, 'name', t.hypertable_name, 'owner', t.owner, 'chunkCount', t.num_chunks,
           'totalBytes', coalesce(t.total_data_size, 0) + coalesce(t.total_index_size, 0),
           'dataBytes', coalesce(t.total_data_size, 0), 'indexBytes', coalesce(t.total_index_size, 0),
           'chunkInterval', coalesce(d.time_interval::text, d.integer_interval::text),
           'policies', (SELECT coalesce(json_agg(json_build_object('jobId', j.job_id, 'name', j.proc_name, 'config', j.config)
                                ORDER BY j.job_id), '[]')
                        FROM timescaledb_information.jobs j
                        WHERE j.hypertable_schema = t.hypertable_schema AND j.hypertable_name = t.hypertable_name),
           'chunks', (SELECT coalesce(json_agg(json_build_object(
                              'schema', c.chunk_schema, 'name', c.chunk_name, 'rangeStart', to_char(c.range_start, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                              'rangeEnd', to_char(c.range_end, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'totalBytes', c.chunk_size,
                              'isCompressed', c.is_compressed, 'tablespace', c.chunk_tablespace)
                              ORDER BY c.range_start), '[]')
                      FROM (SELECT * FROM timescaledb_information.chunks k
                            WHERE k.hypertable_schema = t.hypertable_schema AND k.hypertable_name = t.hypertable_name
                                AND isfinite(k.range_start) AND isfinite(k.range_end)
                            ORDER BY k.range_start DESC LIMIT 400) c))
       ORDER BY t.hypertable_schema, t.hypertable_name), '[]')
FROM timescaledb_information.hypertables t
     JOIN timescaledb_information.dimensions d USING (hypertable_schema, hypertable_name)
WHERE d.dimension_number = 1 AND t.hypertable_schema <> '_timescaledb_internal'
