-- What the database does by itself: old chunks become columns, and go in the end. What has been altered
-- stays as it is.

DO $$
DECLARE
    place record;
BEGIN
    FOR place IN
        SELECT * FROM (VALUES ('customer_metrics'::regclass, 'metric_name'), ('order_metrics', 'status'), ('payment_metrics', 'status'),
            ('revenue_metrics', 'region'), ('system_metrics', 'service_name')) v (relation, segment)
        WHERE NOT EXISTS (SELECT FROM timescaledb_information.hypertable_columnstore_settings s WHERE s.hypertable = v.relation)
    LOOP
        EXECUTE format('ALTER TABLE %s SET (tsdb.enable_columnstore, tsdb.segmentby = %L, tsdb.orderby = ''time DESC'')', place.relation, place.segment);
    END LOOP;
END $$;

SELECT add_compression_policy('customer_metrics', INTERVAL '7 days', if_not_exists => true);
SELECT add_compression_policy('order_metrics', INTERVAL '7 days', if_not_exists => true);
SELECT add_compression_policy('payment_metrics', INTERVAL '7 days', if_not_exists => true);
SELECT add_compression_policy('revenue_metrics', INTERVAL '7 days', if_not_exists => true);
SELECT add_compression_policy('system_metrics', INTERVAL '7 days', if_not_exists => true);

SELECT add_retention_policy('customer_metrics', INTERVAL '2 years', if_not_exists => true);
SELECT add_retention_policy('order_metrics', INTERVAL '2 years', if_not_exists => true);
SELECT add_retention_policy('payment_metrics', INTERVAL '2 years', if_not_exists => true);
SELECT add_retention_policy('revenue_metrics', INTERVAL '2 years', if_not_exists => true);
SELECT add_retention_policy('system_metrics', INTERVAL '90 days', if_not_exists => true);
