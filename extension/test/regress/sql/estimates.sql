-- What the planner expects: groups by bucket of time, and rows of chunks in columns.
SET timezone = 'UTC';
SET max_parallel_workers_per_gather = 0;

-- The rows that the topmost node of a plan is thought to give.
CREATE FUNCTION expected(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END $$;

CREATE TABLE m (time timestamptz NOT NULL, device int, v float8);
SELECT FROM create_hypertable('m', by_range('time', interval '1 day'));
INSERT INTO m SELECT t, d, 1 FROM generate_series(timestamptz '2026-01-01', '2026-01-30 23:59', '1 minute') t, generate_series(1, 3) d;
ANALYZE m;

-- As many groups as there are buckets in the chunks that are left.
SELECT expected('SELECT time_bucket(''1 hour'', time), avg(v) FROM m GROUP BY 1') AS hours,
       (SELECT count(DISTINCT time_bucket('1 hour', time)) FROM m) AS counted;
SELECT expected('SELECT time_bucket(''1 hour'', time), device, avg(v) FROM m GROUP BY 1, 2') AS hours_of_devices,
       expected('SELECT DISTINCT time_bucket(''1 day'', time) FROM m') AS days,
       expected('SELECT time_bucket(''1 month'', time, ''Europe/Berlin''), avg(v) FROM m GROUP BY 1') AS months,
       expected('SELECT date_trunc(''Day'', time), avg(v) FROM m GROUP BY 1') AS truncated,
       expected('SELECT date_trunc(''day'', time, ''Asia/Tokyo''), avg(v) FROM m GROUP BY 1') AS truncated_there,
       expected('SELECT time_bucket(''2 minutes'', x.time), count(*) FROM m x JOIN m y USING (time, device) GROUP BY 1') AS joined;

-- Conditions on time narrow them down, constants and what has a value now; others than on time do not.
SELECT expected('SELECT time_bucket(''1 hour'', time), avg(v) FROM m WHERE time >= ''2026-01-10'' AND time < ''2026-01-10 12:00'' GROUP BY 1') AS half_a_day,
       expected('SELECT time_bucket(''1 hour'', time), avg(v) FROM m WHERE ''2026-01-29 12:00'' <= time GROUP BY 1') AS last_days,
       expected('SELECT time_bucket(''1 hour'', time), avg(v) FROM m WHERE time >= date ''2026-01-29'' GROUP BY 1') AS since_a_date,
       expected('SELECT time_bucket(''1 hour'', time), avg(v) FROM m WHERE time = ''2026-01-29 12:00'' GROUP BY 1') AS a_moment,
       expected('SELECT time_bucket(''1 hour'', time), avg(v) FROM m WHERE time < ''infinity'' AND time > now() - interval ''1000 years'' GROUP BY 1') AS all_time,
       expected('SELECT time_bucket(''1 hour'', time), avg(v) FROM m WHERE device = 1 GROUP BY 1') AS one_device;

-- Nothing is known of a width that is no constant, of another column, and of a unit that does not exist.
CREATE VIEW widths AS SELECT time, device, v, '1 hour'::interval AS width FROM m;
SELECT expected('SELECT time_bucket(width, time), avg(v) FROM widths GROUP BY 1') AS folded,
       expected('SELECT time_bucket(device * interval ''1 hour'', time), avg(v) FROM m GROUP BY 1') > 1000 AS unknown,
       expected('SELECT date_trunc(''fortnight'', time), avg(v) FROM m GROUP BY 1') > 1000 AS wrong;

-- Integers, dates, uuids; chunks with gaps between them; none at all.
CREATE TABLE n (time bigint NOT NULL, v int);
SELECT FROM create_hypertable('n', by_range('time', 1000));
SELECT expected('SELECT time_bucket(10, time), count(*) FROM n GROUP BY 1') AS no_chunk;
INSERT INTO n SELECT i, 1 FROM generate_series(0, 999) i;
INSERT INTO n SELECT i, 1 FROM generate_series(1000000, 1000999) i;
ANALYZE n;
SELECT expected('SELECT time_bucket(10, time), count(*) FROM n GROUP BY 1') AS tens,
       expected('SELECT time_bucket(10, time), count(*) FROM n WHERE time > 500 AND time < 600 GROUP BY 1') AS some;
CREATE TABLE d (day date NOT NULL, v int);
SELECT FROM create_hypertable('d', by_range('day', interval '10 days'));
INSERT INTO d SELECT date '2026-01-01' + i, 1 FROM generate_series(0, 99) i;
ANALYZE d;
SELECT expected('SELECT time_bucket(''2 days'', day), count(*) FROM d GROUP BY 1') BETWEEN 50 AND 55 AS pairs_of_days;

-- The estimate does not change an answer, nor can a plan use what it comes from.
SELECT count(*), min(b), max(b), sum(c) FROM (SELECT time_bucket('1 hour', time) b, count(*) c FROM m GROUP BY 1) g;
SET enable_indexonlyscan = off;   -- which is cheap or not, as autovacuum has come by or not
SET enable_bitmapscan = off;
EXPLAIN (COSTS off) SELECT count(*) FROM m WHERE time_bucket('1 hour', time) = '2026-01-10 05:00' GROUP BY time_bucket('1 hour', time);
RESET enable_indexonlyscan;
RESET enable_bitmapscan;

-- Rows of a chunk in columns are known as soon as it is one, and again when it has more of them.
CREATE TABLE c (time timestamptz NOT NULL, device int);
SELECT FROM create_hypertable('c', by_range('time', interval '1 day'));
INSERT INTO c SELECT '2026-01-01', i FROM generate_series(1, 1000) i;
ALTER TABLE c SET (tsdb.enable_columnstore, tsdb.segmentby = 'device');
SELECT FROM compress_chunk((SELECT show_chunks('c')));
SELECT expected('SELECT * FROM c') AS first;
INSERT INTO c SELECT '2026-01-01', i FROM generate_series(1, 500) i;
SELECT FROM compress_chunk((SELECT show_chunks('c')));
SELECT expected('SELECT * FROM c') AS more;
BEGIN;
TRUNCATE c;
SELECT expected('SELECT * FROM c') <> 1500 AS others;
ROLLBACK;
SELECT expected('SELECT * FROM c') AS as_before;
SELECT FROM decompress_chunk((SELECT show_chunks('c')));
ANALYZE c;
SELECT expected('SELECT * FROM c') AS of_rows;

DROP TABLE c, d, n;
DROP VIEW widths;
DROP TABLE m;
DROP FUNCTION expected;
