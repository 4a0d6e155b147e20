-- S36: what compression has saved.
SELECT
    hypertable_name,
    total_chunks,
    compressed_chunks,
    compression_ratio
FROM timescaledb_information.compression_stats
WHERE hypertable_schema = 'public';
