-- Triggers of every kind see what they would see on a plain table, while chunks appear under them.
\getenv dir PG_ABS_SRCDIR
\set harness :dir '/sql/differential.inc'
\set ECHO none
\i :harness

SELECT differ.create('m', 'time timestamptz NOT NULL, dev int, v int', 'time');
SELECT differ.create('log', 'event text, rows bigint, time timestamptz, v int');
CREATE FUNCTION log_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log VALUES (tg_name || ' ' || tg_when || ' ' || tg_op, 1, coalesce(new.time, old.time), coalesce(new.v, old.v));
    IF tg_when = 'BEFORE' AND new.v = -1 THEN RETURN NULL; END IF;
    IF tg_when = 'BEFORE' THEN new.v := new.v + 1; END IF;
    RETURN coalesce(new, old);
END $$;
CREATE FUNCTION log_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log VALUES (tg_name || ' ' || tg_op, (SELECT count(*) FROM m), NULL, NULL);
    RETURN NULL;
END $$;
CREATE FUNCTION log_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log SELECT tg_name || ' new', count(*), max(time), sum(v) FROM new_rows;
    IF tg_op <> 'INSERT' THEN INSERT INTO log SELECT tg_name || ' old', count(*), max(time), sum(v) FROM old_rows; END IF;
    RETURN NULL;
END $$;

\echo -- AFTER ROW and both of the statement
SELECT differ.run($$CREATE TRIGGER after_row AFTER INSERT OR UPDATE OR DELETE ON m FOR EACH ROW EXECUTE FUNCTION log_row()$$);
SELECT differ.run($$CREATE TRIGGER before_all BEFORE INSERT OR UPDATE ON m EXECUTE FUNCTION log_statement()$$);
SELECT differ.run($$CREATE TRIGGER after_all AFTER INSERT OR UPDATE OR DELETE ON m EXECUTE FUNCTION log_statement()$$);
SELECT differ.run($$INSERT INTO m SELECT timestamptz '2024-01-01' + (n * 7 % 10) * interval '1 day', n % 3, n FROM generate_series(1, 30) n$$);
SELECT differ.settle();
SELECT differ.run($$UPDATE m SET v = v * 2 WHERE dev = 1$$);
SELECT differ.run($$DELETE FROM m WHERE dev = 2 AND v < 10$$);
-- A move is a DELETE and an INSERT for row triggers of partitions, an UPDATE for a plain table's.
SET search_path = plain, public;
DELETE FROM log;
UPDATE m SET time = time + interval '1 year' WHERE v = 3;
SELECT event, count(*) FROM log GROUP BY event ORDER BY event;
DELETE FROM log;
SET search_path = hyper, public;
DELETE FROM log;
UPDATE m SET time = time + interval '1 year' WHERE v = 3;
SELECT event, count(*) FROM log GROUP BY event ORDER BY event;
DELETE FROM log;
SET search_path = public;
SELECT differ.run($$TABLE m$$);

\echo -- transition tables
SELECT differ.run($$CREATE TRIGGER new_table AFTER INSERT ON m REFERENCING NEW TABLE AS new_rows EXECUTE FUNCTION log_transition()$$);
SELECT differ.run($$CREATE TRIGGER both_tables AFTER UPDATE ON m REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows EXECUTE FUNCTION log_transition()$$);
SELECT differ.run($$INSERT INTO m SELECT timestamptz '2024-03-01' + (n * 7 % 10) * interval '1 day', n % 3, n FROM generate_series(1, 30) n$$);
SELECT differ.run($$UPDATE m SET v = v + 1 WHERE dev = 1$$);
SELECT differ.run($$INSERT INTO m SELECT time + interval '1 month', dev, v FROM m$$);
SELECT differ.run($$DROP TRIGGER after_row ON m$$);
SELECT differ.run($$UPDATE m SET time = time + interval '1 year' WHERE dev = 1$$);

\echo -- BEFORE ROW: changes the row, or skips it
SELECT differ.run($$CREATE TRIGGER before_row BEFORE INSERT OR UPDATE ON m FOR EACH ROW WHEN (new.dev = 1) EXECUTE FUNCTION log_row()$$);
SELECT differ.run($$INSERT INTO m VALUES ('2024-05-01', 1, -1), ('2024-05-01', 1, 5), ('2024-05-02', 2, -1), ('2024-05-03', 1, 7) RETURNING *$$);
SELECT differ.run($$UPDATE m SET v = v WHERE dev = 1$$);

