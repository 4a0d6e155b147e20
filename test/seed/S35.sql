-- S35: chunks and their sizes.
SELECT
    hypertable_name,
    chunk_name,
    range_start,
    range_end,
    chunk_size
FROM timescaledb_information.chunks
WHERE hypertable_schema = 'public'
ORDER BY chunk_name;
