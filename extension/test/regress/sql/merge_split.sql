-- merge_chunks and split_chunk: other ranges for the same rows, with indexes, constraints,
-- statistics, triggers and foreign keys in and out; a plain table beside shows what must be there.
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE TABLE kind (id int PRIMARY KEY);
INSERT INTO kind SELECT generate_series(0, 2);
CREATE TABLE metric (gone int, time timestamptz NOT NULL, device int, kind int REFERENCES kind ON DELETE CASCADE, doc text, value float8,
    PRIMARY KEY (device, time), CHECK (device >= 0));
SELECT created FROM create_hypertable('metric', 'time', chunk_time_interval => interval '1 day', create_default_indexes => false);
CREATE INDEX by_half ON metric (lower(doc)) WHERE device < 5;
CREATE TABLE alarm (device int, time timestamptz, FOREIGN KEY (device, time) REFERENCES metric ON DELETE CASCADE);
CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.doc := ''marked''; RETURN NEW; END';
CREATE TRIGGER mark BEFORE UPDATE OF doc ON metric FOR EACH ROW EXECUTE FUNCTION mark();

-- Chunks whose columns lie differently, with TOAST, dead rows and a column of a later default.
INSERT INTO metric SELECT 0, timestamptz '2024-01-01' + i * interval '1 hour', i % 10, i % 3, repeat(i::text, 1500), i FROM generate_series(0, 47) i;
ALTER TABLE metric DROP COLUMN gone;
INSERT INTO metric SELECT timestamptz '2024-01-03' + i * interval '1 hour', i % 10, i % 3, repeat(i::text, 1500), i FROM generate_series(0, 47) i;
ALTER TABLE metric ADD note text DEFAULT 'as it was';
INSERT INTO metric SELECT timestamptz '2024-01-05' + i * interval '1 hour', i % 10, i % 3, i, i FROM generate_series(0, 23) i;
DELETE FROM metric WHERE value::int % 5 = 0;
UPDATE metric SET note = 'changed' WHERE value::int % 7 = 0;
INSERT INTO alarm SELECT device, time FROM metric WHERE value < 20;
ANALYZE metric;
CREATE TABLE plain AS TABLE metric;
CREATE FUNCTION differences() RETURNS TABLE (side text, device int, "time" timestamptz) LANGUAGE sql AS $$
    (SELECT 'metric', device, time FROM (TABLE metric EXCEPT ALL TABLE plain) a)
    UNION ALL (SELECT 'plain', device, time FROM (TABLE plain EXCEPT ALL TABLE metric) b)
    UNION ALL (SELECT 'index', NULL, NULL FROM (SELECT count(*) FROM metric WHERE device < 5 AND lower(doc) <> '') i(n) WHERE n <> (SELECT count(*) FROM plain WHERE device < 5))
    UNION ALL (SELECT 'misplaced', device, time FROM metric m JOIN varve_catalog.chunk c ON c.relation = m.tableoid
        WHERE extract(epoch FROM time - timestamptz '2000-01-01') * 1000000 NOT BETWEEN range_begin AND range_end - 1)
$$;
CREATE VIEW chunk AS
SELECT c.id, to_char(v.range_start, 'MM-DD HH24:MI') AS begin, to_char(v.range_end, 'MM-DD HH24:MI') AS end,
    (SELECT count(*) FROM pg_index i JOIN pg_inherits ON inhrelid = indexrelid WHERE indrelid = c.relation) AS indexes,
    (SELECT string_agg(contype::text || coninhcount, ' ' ORDER BY contype::text, coninhcount) FROM pg_constraint WHERE conrelid = c.relation) AS constraints,
    (SELECT count(*) FROM pg_constraint WHERE confrelid = c.relation) AS referenced,
    (SELECT count(*) FROM pg_trigger WHERE tgrelid = c.relation) AS triggers,
    r.reltuples, age(r.relfrozenxid) >= 0 AS frozen,
    (SELECT count(*) FROM pg_statistic WHERE starelid = c.relation) > 0 AS analyzed,
    pg_get_expr(relpartbound, r.oid) = format('FOR VALUES FROM (%L) TO (%L)', v.range_start::text, v.range_end::text) AS bound
