-- Every form of INSERT makes the chunks it lacks, and stores what a plain table would.
\getenv dir PG_ABS_SRCDIR
\set harness :dir '/sql/differential.inc'
\set ECHO none
\i :harness
SELECT differ.add_columnar();

SELECT differ.create('m', $$time timestamptz NOT NULL DEFAULT '2024-05-05 05:05+00', dev int, v float8 DEFAULT 7,
    s bigserial, g int GENERATED ALWAYS AS (dev * 2) STORED, CHECK (dev < 1000)$$, 'time');
SELECT count(*) FROM show_chunks('hyper.m');

\echo -- VALUES, one row and several, in one chunk and in several
SELECT differ.run($$INSERT INTO m VALUES ('2024-01-01', 1, 1)$$);
SELECT differ.run($$INSERT INTO m (dev, time) VALUES (1, '2024-01-03'), (2, '2024-01-01 23:59:59.999999'),
    (3, '2024-01-02'), (4, '1969-12-31'), (5, '2024-01-03 12:00')$$);
SELECT differ.run($$INSERT INTO m DEFAULT VALUES$$);
SELECT differ.run($$INSERT INTO m VALUES (DEFAULT, 9, DEFAULT), ('2024-01-09', 9, DEFAULT)$$);
SELECT count(*) FROM show_chunks('hyper.m');

\echo -- INSERT ... SELECT in random order over many chunks, from the table itself, from a set operation
SELECT differ.run($$INSERT INTO m (time, dev, v) SELECT timestamptz '2024-02-01' + (n * 7919 % 2000) * interval '20 min', n % 10, n
    FROM generate_series(1, 2000) n ORDER BY hashint4(n)$$);
SELECT count(*) FROM show_chunks('hyper.m');
SELECT differ.run($$INSERT INTO m (time, dev) SELECT time + interval '40 days', dev FROM m WHERE dev = 3 ORDER BY time$$);
SELECT differ.run($$INSERT INTO m (time) SELECT timestamptz '2025-01-01' UNION ALL SELECT timestamptz '2025-01-02' ORDER BY 1$$);
SELECT differ.run($$INSERT INTO m (time, dev) SELECT t, 1 FROM generate_series(timestamptz '2023-01-01', '2023-01-05', '1 day') t LIMIT 3$$);
SELECT differ.run($$INSERT INTO m (time, dev) SELECT max(time) + interval '1 year', dev FROM m GROUP BY dev ORDER BY dev$$);

\echo -- RETURNING, also of what a chunk computed
SELECT differ.run($$INSERT INTO m (time, dev) VALUES ('2026-01-01', 5), ('2026-02-01', 6) RETURNING *$$);
SELECT differ.run($$WITH i AS (INSERT INTO m (time, dev) VALUES ('2026-03-01', 5) RETURNING g) SELECT * FROM i$$);

\echo -- ends of a chunk, of time, and what no row may have
SELECT differ.run($$INSERT INTO m VALUES ('4713-01-01 BC', 1), ('294276-12-31 23:59:59.999999', 1)$$);
SELECT differ.run($$INSERT INTO m (dev) SELECT 2000$$);
SELECT differ.run($$INSERT INTO m VALUES ('yesterday at noon o''clock', 1)$$);
-- Nothing is left of a statement that failed, chunks included.
SELECT count(*) FROM show_chunks('hyper.m');
SELECT differ.run($$INSERT INTO m VALUES ('2030-01-01', 1), ('2030-02-01', 5000)$$);
SELECT count(*) FROM show_chunks('hyper.m');

\echo -- without a default the missing time is NULL, and named as such
SELECT differ.create('n', 'dev int, time timestamptz NOT NULL, v int', 'time');
INSERT INTO hyper.n (dev) VALUES (1);
SELECT differ.run($$INSERT INTO n (v, dev) VALUES (1, 1)$$);
SELECT differ.run($$INSERT INTO n DEFAULT VALUES$$);
SELECT differ.run($$INSERT INTO n VALUES (1, NULL)$$);
SELECT differ.run($$INSERT INTO n VALUES (1, '2024-01-01'), (2, NULL)$$);
-- A plain table stores infinity, of which no chunk can be made.
INSERT INTO hyper.n (time) VALUES ('infinity');
\echo :LAST_ERROR_SQLSTATE
INSERT INTO hyper.n (time) VALUES ('2024-01-01'), ('-infinity');

