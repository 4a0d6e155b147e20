-- A business of 70 days with exact numbers: what the dashboard shows is compared with sums over these
-- tables. Everything happens at fixed places of the day, before the present time of day.

INSERT INTO revenue_metrics ("time", region, revenue, profit, orders_count)
SELECT day + share * (now() - date_trunc('day', now(), 'UTC')), region,
       (1000 + 13.25 * n + 7.11 * r)::numeric(12, 2), (210 + 3.4 * n)::numeric(12, 2), 10 + n % 5 + r
FROM generate_series(0, 69) AS n,
     LATERAL (SELECT date_trunc('day', now(), 'UTC') - make_interval(days => n) AS day) AS d,
     (VALUES (0, 'eu', 0.25), (1, 'us', 0.75)) AS regions (r, region, share)
WHERE n <> 3; -- a day without orders

INSERT INTO customer_metrics ("time", customer_id, metric_name, metric_value)
SELECT now() - make_interval(hours => h), gen_random_uuid(), 'login_count', 1
FROM generate_series(1, 24 * 29) AS h, generate_series(1, 1 + h * h % 7);

INSERT INTO payment_metrics ("time", payment_id, customer_id, amount, status, payment_method, fraud_score)
SELECT now() - make_interval(hours => 2 * n + 1), ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
       gen_random_uuid(), (20 + n % 90)::numeric + 0.99, status, method,
       CASE WHEN n % 25 = 0 THEN 81 + n / 25 ELSE n % 60 END
FROM generate_series(0, 299) AS n,
     LATERAL (SELECT CASE WHEN n % 10 < 7 THEN 'COMPLETED' WHEN n % 10 < 9 THEN 'FAILED' ELSE 'CHARGEBACK' END,
                     CASE n % 3 WHEN 0 THEN 'credit_card' WHEN 1 THEN 'paypal' ELSE 'bank_transfer' END) AS o (status, method);

-- The same payment once more, an hour before: it counts as one flagged payment, but as two events.
INSERT INTO payment_metrics ("time", payment_id, customer_id, amount, status, payment_method, fraud_score)
SELECT "time" - interval '1 minute', payment_id, customer_id, amount, 'PENDING', payment_method, fraud_score
FROM payment_metrics WHERE fraud_score > 80;

INSERT INTO system_metrics ("time", service_name, cpu_usage, memory_usage, request_rate, error_rate, latency_p99)
SELECT now() - make_interval(mins => 10 * m), service, cpu, 50, 100, errors, latency
FROM generate_series(1, 5) AS m,
     (VALUES ('auth-service', 30, 0.1, 120), ('order-service', 87.5, 0.2, 300), ('payment-service', 40, 7.25, 900))
     AS services (service, cpu, errors, latency);
