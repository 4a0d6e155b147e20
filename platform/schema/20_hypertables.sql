-- Time becomes the tables' dimension: a chunk each two days, made by the first row that needs it.
-- Rows that a table has already move into chunks.

SELECT create_hypertable('customer_metrics', 'time', chunk_time_interval => INTERVAL '2 days',
                         if_not_exists => true, migrate_data => true);
SELECT create_hypertable('order_metrics', 'time', chunk_time_interval => INTERVAL '2 days',
                         if_not_exists => true, migrate_data => true);
SELECT create_hypertable('payment_metrics', 'time', chunk_time_interval => INTERVAL '2 days',
                         if_not_exists => true, migrate_data => true);
SELECT create_hypertable('revenue_metrics', 'time', chunk_time_interval => INTERVAL '2 days',
                         if_not_exists => true, migrate_data => true);
SELECT create_hypertable('system_metrics', 'time', chunk_time_interval => INTERVAL '2 days',
                         if_not_exists => true, migrate_data => true);
