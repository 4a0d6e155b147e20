-- UPDATE and MERGE move rows into chunks that do not exist yet; views and CTEs make no difference.
\getenv dir PG_ABS_SRCDIR
\set harness :dir '/sql/differential.inc'
\set ECHO none
\i :harness
SELECT differ.add_columnar();

SELECT differ.create('m', 'time timestamptz NOT NULL, dev int, v int, note text, UNIQUE (dev, time)', 'time');
SELECT differ.create('changes', 'time timestamptz, dev int, v int');
SELECT differ.run($$INSERT INTO m SELECT timestamptz '2024-01-01' + n * interval '6 h', n % 3, n FROM generate_series(0, 39) n$$);
SELECT differ.run($$INSERT INTO changes SELECT timestamptz '2024-01-01' + n * interval '9 h', n % 4, n FROM generate_series(0, 39) n$$);
SELECT differ.settle();

\echo -- UPDATE within a chunk, into another, into one that is missing, of all rows at once
SELECT differ.run($$UPDATE m SET v = v + 1 WHERE dev = 1$$);
SELECT differ.run($$UPDATE m SET time = time + interval '1 min' WHERE dev = 1$$);
SELECT differ.run($$UPDATE m SET time = time + interval '1 day' WHERE dev = 2$$);
SELECT differ.run($$UPDATE m SET time = time + interval '1 year', note = 'moved' WHERE dev = 2 RETURNING *$$);
SELECT differ.run($$UPDATE m SET time = time + interval '100 years'$$);
SELECT differ.run($$UPDATE m SET time = time - interval '100 years'$$);
SELECT differ.run($$UPDATE m SET time = NULL WHERE dev = 0$$);
SELECT differ.run($$UPDATE m SET time = DEFAULT WHERE dev = 0$$);
UPDATE hyper.m SET time = '-infinity' WHERE dev = 0;
\echo :LAST_ERROR_SQLSTATE
SELECT differ.run($$UPDATE m SET time = '2024-01-01' WHERE dev = 1$$);

\echo -- several columns at once, from a row, from a sub-select
SELECT differ.run($$UPDATE m SET (time, v) = (time + interval '2 years', 0) WHERE dev = 0$$);
SELECT differ.run($$UPDATE m SET (v, time, note) = (SELECT c.v, m.time + interval '3 years', 'c' FROM changes c WHERE c.dev = m.dev ORDER BY c.v LIMIT 1)
    WHERE dev = 1$$);
SELECT differ.run($$UPDATE m SET (time, v) = ROW(time - interval '3 years', v) WHERE dev = 1 RETURNING time, v$$);

\echo -- UPDATE ... FROM, with sub-queries, of a join with itself
SELECT differ.run($$UPDATE m SET time = m.time + interval '20 years' + x.n * interval '1 day', v = x.n
    FROM (SELECT dev, time, row_number() OVER (PARTITION BY dev ORDER BY time) AS n FROM m) x WHERE x.dev = m.dev AND x.time = m.time$$);
SELECT differ.run($$UPDATE m SET time = (SELECT max(time) + interval '1 month' FROM m x WHERE x.dev = m.dev) + m.v * interval '1 min' WHERE v < 5$$);
SELECT differ.run($$UPDATE m a SET time = b.time + interval '50 years' FROM m b WHERE a.dev = 0 AND b.dev = 1 AND a.v = b.v - 1$$);
SELECT differ.run($$DELETE FROM m USING changes c WHERE c.dev = m.dev AND c.v = m.v$$);

\echo -- a partition key that was moved away and back within one transaction
BEGIN;
SELECT differ.run($$UPDATE m SET time = time + interval '7 years' WHERE dev = 1$$);
SELECT differ.run($$UPDATE m SET time = time - interval '7 years' WHERE dev = 1$$);
COMMIT;

\echo -- MERGE: into an empty hypertable, then with every kind of action
SELECT differ.create('target', 'dev int, time timestamptz NOT NULL, v int, UNIQUE (dev, time)', 'time');
SELECT differ.run($$MERGE INTO target t USING changes c ON t.dev = c.dev AND t.time = c.time
    WHEN NOT MATCHED THEN INSERT (time, dev, v) VALUES (c.time, c.dev, c.v)$$);
