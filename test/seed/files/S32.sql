-- S32: an index on payments, while they are written
CREATE INDEX CONCURRENTLY idx_payment_metrics_time_status
    ON payment_metrics (time DESC, status);