\echo -- ON CONFLICT
SELECT differ.create('u', 'time timestamptz NOT NULL, dev int, v int, PRIMARY KEY (dev, time)', 'time');
SELECT differ.run($$INSERT INTO u SELECT t, d, 0 FROM generate_series(timestamptz '2024-01-01', '2024-01-05', '12 h') t, generate_series(1, 3) d$$);
SELECT differ.settle();
SELECT differ.run($$INSERT INTO u VALUES ('2024-01-01', 1, 1)$$);
SELECT differ.run($$INSERT INTO u VALUES ('2024-01-01', 1, 1), ('2024-07-01', 1, 1) ON CONFLICT DO NOTHING$$);
SELECT differ.run($$INSERT INTO u VALUES ('2024-01-01', 1, 1), ('2024-08-01', 1, 1) ON CONFLICT (time, dev) DO NOTHING RETURNING *$$);
SELECT differ.run($$INSERT INTO u VALUES ('2024-01-01', 1, 5), ('2024-09-01', 1, 5)
    ON CONFLICT (time, dev) DO UPDATE SET v = u.v + excluded.v RETURNING *$$);
SELECT differ.run($$INSERT INTO u SELECT time, dev, 10 FROM u ON CONFLICT (dev, time) DO UPDATE SET v = excluded.v WHERE u.dev = 2$$);
SELECT differ.run($$INSERT INTO u VALUES ('2024-10-01', 1, 5), ('2024-10-01', 1, 6) ON CONFLICT (dev, time) DO UPDATE SET v = 1$$);
SELECT differ.run($$INSERT INTO u VALUES ('2024-01-01', 1, 1) ON CONFLICT (dev) DO NOTHING$$);
-- A row that its conflict moves to another chunk: PostgreSQL has no such update of partitions.
INSERT INTO hyper.u VALUES ('2024-01-01', 1, 1) ON CONFLICT (dev, time) DO UPDATE SET time = '2025-01-01';
SELECT differ.run($$INSERT INTO u VALUES ('2024-01-01', 1, 1) ON CONFLICT (dev, time) DO UPDATE SET time = excluded.time + interval '1 min'$$);

\echo -- columns that come and go, and chunks that have never seen them
SELECT differ.run($$ALTER TABLE m DROP COLUMN v$$);
SELECT differ.run($$ALTER TABLE m ADD COLUMN w text DEFAULT 'x'$$);
SELECT differ.run($$INSERT INTO m (time, dev, w) VALUES ('2024-01-01', 1, 'old chunk'), ('2031-01-01', 2, 'new chunk')$$);
SELECT differ.run($$INSERT INTO m (time, dev) SELECT time + interval '10 years', dev FROM m WHERE dev = 5 ORDER BY s RETURNING time, dev, w, g$$);

\echo -- a domain over timestamptz, date, timestamp and integers as the primary dimension
CREATE DOMAIN instant AS timestamptz CHECK (value > '2000-01-01');
SELECT differ.create('dom', 'at instant NOT NULL, v int', 'at');
SELECT differ.run($$INSERT INTO dom SELECT timestamptz '2024-01-01' + n * interval '1 day', n FROM generate_series(1, 5) n$$);
SELECT differ.run($$INSERT INTO dom VALUES ('1999-01-01', 1)$$);
SELECT differ.create('days', 'day date NOT NULL, v int', 'day');
SELECT differ.run($$INSERT INTO days SELECT date '2024-01-01' + n, n FROM generate_series(-5, 5) n$$);
INSERT INTO hyper.days VALUES ('infinity', 1);
INSERT INTO hyper.days VALUES ('5874897-12-31', 1);
SELECT differ.create('local', '"Time" timestamp NOT NULL, v int', 'Time');
SELECT differ.run($$INSERT INTO local SELECT timestamp '2024-01-01' + n * interval '1 day', n FROM generate_series(1, 5) n$$);
SELECT differ.create('numbers', 'n bigint NOT NULL, v int');
SELECT create_hypertable('hyper.numbers', by_range('n', 10));
SELECT differ.run($$INSERT INTO numbers SELECT n, n FROM generate_series(-25, 25, 3) n$$);
SELECT differ.run($$INSERT INTO numbers VALUES (-9223372036854775808, 1), (9223372036854775806, 2)$$);
INSERT INTO hyper.numbers VALUES (9223372036854775807, 1);
SELECT count(*) FROM show_chunks('hyper.numbers');
SELECT differ.create('small', 'n smallint NOT NULL, v int');
SELECT create_hypertable('hyper.small', by_range('n', 1000));
SELECT differ.run($$INSERT INTO small SELECT n, n FROM generate_series(-32768, 32767, 1021) n$$);
SELECT differ.run($$INSERT INTO small VALUES (32767, 1), (32768, 1)$$);
SELECT count(*) FROM show_chunks('hyper.small');

\echo -- the function behind it is of no use elsewhere
SELECT varve_catalog.route(now(), 'hyper.m');
INSERT INTO hyper.m (time) SELECT varve_catalog.route(now(), 'hyper.u');
INSERT INTO hyper.m (time, w) SELECT now(), varve_catalog.route('a time'::text, 'hyper.m');