SELECT differ.run($$UPDATE changes SET v = v + 100, time = CASE WHEN dev = 3 THEN time + interval '1 hour' ELSE time END$$);
SELECT differ.run($$MERGE INTO target t USING changes c ON t.dev = c.dev AND t.time = c.time
    WHEN MATCHED AND c.dev = 0 THEN DELETE
    WHEN MATCHED AND c.dev = 1 THEN UPDATE SET time = t.time + interval '5 years', v = c.v
    WHEN MATCHED AND c.dev = 2 THEN DO NOTHING
    WHEN NOT MATCHED THEN INSERT VALUES (c.dev, c.time + interval '9 years', c.v)$$);
SELECT differ.run($$MERGE INTO target t USING (SELECT DISTINCT dev FROM changes) c ON t.dev = c.dev + 100
    WHEN NOT MATCHED THEN INSERT (dev, v) VALUES (c.dev, 1)$$);
SELECT differ.run($$MERGE INTO target t USING changes c ON t.dev = c.dev AND t.time = c.time
    WHEN MATCHED THEN UPDATE SET time = NULL$$);
SELECT differ.run($$MERGE INTO target t USING (VALUES (77)) s(dev) ON t.dev = s.dev
    WHEN NOT MATCHED THEN INSERT DEFAULT VALUES$$);

\echo -- automatically updatable views, one upon the other, with a check
SELECT differ.run($$CREATE VIEW recent AS SELECT dev AS device, time AS at, v FROM m WHERE time >= '2020-01-01' WITH CHECK OPTION$$);
SELECT differ.run($$CREATE VIEW first AS SELECT * FROM recent WHERE device < 5 WITH LOCAL CHECK OPTION$$);
SELECT differ.run($$INSERT INTO first VALUES (1, '2060-01-01', 1), (2, '2061-01-01', 2)$$);
SELECT differ.run($$INSERT INTO first VALUES (1, '2019-12-31', 1)$$);
SELECT differ.run($$INSERT INTO first VALUES (7, '2060-01-01', 1)$$);
SELECT differ.run($$INSERT INTO first (device) VALUES (1)$$);
SELECT differ.run($$UPDATE first SET at = at + interval '1 year' WHERE v < 3 RETURNING *$$);
SELECT differ.run($$UPDATE first SET at = '2010-01-01' WHERE device = 1$$);

\echo -- a view with rules, which the rewriter expands into several statements
SELECT differ.run($$CREATE VIEW ruled AS SELECT * FROM changes$$);
SELECT differ.run($$CREATE RULE both_tables AS ON INSERT TO ruled DO INSTEAD (
    INSERT INTO m (time, dev, v) VALUES (new.time, new.dev, new.v);
    INSERT INTO target (time, dev, v) VALUES (new.time + interval '1 year', new.dev, new.v))$$);
SELECT differ.run($$INSERT INTO ruled VALUES ('2070-01-01', 3, 3), ('2071-01-01', 3, 4)$$);

\echo -- two CTEs that write into one hypertable, and one that nobody reads
SELECT differ.run($$WITH a AS (INSERT INTO m (time, dev, v) VALUES ('2080-01-01', 1, 1), ('2081-01-01', 1, 1) RETURNING *),
    b AS (INSERT INTO m (time, dev, v) SELECT time + interval '1 day', dev, v FROM a RETURNING *),
    c AS (UPDATE m SET time = time + interval '300 years' WHERE dev = 3 AND v = 3 RETURNING *),
    d AS (INSERT INTO m (time, dev, v) SELECT timestamptz '2082-01-01' + n * interval '1 day', 4, n FROM generate_series(1, 20) n)
    SELECT * FROM a UNION ALL SELECT * FROM b UNION ALL SELECT * FROM c$$);
SELECT differ.run($$WITH moved AS (DELETE FROM m WHERE dev = 4 RETURNING *) INSERT INTO target (dev, time, v) SELECT dev, time + interval '1 year', v FROM moved RETURNING *$$);
SELECT differ.run($$WITH a AS (INSERT INTO m (time, dev, v) SELECT timestamptz '2090-01-01' + n * interval '1 day', 5, n FROM generate_series(1, 20) n RETURNING v)
    SELECT * FROM a ORDER BY v LIMIT 2$$);
SELECT differ.run($$WITH a AS (INSERT INTO m (time, dev, v) SELECT timestamptz '2091-01-01' + n * interval '1 day', 6, n FROM generate_series(1, 20) n RETURNING v)
    SELECT 1 WHERE false$$);
