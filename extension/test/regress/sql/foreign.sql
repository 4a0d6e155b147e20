-- Foreign tables and hypertables: rows read from a file or from another server make chunks, and another
-- server that writes into a hypertable through postgres_fdw, in batches, does as well.
\getenv dir PG_ABS_SRCDIR
\set harness :dir '/sql/differential.inc'
\set ECHO none
\i :harness
\getenv host PGHOST
\getenv port PGPORT
SELECT current_database() AS database \gset

SELECT differ.create('m', 'time timestamptz NOT NULL, dev int, v float8, PRIMARY KEY (time, dev)', 'time');

\echo -- INSERT ... SELECT, MERGE, UPDATE and DELETE with a file
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE public.file (time timestamptz, dev int, v float8) SERVER files
    OPTIONS (program $$seq 1 60 | awk '{ printf "2024-01-01 00:00+00,%d,%s\n2024-%02d-%02d 12:00+00,%d,%s\n", $1, $1 / 4, $1 % 12 + 1, $1 % 28 + 1, $1 % 5, $1 }'$$, format 'csv');
SELECT differ.run('INSERT INTO m SELECT * FROM file');
SELECT differ.run('INSERT INTO m SELECT time + interval ''1 year'', dev, v FROM file ON CONFLICT DO NOTHING');
SELECT differ.run('INSERT INTO m SELECT time, dev, -v FROM file ON CONFLICT (time, dev) DO UPDATE SET v = excluded.v WHERE m.dev < 4 RETURNING *');
SELECT differ.run('UPDATE m SET v = file.v * 2, time = m.time + interval ''3 years'' FROM file WHERE file.time = m.time AND file.dev = m.dev AND file.dev < 3');
SELECT differ.run('MERGE INTO m USING (SELECT time + interval ''2 hours'' AS time, dev, v FROM file WHERE dev IN (1, 2)) s ON m.time = s.time AND m.dev = s.dev
    WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.time, s.dev, s.v)');
SELECT differ.run('DELETE FROM m USING file WHERE file.time = m.time AND m.dev > 40');
SELECT differ.run('SELECT count(*), sum(m.v) FROM m JOIN file USING (time, dev)');

\echo -- a hypertable behind postgres_fdw
CREATE EXTENSION postgres_fdw;
CREATE SERVER loopback FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'host', port :'port', dbname :'database', batch_size '7', fetch_size '5');
CREATE USER MAPPING FOR CURRENT_USER SERVER loopback;
SELECT format('CREATE FOREIGN TABLE %I.remote (time timestamptz NOT NULL, dev int, v float8) SERVER loopback OPTIONS (schema_name %L, table_name ''m'')', name, name)
FROM differ.state \gexec
SELECT differ.run('INSERT INTO remote SELECT timestamptz ''2030-01-01'' + i * interval ''10 hours'', i, i FROM generate_series(1, 40) i');
SELECT differ.run('INSERT INTO remote SELECT timestamptz ''2030-01-01'' + i * interval ''10 hours'', i, i FROM generate_series(30, 60) i ON CONFLICT DO NOTHING');
SELECT differ.run('INSERT INTO remote SELECT timestamptz ''2031-01-01'' - i * interval ''10 hours'', i, i FROM generate_series(1, 20) i RETURNING *');
-- What postgres_fdw sends as one statement. (It finds single rows by ctid, which no partitioned table has.)
SELECT differ.run('UPDATE remote SET time = ''2036-01-01'', v = v * 2 WHERE dev % 7 = 2 AND time >= ''2030-12-20''');
SELECT differ.run('UPDATE remote SET v = v + 1 WHERE time >= ''2030-01-10'' RETURNING *');
SELECT differ.run('DELETE FROM remote WHERE time >= ''2031-01-01'' RETURNING *');
SELECT differ.run('SELECT dev, count(*), max(time) FROM remote WHERE time > ''2030-01-02'' GROUP BY dev ORDER BY dev LIMIT 5');
SELECT differ.run('INSERT INTO remote VALUES (''2034-01-01'', 1, 1), (''2035-01-01'', NULL, 1)');
SELECT differ.run('INSERT INTO m SELECT time + interval ''10 years'', dev, v FROM remote');

\echo -- COPY into the foreign table; the same rows once from hypertable to hypertable through it
SELECT differ.run($$COPY remote FROM PROGRAM 'for i in $(seq 10 28); do echo "2040-02-$i 00:00+00,$i,1"; done' (FORMAT csv)$$);
SELECT differ.run($$INSERT INTO remote SELECT time + interval '20 years', dev, v FROM m WHERE time < '2024-06-01'$$);
SELECT count(*) > 100 AS many_chunks FROM show_chunks('hyper.m');