FROM varve_catalog.chunk c JOIN pg_class r ON r.oid = c.relation
    JOIN timescaledb_information.chunks v ON v.chunk_name = r.relname WHERE c.hypertable_id = 1 ORDER BY range_begin;
-- CALL takes no subquery.
CREATE FUNCTION all_of(regclass) RETURNS regclass[] STABLE LANGUAGE sql AS 'SELECT array_agg(c) FROM show_chunks($1) c';
CREATE FUNCTION nth_of(regclass, n int) RETURNS regclass STABLE LANGUAGE sql AS 'SELECT c FROM show_chunks($1) c OFFSET n - 1 LIMIT 1';
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
SELECT * FROM chunk;

-- Two, in whichever order they are named: the earlier one stays.
CALL merge_chunks('_timescaledb_internal._hyper_1_3_chunk', '_timescaledb_internal._hyper_1_2_chunk');
SELECT * FROM chunk;
SELECT * FROM differences();
-- In half, and at a point; both parts as old as the whole was, for retention by creation.
CALL split_chunk('_timescaledb_internal._hyper_1_2_chunk');
CALL split_chunk('_timescaledb_internal._hyper_1_2_chunk', '2024-01-02 10:30'::timestamptz);
SELECT * FROM chunk;
SELECT * FROM differences();
SELECT count(DISTINCT created) FROM varve_catalog.chunk WHERE id IN (2, 6, 7);
-- All of them, and apart again by days.
CALL merge_chunks(all_of('metric'));
SELECT * FROM chunk;
SELECT * FROM differences();
SELECT count(*) FROM alarm;
CALL split_chunk('_timescaledb_internal._hyper_1_1_chunk', '2024-01-05');
CALL split_chunk('_timescaledb_internal._hyper_1_1_chunk', date '2024-01-04');
CALL split_chunk('_timescaledb_internal._hyper_1_1_chunk', timestamp '2024-01-02');
SELECT * FROM chunk;
SELECT * FROM differences();

-- Everything works on the new parts: keys in and out, unique indexes, CHECKs, triggers, pruning, new
-- chunks beside them.
SELECT refusal($$INSERT INTO metric SELECT * FROM metric WHERE time = '2024-01-04 02:00'$$);
SELECT refusal($$INSERT INTO metric (time, device, kind) VALUES ('2024-01-04 01:30', 1, 7)$$);
SELECT refusal($$INSERT INTO metric (time, device) VALUES ('2024-01-04 01:30', -1)$$);
SELECT refusal($$INSERT INTO alarm VALUES (1, '2024-01-04 01:30')$$);
INSERT INTO alarm SELECT device, time FROM metric WHERE time = '2024-01-04 02:00';
DELETE FROM metric WHERE time = '2024-01-04 02:00';
DELETE FROM plain WHERE time = '2024-01-04 02:00';
SELECT count(*) FROM alarm WHERE time = '2024-01-04 02:00';
DELETE FROM kind WHERE id = 1;
DELETE FROM plain WHERE kind = 1;
UPDATE metric SET doc = 'trigger' WHERE time >= '2024-01-05' RETURNING doc;
UPDATE plain SET doc = 'marked' WHERE time >= '2024-01-05';
DELETE FROM alarm WHERE time >= '2024-01-05';
UPDATE metric SET time = time - interval '3 days 1 minute' WHERE time >= '2024-01-05';
UPDATE plain SET time = time - interval '3 days 1 minute' WHERE time >= '2024-01-05';
INSERT INTO metric SELECT timestamptz '2023-12-31 23:00' + i * interval '2 days 3 hours', 20, 0, 'doc', i, 'new' FROM generate_series(0, 3) i;
INSERT INTO plain SELECT timestamptz '2023-12-31 23:00' + i * interval '2 days 3 hours', 20, 0, 'doc', i, 'new' FROM generate_series(0, 3) i;
SELECT * FROM differences();
SET enable_bitmapscan = off;
EXPLAIN (costs off) SELECT time FROM metric WHERE time >= '2024-01-02' AND time < '2024-01-03';
SELECT id, begin, "end" FROM chunk;

