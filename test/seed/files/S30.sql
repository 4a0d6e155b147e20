-- S30: an index on customer metrics, while they are written
CREATE INDEX CONCURRENTLY idx_customer_metrics_time_name
    ON customer_metrics (time DESC, metric_name);
