-- A small business whose every number the tests can work out. Times are fixed but for the services'
-- last hour, which health is judged by.

INSERT INTO customer_metrics ("time", customer_id, metric_name, metric_value, labels, event_id)
SELECT timestamptz '2026-11-01 00:00:00+00' + (i / 2) * interval '46 minutes 17.123456 seconds',  -- two at a time
       ('00000000-0000-4000-8000-00000000000' || i % 3)::uuid,
       CASE WHEN i % 5 = 0 THEN 'http/latency' ELSE 'login' END,
       i * 0.25,
       CASE WHEN i % 4 = 0 THEN '{"source": "web", "note": "a \"quoted\" word"}'::jsonb END,
       md5('customer' || i)::uuid
FROM generate_series(0, 399) AS i;

INSERT INTO revenue_metrics ("time", region, revenue, profit, orders_count, event_id)
SELECT timestamptz '2026-11-01 00:00:00+00' + i * interval '1 hour 13 minutes',
       (ARRAY['EU', 'US', 'APAC'])[i % 3 + 1], i * 1.01 + 0.05, i * 0.10, 1 + i % 2, md5('revenue' || i)::uuid
FROM generate_series(0, 199) AS i;
-- A sum that no double can hold.
INSERT INTO revenue_metrics ("time", region, revenue, profit, event_id)
VALUES ('2026-12-01 12:00:00+00', 'EU', 12345678901234567.8901, 0.0001, md5('large')::uuid);

INSERT INTO payment_metrics ("time", payment_id, order_id, customer_id, amount, status, payment_method, fraud_score, event_id)
SELECT timestamptz '2026-11-01 00:00:00+00' + i * interval '31 minutes',
       md5('payment' || i)::uuid, md5('order' || i)::uuid, ('00000000-0000-4000-8000-00000000000' || i % 3)::uuid,
       i * 3.33, (ARRAY['COMPLETED', 'FAILED', 'PENDING'])[i % 3 + 1], CASE WHEN i % 5 = 0 THEN 'transfer' ELSE 'card' END,
       CASE WHEN i % 7 <> 0 THEN (i * 37 % 101) * CASE WHEN i % 5 = 0 THEN 0.5 ELSE 1 END END, md5('payment event' || i)::uuid
FROM generate_series(0, 299) AS i;

INSERT INTO system_metrics ("time", service_name, cpu_usage, memory_usage, request_rate, error_rate, latency_p99, instance, event_id)
SELECT timestamptz '2026-11-01 00:00:00+00' + i * interval '5 minutes',
       'search', i % 100, i % 50, i, 0.5, i * 2, 'a', md5('search' || i)::uuid
FROM generate_series(0, 287) AS i;

INSERT INTO system_metrics ("time", service_name, cpu_usage, memory_usage, request_rate, error_rate, latency_p99, event_id)
SELECT now() - age, service, cpu, memory, 1, errors, latency, md5(service || age)::uuid
FROM (VALUES ('gateway', interval '10 minutes', 79.9, 84.9, 0.9, 999.0),
             ('billing', interval '10 minutes', 70.0, 50.0, 0.5, 200.0),
             ('billing', interval '20 minutes', 90.0, 50.0, 0.5, 1000.0),
             ('billing', interval '2 hours', 100.0, 100.0, 100.0, 9999.0),
             ('payments', interval '30 minutes', 96.0, 86.0, 5.0, 5000.0),
             ('batch', interval '2 days', 10.0, 10.0, 0.0, 10.0),
             ('retired', interval '8 days', 99.0, 99.0, 9.0, 9000.0))
     AS sample (service, age, cpu, memory, errors, latency);

ANALYZE;
