-- S45: the chunks of one hypertable.
SELECT
    chunk_name,
    chunk_size
FROM timescaledb_information.chunks
WHERE hypertable_name = 'customer_metrics'
ORDER BY chunk_name DESC;