\echo -- BEFORE ROW that changes the time: only within the chunk
CREATE FUNCTION shift() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    new.time := new.time + new.v * interval '1 hour';
    RETURN new;
END $$;
SELECT differ.run($$CREATE TRIGGER shift BEFORE INSERT ON m FOR EACH ROW WHEN (new.dev = 3) EXECUTE FUNCTION shift()$$);
SELECT differ.run($$INSERT INTO m VALUES ('2024-05-01', 3, 23)$$);
SET search_path = hyper, public;
INSERT INTO m VALUES ('2024-05-01', 3, 24);
SET search_path = public;
SELECT differ.run($$DROP TRIGGER shift ON m$$);

\echo -- a trigger that inserts into the same table, for every row, into chunks that are missing
CREATE FUNCTION echo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.v BETWEEN 1001 AND 1005 THEN INSERT INTO m VALUES (new.time + interval '1 day', new.dev, new.v - 1); END IF;
    RETURN NULL;
END $$;
SELECT differ.run($$CREATE TRIGGER echo AFTER INSERT ON m FOR EACH ROW EXECUTE FUNCTION echo()$$);
SELECT differ.run($$INSERT INTO m VALUES ('2030-01-01', 5, 1005), ('2031-01-01', 5, 1003)$$);
SELECT differ.run($$DROP TRIGGER echo ON m$$);
-- The same before the row itself is stored.
CREATE FUNCTION forerun() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.v > 0 THEN INSERT INTO m VALUES (new.time - interval '1 year', new.dev, -new.v); END IF;
    RETURN new;
END $$;
SELECT differ.run($$CREATE TRIGGER forerun BEFORE INSERT ON m FOR EACH ROW WHEN (new.dev = 6) EXECUTE FUNCTION forerun()$$);
SELECT differ.run($$INSERT INTO m VALUES ('2040-01-01', 6, 1), ('2041-06-01', 6, 2), ('2040-01-01', 6, 3)$$);
SELECT differ.run($$DROP TRIGGER forerun ON m$$);

\echo -- a deferred constraint trigger that inserts into the same hypertable at commit
SELECT differ.run($$CREATE CONSTRAINT TRIGGER later AFTER INSERT ON m DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION echo()$$);
SET search_path = plain, public;
BEGIN;
INSERT INTO m VALUES ('2050-01-01', 7, 1003), ('2051-01-01', 7, 1002);
SELECT count(*) FROM m WHERE dev = 7;
COMMIT;
SET search_path = hyper, public;
BEGIN;
INSERT INTO m VALUES ('2050-01-01', 7, 1003), ('2051-01-01', 7, 1002);
SELECT count(*) FROM m WHERE dev = 7;
COMMIT;
SELECT count(*) FROM m WHERE dev = 7;
SET search_path = public;
SELECT differ.run($$TABLE m$$);
SELECT differ.run($$DROP TRIGGER later ON m$$);

\echo -- foreign keys: from the hypertable, checked and cascading
SELECT differ.create('device', 'dev int PRIMARY KEY');
SELECT differ.run($$INSERT INTO device SELECT DISTINCT dev FROM m$$);
SELECT differ.run($$ALTER TABLE m ADD CONSTRAINT known FOREIGN KEY (dev) REFERENCES device ON DELETE CASCADE ON UPDATE CASCADE$$);
SELECT differ.run($$INSERT INTO m VALUES ('2060-01-01', 1, 1), ('2061-01-01', 99, 1)$$);
SELECT differ.run($$INSERT INTO m VALUES ('2060-01-01', 2, 1)$$);
SELECT differ.run($$UPDATE device SET dev = 22 WHERE dev = 2$$);
SELECT differ.run($$DELETE FROM device WHERE dev = 0$$);
\echo -- and from one whose time is the referencing column, so that the cascade itself makes chunks
SELECT differ.create('moment', 'at timestamptz PRIMARY KEY');
SELECT differ.create('seen', 'at timestamptz NOT NULL REFERENCES moment ON UPDATE CASCADE, v int', 'at');
SELECT differ.run($$INSERT INTO moment VALUES ('2024-01-01'), ('2024-01-02')$$);
SELECT differ.run($$INSERT INTO seen VALUES ('2024-01-01', 1), ('2024-01-02', 2)$$);
SELECT differ.run($$UPDATE moment SET at = at + interval '1 year'$$);
