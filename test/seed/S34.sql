-- S34: the health of every hypertable.
SELECT
    hypertable_name,
    chunk_count,
    total_chunks,
    compression_ratio,
    total_data_size,
    total_index_size
FROM timescaledb_information.hypertables
WHERE hypertable_schema = 'public';