-- Locks, a rollback, and rows that are not committed yet.
BEGIN;
INSERT INTO metric VALUES ('2024-01-02 20:00', 30, 0, 'mine', 1, 'mine');
CALL split_chunk('_timescaledb_internal._hyper_1_10_chunk', '2024-01-03 12:00');
SELECT relation::regclass, mode FROM pg_locks
WHERE pid = pg_backend_pid() AND relation IN ('metric'::regclass, '_timescaledb_internal._hyper_1_10_chunk'::regclass, 'alarm'::regclass, 'kind'::regclass) AND mode <> 'AccessShareLock' ORDER BY 1, 2;
INSERT INTO metric VALUES ('2024-01-02 21:00', 30, 0, 'mine', 1, 'mine'), ('2024-01-03 21:00', 30, 0, 'mine', 1, 'mine');
SELECT time FROM metric WHERE note = 'mine' ORDER BY time;
SAVEPOINT split;
CALL merge_chunks((all_of('metric'))[2:5]);
SELECT time FROM metric WHERE note = 'mine' ORDER BY time;
ROLLBACK TO split;
SELECT time FROM metric WHERE note = 'mine' ORDER BY time;
ROLLBACK;
SELECT * FROM differences();
SELECT id, begin, "end" FROM chunk;

-- The ends of time, dates, and a chunk of one value.
CREATE TABLE tiny (time smallint NOT NULL PRIMARY KEY);
SELECT created FROM create_hypertable('tiny', 'time', chunk_time_interval => 20000);
INSERT INTO tiny VALUES (-32768), (-30000), (-1), (0), (30000), (32767);
SELECT range_start_integer, range_end_integer FROM timescaledb_information.chunks WHERE hypertable_name = 'tiny' ORDER BY 1;
CALL merge_chunks(all_of('tiny'));
CALL split_chunk(nth_of('tiny', 1), 32767);
CALL split_chunk(nth_of('tiny', 1), -32767);
SELECT chunk_name, range_start_integer, range_end_integer FROM timescaledb_information.chunks WHERE hypertable_name = 'tiny' ORDER BY 2;
SELECT tableoid::regclass, * FROM tiny ORDER BY time;
SELECT refusal($$CALL split_chunk(nth_of('tiny', 3))$$);
CREATE TABLE diary (day date NOT NULL PRIMARY KEY);
SELECT created FROM create_hypertable('diary', 'day', chunk_time_interval => interval '2 days');
INSERT INTO diary VALUES ('2024-01-01'), ('2024-01-02'), ('2024-01-03');
CALL split_chunk(nth_of('diary', 2), timestamp '2024-01-02 12:00');
SELECT tableoid::regclass, * FROM diary ORDER BY day;
SELECT refusal($$CALL split_chunk(nth_of('diary', 2))$$);
CALL merge_chunks(all_of('diary'));
SELECT tableoid::regclass, * FROM diary ORDER BY day;

-- What depends on a chunk that goes keeps it; what depends on the one that stays does not notice.
INSERT INTO tiny VALUES (100);
CREATE VIEW on_chunk AS SELECT count(*) FROM _timescaledb_internal._hyper_1_10_chunk;
SELECT refusal($$CALL merge_chunks('_timescaledb_internal._hyper_1_1_chunk', '_timescaledb_internal._hyper_1_10_chunk')$$);
CALL merge_chunks('_timescaledb_internal._hyper_1_10_chunk', '_timescaledb_internal._hyper_1_9_chunk');
SELECT * FROM on_chunk;

