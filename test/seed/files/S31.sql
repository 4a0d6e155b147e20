-- S31: an index on orders, while they are written
CREATE INDEX CONCURRENTLY idx_order_metrics_time_customer
    ON order_metrics (time DESC, customer_id);
