-- S44: an index that the hypertable has already, under another name
CREATE INDEX CONCURRENTLY idx_customer_metrics_time
    ON customer_metrics (time DESC);