-- What cannot be.
SELECT refusal($$CALL merge_chunks(NULL, '_timescaledb_internal._hyper_1_1_chunk')$$);
SELECT refusal($$CALL merge_chunks('_timescaledb_internal._hyper_1_1_chunk', NULL)$$);
SELECT refusal($$CALL merge_chunks(NULL::regclass[])$$);
SELECT refusal($$CALL merge_chunks('{}'::regclass[])$$);
SELECT refusal($$CALL merge_chunks('{_timescaledb_internal._hyper_1_1_chunk}'::regclass[])$$);
SELECT refusal($$CALL merge_chunks('{_timescaledb_internal._hyper_1_1_chunk,NULL}'::regclass[])$$);
SELECT refusal($$CALL merge_chunks('_timescaledb_internal._hyper_1_1_chunk', '_timescaledb_internal._hyper_1_1_chunk')$$);
SELECT refusal($$CALL merge_chunks('_timescaledb_internal._hyper_1_1_chunk', '_timescaledb_internal._hyper_1_8_chunk')$$);
SELECT refusal($$CALL merge_chunks('_timescaledb_internal._hyper_1_1_chunk', nth_of('diary', 1))$$);
SELECT refusal($$CALL merge_chunks('_timescaledb_internal._hyper_1_1_chunk', 'metric')$$);
SELECT refusal($$CALL merge_chunks('kind', 'plain')$$);
SELECT refusal($$CALL split_chunk(NULL)$$);
SELECT refusal($$CALL split_chunk('metric')$$);
SELECT refusal($$CALL split_chunk('kind')$$);
SELECT refusal($$CALL split_chunk(1)$$);
SELECT refusal($$CALL split_chunk('_timescaledb_internal._hyper_1_1_chunk', timestamptz '2024-01-01')$$);
SELECT refusal($$CALL split_chunk('_timescaledb_internal._hyper_1_1_chunk', timestamptz '2024-01-09')$$);
SELECT refusal($$CALL split_chunk('_timescaledb_internal._hyper_1_1_chunk', timestamptz 'infinity')$$);
SELECT refusal($$CALL split_chunk('_timescaledb_internal._hyper_1_1_chunk', 5)$$);
SELECT refusal($$CALL split_chunk('_timescaledb_internal._hyper_1_1_chunk', 'noon')$$);
BEGIN READ ONLY;
SELECT refusal($$CALL split_chunk('_timescaledb_internal._hyper_1_1_chunk')$$);
SELECT refusal($$CALL merge_chunks('_timescaledb_internal._hyper_1_1_chunk', '_timescaledb_internal._hyper_1_10_chunk')$$);
ROLLBACK;
BEGIN;
DECLARE reading CURSOR FOR SELECT * FROM metric;
SELECT refusal($$CALL split_chunk('_timescaledb_internal._hyper_1_1_chunk')$$);
SELECT refusal($$CALL merge_chunks('_timescaledb_internal._hyper_1_1_chunk', '_timescaledb_internal._hyper_1_10_chunk')$$);
ROLLBACK;
CREATE ROLE merger;
GRANT ALL ON metric TO merger;
SET ROLE merger;
SELECT refusal($$CALL split_chunk('_timescaledb_internal._hyper_1_1_chunk')$$);
SELECT refusal($$CALL merge_chunks('_timescaledb_internal._hyper_1_1_chunk', '_timescaledb_internal._hyper_1_10_chunk')$$);
RESET ROLE;
SELECT * FROM differences();
SELECT id, begin, "end" FROM chunk;
-- The owner may, whatever the schema of the chunks.
CREATE SCHEMA own AUTHORIZATION merger;
SET ROLE merger;
CREATE TABLE own.t (time int NOT NULL);
SELECT created FROM create_hypertable('own.t', 'time', chunk_time_interval => 10);
INSERT INTO own.t VALUES (1), (9), (11);
CALL split_chunk(nth_of('own.t', 1));
CALL merge_chunks((all_of('own.t'))[2:]);
SELECT range_start_integer, range_end_integer FROM timescaledb_information.chunks WHERE hypertable_name = 't' ORDER BY 1;
SELECT relowner::regrole FROM pg_class WHERE oid IN (SELECT show_chunks('own.t'));
RESET ROLE;
DROP VIEW on_chunk;
DROP TABLE alarm, metric, own.t;
SELECT relname FROM pg_class WHERE relname ~ '^_hyper_1_' OR relname ~ '^pg_temp_\d';
DROP OWNED BY merger;
DROP ROLE merger;
