-- The five business tables: what the platform stores, one row an event. The first columns are those
-- that applications insert; the rest has defaults, so their statements run unchanged.
--
-- time      when it happened, as the event says; never when it arrived
-- event_id  the producer's; with the time it is what makes a resent event one row
-- money     numeric, never binary floating point

CREATE TABLE IF NOT EXISTS customer_metrics (
    "time" timestamptz NOT NULL,
    customer_id uuid NOT NULL,
    metric_name text NOT NULL,
    metric_value double precision NOT NULL,
    labels jsonb,
    event_id uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id text NOT NULL DEFAULT 'default',
    CONSTRAINT customer_metrics_event_key UNIQUE (event_id, "time")
);
CREATE INDEX IF NOT EXISTS customer_metrics_customer_time_idx ON customer_metrics (customer_id, "time" DESC);
CREATE INDEX IF NOT EXISTS customer_metrics_name_time_idx ON customer_metrics (metric_name, "time" DESC);
COMMENT ON TABLE customer_metrics IS 'what customers did: one measured value an event';

CREATE TABLE IF NOT EXISTS order_metrics (
    "time" timestamptz NOT NULL,
    order_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    status text NOT NULL,
    total_amount numeric NOT NULL,
    currency text,
    region text,
    items_count integer,
    discount_amount numeric,
    profit numeric,
    labels jsonb,
    event_id uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id text NOT NULL DEFAULT 'default',
    CONSTRAINT order_metrics_event_key UNIQUE (event_id, "time")
);
CREATE INDEX IF NOT EXISTS order_metrics_customer_time_idx ON order_metrics (customer_id, "time" DESC);
COMMENT ON TABLE order_metrics IS 'orders: one row each time an order changes its status';

CREATE TABLE IF NOT EXISTS payment_metrics (
    "time" timestamptz NOT NULL,
    payment_id uuid NOT NULL,
    order_id uuid,
    customer_id uuid NOT NULL,
    amount numeric NOT NULL,
    status text NOT NULL,
    payment_method text NOT NULL DEFAULT 'unknown',
    fraud_score double precision,
    currency text,
    region text,
    country text,
    labels jsonb,
    event_id uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id text NOT NULL DEFAULT 'default',
    CONSTRAINT payment_metrics_event_key UNIQUE (event_id, "time")
);
CREATE INDEX IF NOT EXISTS payment_metrics_customer_time_idx ON payment_metrics (customer_id, "time" DESC);
CREATE INDEX IF NOT EXISTS payment_metrics_suspect_idx ON payment_metrics (fraud_score, "time" DESC)
    WHERE fraud_score > 50;
COMMENT ON TABLE payment_metrics IS 'payments: one row each time a payment changes its status';
COMMENT ON COLUMN payment_metrics.fraud_score IS '0 to 100; null where nobody has scored the payment';

CREATE TABLE IF NOT EXISTS revenue_metrics (
    "time" timestamptz NOT NULL,
    region text NOT NULL DEFAULT 'unknown',
    revenue numeric NOT NULL,
    profit numeric NOT NULL DEFAULT 0,
    orders_count bigint NOT NULL DEFAULT 1,
    order_id uuid,
    event_id uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id text NOT NULL DEFAULT 'default',
    CONSTRAINT revenue_metrics_event_key UNIQUE (event_id, "time")
);
CREATE INDEX IF NOT EXISTS revenue_metrics_region_time_idx ON revenue_metrics (region, "time" DESC);
COMMENT ON TABLE revenue_metrics IS 'revenue: one row for each order that was paid, derived in the ingest';

CREATE TABLE IF NOT EXISTS system_metrics (
    "time" timestamptz NOT NULL,
    service_name text NOT NULL,
    cpu_usage double precision,
    memory_usage double precision,
    request_rate double precision,
    error_rate double precision,
    latency_p99 double precision,
    instance text,
    labels jsonb,
    event_id uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id text NOT NULL DEFAULT 'default',
    CONSTRAINT system_metrics_event_key UNIQUE (event_id, "time")
);
CREATE INDEX IF NOT EXISTS system_metrics_service_time_idx ON system_metrics (service_name, "time" DESC);
COMMENT ON TABLE system_metrics IS
    'services: cpu, memory and errors in percent, requests a second, 99th percentile in milliseconds';
