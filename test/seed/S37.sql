-- S37: settings of compression, and sizes.
SELECT
    hypertable_name,
    after_compression_size,
    before_compression_size
FROM timescaledb_information.compression_settings
WHERE hypertable_schema = 'public';
