-- What a statement holds in memory grows with the chunks it makes, not with their square, and is given
-- back; a session that runs thousands of statements, and makes and drops chunks, does not grow.
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE TABLE m (t int NOT NULL, v int);
SELECT hypertable_id FROM create_hypertable('m', 't', chunk_time_interval => 10, create_default_indexes => false);

-- Taken when all is done but nothing is given back yet: how many partition descriptors there are, and what
-- everything but the catalog's cache takes. A plan that covers 1200 chunks has its share in it.
CREATE TABLE seen (what text, descriptors bigint, chunks bigint, bytes bigint);
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO seen SELECT TG_OP || current_setting('test.how', true), count(*) FILTER (WHERE name = 'partition descriptor'),
        (SELECT count(*) FROM varve_catalog.chunk), sum(total_bytes) FILTER (WHERE name <> 'CacheMemoryContext')
    FROM pg_backend_memory_contexts;
    RETURN NULL;
END $$;
CREATE TRIGGER look AFTER INSERT OR UPDATE ON m FOR EACH STATEMENT EXECUTE FUNCTION look();

SET test.how = '';
INSERT INTO m VALUES (0, 0);
INSERT INTO m SELECT i * 10, i FROM generate_series(1, 400) i;
SET test.how = ', moving';
UPDATE m SET t = t + 10000 WHERE t > 0;
SET test.how = ', by COPY';
COPY m (t) FROM PROGRAM 'seq 20010 10 24000';
SET test.how = ', by MERGE';
MERGE INTO m USING generate_series(30010, 34000, 10) s ON m.t = s WHEN NOT MATCHED THEN INSERT VALUES (s, 1);
SELECT what, chunks, descriptors < 6 AS few_descriptors, bytes < 64 * 1024 * 1024 AS little_memory FROM seen ORDER BY chunks;

-- Cursors that functions open meanwhile, and leave open, go on with what they began with: their run-time
-- pruning uses the descriptor of then for each row.
CREATE TABLE c (t int NOT NULL);
SELECT hypertable_id FROM create_hypertable('c', 't', chunk_time_interval => 10, create_default_indexes => false);
SET jit = off;
CREATE FUNCTION open_now(i int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    opened refcursor := 'cursor' || i;
BEGIN
    IF i % 20 = 0 THEN
        OPEN opened FOR SELECT g, found.t FROM generate_series(1, 140) g, LATERAL (SELECT t FROM c WHERE t = g * 10 OFFSET 0) found;
        MOVE 1 IN opened;
    ELSIF i IN (50, 90) THEN
        opened := 'cursor' || i - 10;
        CLOSE opened;
    END IF;
    RETURN i % 1000;
END $$;
SET plan_cache_mode = force_generic_plan;
BEGIN;
INSERT INTO c SELECT open_now(i) * 10 FROM generate_series(1, 120) i;
FETCH FORWARD 3 FROM cursor20;
FETCH FORWARD 3 FROM cursor120;
MOVE FORWARD ALL IN cursor20;
MOVE FORWARD ALL IN cursor120;
INSERT INTO c SELECT 10000 + open_now(i) * 10 FROM generate_series(121, 130) i;
SELECT count(*) FROM c;
SAVEPOINT a;
INSERT INTO c SELECT 20000 + i * 10 + 0 * CASE WHEN i < 20 THEN open_now(i + 1000) ELSE 1 / (20 - i) END FROM generate_series(1, 40) i;
ROLLBACK TO a;
INSERT INTO c SELECT 20000 + i * 10 FROM generate_series(1, 40) i;
COMMIT;
RESET plan_cache_mode;
SELECT count(*), count(DISTINCT tableoid) FROM c;

-- A long session: 10,000 statements of all kinds, and 200 times a chunk that comes and goes.
CREATE TABLE long (t int NOT NULL PRIMARY KEY, v int);
SELECT hypertable_id FROM create_hypertable('long', 't', chunk_time_interval => 1000);
CREATE FUNCTION kilobytes() RETURNS numeric LANGUAGE sql AS 'SELECT sum(total_bytes) / 1024 FROM pg_backend_memory_contexts';
CREATE PROCEDURE run(n int) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1..n LOOP
        INSERT INTO long VALUES (i % 3000, i) ON CONFLICT (t) DO UPDATE SET v = excluded.v;
        UPDATE long SET t = t + 1 WHERE t = 2999;
        PERFORM count(*) FROM long WHERE t > i % 3000;
        DELETE FROM long WHERE t = i % 7;
        EXECUTE format('INSERT INTO long VALUES (%s, 1) ON CONFLICT DO NOTHING', i % 3000);
        IF i % 10 = 0 THEN
            INSERT INTO long VALUES (100000, 1);
            COMMIT;
            PERFORM drop_chunks('long', newer_than => 50000);
        END IF;
        COMMIT;
    END LOOP;
END $$;
CALL run(200);
SELECT kilobytes() AS before \gset
CALL run(2000);
SELECT CASE WHEN kilobytes() - :before < 1500 THEN 'no growth' ELSE 'grown by ' || round(kilobytes() - :before) || ' kB' END;
