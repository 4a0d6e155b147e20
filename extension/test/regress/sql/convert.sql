-- The conversion keeps everything that hangs on a table. Two schemas hold the same definitions: in
-- `native` the table is created as partitioned, in `converted` as an ordinary one that becomes a
-- hypertable with its rows. Afterwards catalogs agree, and every statement has the same effect.
SET timezone = 'UTC';
SET extra_float_digits = 0;
CREATE ROLE regress_reader;

CREATE PROCEDURE build(schema name, partitioning text) LANGUAGE plpgsql AS $build$
BEGIN
    PERFORM set_config('search_path', schema || ', public', false);
    EXECUTE replace(replace($ddl$
        CREATE TABLE log (n serial, what text);
        CREATE TABLE sensors (id int PRIMARY KEY);
        INSERT INTO sensors SELECT generate_series(1, 9);
        CREATE TABLE events (
            gone int,
            id bigserial,
            number int GENERATED ALWAYS AS IDENTITY,
            time timestamptz NOT NULL DEFAULT '2024-01-01',
            sensor int REFERENCES sensors ON DELETE CASCADE,
            v float8 DEFAULT 1 CONSTRAINT v_positive CHECK (v > 0),
            doc text COLLATE "C",
            also_gone text,
            twice float8 GENERATED ALWAYS AS (v * 2) STORED,
            PRIMARY KEY (id, time),
            CONSTRAINT sane CHECK (time > '2000-01-01')
        ) <partitioning>;
        ALTER TABLE events DROP gone, DROP also_gone;
        CREATE INDEX events_newest ON events (time DESC) WITH (fillfactor = 80);
        CREATE INDEX events_partial ON events (sensor) INCLUDE (v) WHERE v > 5;
        CREATE UNIQUE INDEX events_expression ON events (time, lower(doc), id);
        CREATE INDEX events_hash ON events USING hash (doc);
        CREATE INDEX events_brin ON events USING brin (time);
        CREATE UNIQUE INDEX events_identity ON events (time, id);
        ALTER TABLE events ADD CONSTRAINT late_key UNIQUE (number, time) DEFERRABLE INITIALLY DEFERRED;
        ALTER TABLE events REPLICA IDENTITY USING INDEX events_identity;
        CREATE TABLE notes (id bigint, time timestamptz, note text, FOREIGN KEY (id, time) REFERENCES events ON DELETE SET NULL);
        CREATE STATISTICS events_stats ON sensor, v FROM events;
        ALTER TABLE events ALTER sensor SET STATISTICS 50;

        CREATE VIEW big_events AS SELECT id, time, sensor, v FROM events WHERE v > 5 WITH CHECK OPTION;
        CREATE VIEW joined AS SELECT e.*, s.id AS sensor_id FROM events e JOIN sensors s ON s.id = e.sensor;
        CREATE VIEW ruled AS SELECT time, v FROM events;
        CREATE RULE instead AS ON INSERT TO ruled DO INSTEAD INSERT INTO events (time, v) VALUES (new.time, new.v + 100);
        CREATE MATERIALIZED VIEW by_sensor AS SELECT sensor, count(*) FROM events GROUP BY sensor;
        CREATE FUNCTION total() RETURNS float8 LANGUAGE sql BEGIN ATOMIC SELECT sum(v) FROM events; END;
        CREATE FUNCTION newest() RETURNS SETOF events LANGUAGE sql AS 'SELECT * FROM events ORDER BY time DESC, id LIMIT 2';
        CREATE FUNCTION add(float8) RETURNS bigint LANGUAGE plpgsql AS
            'DECLARE i bigint; BEGIN INSERT INTO events (v) VALUES ($1) RETURNING id INTO i; RETURN i; END';
        CREATE TABLE keeper (e events);

        CREATE FUNCTION log_row() RETURNS trigger LANGUAGE plpgsql SET search_path = <schema> AS
            $$ BEGIN INSERT INTO log (what) VALUES (TG_NAME || ' ' || TG_OP); RETURN coalesce(new, old); END $$;
        CREATE FUNCTION log_rows() RETURNS trigger LANGUAGE plpgsql SET search_path = <schema> AS
            $$ BEGIN INSERT INTO log (what) SELECT TG_NAME || ' ' || count(*) FROM changed; RETURN NULL; END $$;
        CREATE TRIGGER before_big BEFORE INSERT OR UPDATE ON events FOR EACH ROW WHEN (new.v > 50) EXECUTE FUNCTION log_row();
        CREATE TRIGGER after_v AFTER UPDATE OF v ON events FOR EACH ROW EXECUTE FUNCTION log_row();
        CREATE TRIGGER silent AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION log_row();
        ALTER TABLE events DISABLE TRIGGER silent;
        CREATE TRIGGER statement AFTER INSERT ON events REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_rows();
        CREATE CONSTRAINT TRIGGER at_end AFTER DELETE ON events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION log_row();

        GRANT USAGE ON SCHEMA <schema> TO regress_reader;
        GRANT SELECT, UPDATE (v) ON events TO regress_reader;
        GRANT INSERT ON log TO regress_reader;
        GRANT USAGE ON SEQUENCE log_n_seq TO regress_reader;
        ALTER TABLE events ENABLE ROW LEVEL SECURITY;
        CREATE POLICY odd_sensors ON events TO regress_reader USING (sensor % 2 = 1);
        COMMENT ON TABLE events IS 'a table';
        COMMENT ON COLUMN events.v IS 'a column';
        COMMENT ON INDEX events_partial IS 'an index';
        COMMENT ON CONSTRAINT sane ON events IS 'a constraint';
        CREATE PUBLICATION <schema> FOR TABLE events WITH (publish_via_partition_root = true);
    $ddl$, '<partitioning>', partitioning), '<schema>', schema);
END $build$;
CREATE PROCEDURE fill(schema name) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('search_path', schema || ', public', false);
    INSERT INTO events (time, sensor, v, doc)
    SELECT '2024-01-01'::timestamptz + i * interval '1 day', 1 + i % 9, i, repeat('doc ' || i, CASE WHEN i % 10 = 0 THEN 20000 ELSE 1 END)
    FROM generate_series(1, 60) AS i;
    INSERT INTO notes SELECT id, time, 'note' FROM events WHERE id % 7 = 0;
    INSERT INTO keeper SELECT e FROM events e WHERE id <= 2;
END $$;

-- All that the catalogs say of events, in words that do not depend on OIDs or on the schema.
CREATE FUNCTION facts(schema name) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    t regclass := (schema || '.events')::regclass;
BEGIN
    PERFORM set_config('search_path', 'pg_catalog', true);
    RETURN QUERY SELECT replace(fact, schema, 'SCHEMA') FROM (
        SELECT concat_ws(' ', 'class', c.relname, c.relkind, c.relnatts, am.amname, c.relhasindex, c.relisshared, c.relpersistence,
            c.relchecks, c.relhasrules, c.relhastriggers, c.relhassubclass, c.relrowsecurity, c.relispopulated, c.relreplident,
            c.relispartition, c.relfilenode = 0, c.reltoastrelid = 0, c.relfrozenxid, c.relminmxid, c.reltablespace, c.reloptions,
            c.relallvisible, c.relacl) AS fact
        FROM pg_class c LEFT JOIN pg_am am ON am.oid = c.relam
        WHERE c.oid = t OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = t)
        UNION ALL SELECT 'column ' || (to_jsonb(a) - '{attrelid,atttypid,attacl,attoptions}'::text[])::text || format_type(a.atttypid, a.atttypmod) || coalesce(a.attacl::text, '')
        FROM pg_attribute a WHERE attrelid = t AND attnum > 0
        UNION ALL SELECT 'default ' || pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = t
        UNION ALL SELECT concat_ws(' ', 'index', pg_get_indexdef(indexrelid), indisunique, indisprimary, indisexclusion, indimmediate,
            indisclustered, indisvalid, indcheckxmin, indisready, indislive, indisreplident) FROM pg_index WHERE indrelid = t
        UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, contype, condeferrable, condeferred, convalidated,
            conindid::regclass, conparentid, confrelid::regclass, conislocal, coninhcount, connoinherit, conkey, confkey, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE (conrelid = t OR confrelid = t) AND conparentid = 0
        UNION ALL SELECT concat_ws(' ', 'trigger', CASE WHEN NOT tgisinternal THEN tgname END, tgrelid::regclass, tgfoid::regproc, tgtype, tgenabled,
            tgisinternal, tgconstrrelid::regclass, tgconstrindid::regclass, tgdeferrable, tginitdeferred, tgattr, tgparentid)
        FROM pg_trigger WHERE (tgrelid = t OR tgconstrrelid = t) AND tgparentid = 0
        UNION ALL SELECT concat_ws(' ', 'key', partstrat, partnatts, partattrs, opcname) FROM pg_partitioned_table
        JOIN pg_opclass o ON o.oid = partclass[0] WHERE partrelid = t
        UNION ALL SELECT concat_ws(' ', 'depend', regexp_replace(pg_describe_object(classid, objid, objsubid), '_[0-9]+"? on', '_N on'), 'on',
            regexp_replace(pg_describe_object(refclassid, refobjid, refobjsubid), '_[0-9]+"? on', '_N on'), deptype)
        FROM pg_depend WHERE (objid IN (SELECT t UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = t UNION ALL SELECT oid FROM pg_constraint WHERE conrelid = t))
            OR (refobjid = t AND classid <> 'pg_class'::regclass)
        UNION ALL SELECT concat_ws(' ', 'comment', objsubid, description) FROM pg_description WHERE objoid = t
        UNION ALL SELECT concat_ws(' ', 'statistics', pg_get_statisticsobjdef(oid)) FROM pg_statistic_ext WHERE stxrelid = t
        UNION ALL SELECT concat_ws(' ', 'policy', polname, polroles, pg_get_expr(polqual, polrelid)) FROM pg_policy WHERE polrelid = t
        UNION ALL SELECT 'published' FROM pg_publication_rel WHERE prrelid = t
    ) AS all_facts;
END $$;

-- Runs a statement in both schemas: what it gave, or how it failed, once if that is the same.
CREATE FUNCTION result_in(schema name, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
    n bigint;
BEGIN
    PERFORM set_config('search_path', schema || ', public', false);
    IF statement ~* '^(SELECT|TABLE|WITH)|RETURNING' THEN
        EXECUTE format('WITH q AS (%s) SELECT string_agg(q::text, '' '') FROM q', statement) INTO result;
        RETURN result;
    END IF;
    EXECUTE statement;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n || ' rows';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE FUNCTION same(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    a text := result_in('native', statement);
    b text := result_in('converted', statement);
BEGIN
    RETURN CASE WHEN a IS NOT DISTINCT FROM b THEN a ELSE format('native: %s, converted: %s', a, b) END;
END $$;
-- Rows of the two schemas that differ, in any table.
CREATE FUNCTION differences() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    t text;
    n bigint;
    total bigint := 0;
BEGIN
    FOREACH t IN ARRAY '{events,notes,log,sensors,by_sensor,keeper}'::text[] LOOP
        EXECUTE format('SELECT count(*) FROM ((SELECT a::text FROM native.%1$I AS a EXCEPT ALL SELECT b::text FROM converted.%1$I AS b)
            UNION ALL (SELECT b::text FROM converted.%1$I AS b EXCEPT ALL SELECT a::text FROM native.%1$I AS a)) AS d', t) INTO n;
        total := total + n;
    END LOOP;
    RETURN total;
END $$;

CREATE SCHEMA native;
CREATE SCHEMA converted;
CALL build('native', 'PARTITION BY RANGE (time)');
CREATE TABLE native.first PARTITION OF native.events FOR VALUES FROM ('2024-01-01') TO ('2024-06-01');
CREATE TABLE native.others PARTITION OF native.events DEFAULT;
CALL fill('native');
CALL build('converted', '');
-- What only an ordinary table can have.
ALTER TABLE converted.events SET (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_vacuum_threshold = 77);
ALTER TABLE converted.events CLUSTER ON events_newest;
CALL fill('converted');
ANALYZE native.events, converted.events;

-- Plans made before, one of them generic.
SET search_path = converted, public;
SET plan_cache_mode = force_generic_plan;
PREPARE count_events (int) AS SELECT count(*) FROM events WHERE sensor = $1;
PREPARE add_event (float8) AS INSERT INTO events (time, v) VALUES ('2030-01-01', $1) RETURNING v;
EXECUTE count_events(1);
BEGIN;
EXECUTE add_event(3);
ROLLBACK;
RESET plan_cache_mode;
BEGIN;
SELECT add(4) > 0 AS added;
ROLLBACK;
SELECT setval('native.events_id_seq', 100), setval('converted.events_id_seq', 100), setval('native.events_number_seq', 100), setval('converted.events_number_seq', 100),
    setval('native.log_n_seq', 100), setval('converted.log_n_seq', 100);
RESET search_path;

-- Converted and taken back: nothing shows it.
CREATE TABLE facts_before AS SELECT facts('converted') AS fact;
BEGIN;
SAVEPOINT before;
SELECT created FROM create_hypertable('converted.events', 'time', create_default_indexes => false, migrate_data => true);
SELECT count(*), count(DISTINCT tableoid) FROM converted.events;
ROLLBACK TO before;
SELECT count(*), count(DISTINCT tableoid) FROM converted.events;
SET LOCAL search_path = converted, public;
EXECUTE count_events(1);
COMMIT;
SELECT facts('converted') EXCEPT ALL SELECT fact FROM facts_before;
SELECT fact FROM facts_before EXCEPT ALL SELECT facts('converted');
SELECT differences();

-- Converted: the same OID, and the catalogs of a table that was created partitioned.
SELECT 'converted.events'::regclass::oid AS before \gset
SELECT created FROM create_hypertable('converted.events', 'time', create_default_indexes => false, migrate_data => true);
SELECT 'converted.events'::regclass::oid = :before AS same_oid;
SELECT count(*) > 100 AS many FROM facts('native');
SELECT 'converted' AS only_in, facts('converted') EXCEPT ALL SELECT 'converted', facts('native');
SELECT 'native' AS only_in, facts('native') EXCEPT ALL SELECT 'native', facts('converted');
SELECT differences();

-- No statistics or counts of the rows that went; storage parameters have moved to the chunks.
SELECT count(*) FROM pg_statistic WHERE starelid = 'converted.events'::regclass AND NOT stainherit;
SELECT count(*) FROM pg_statistic_ext_data d JOIN pg_statistic_ext s ON s.oid = stxoid WHERE stxrelid = 'converted.events'::regclass AND NOT stxdinherit;
SELECT pg_stat_force_next_flush();
SELECT sum(n_live_tup) FROM pg_stat_user_tables WHERE relid = 'converted.events'::regclass;
SELECT sum(n_live_tup) FROM pg_stat_user_tables WHERE relid IN (SELECT relation FROM varve_catalog.chunk);
SELECT storage_options FROM varve_catalog.hypertable;
SELECT DISTINCT c.reloptions, t.reloptions AS toast FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid JOIN pg_class t ON t.oid = c.reltoastrelid
WHERE inhparent = 'converted.events'::regclass;

-- Statements of every kind.
SELECT same('SELECT count(*), sum(v), sum(length(doc)), sum(twice), max(number) FROM events');
SELECT same('INSERT INTO events (time, sensor, v, doc) VALUES (''2024-06-01'', 3, 77, ''x''), (''2019-01-01'', 4, 1, ''y'')');
SELECT same('INSERT INTO events DEFAULT VALUES RETURNING id, number, time, v, twice');
SELECT same('INSERT INTO events (time, v) VALUES (NULL, 1)');
SELECT same('INSERT INTO events (time, v) VALUES (''1999-01-01'', 1)');
SELECT same('INSERT INTO events (v) VALUES (-1)');
SELECT same('INSERT INTO events (sensor) VALUES (99)');
SELECT same('INSERT INTO events (id, time) VALUES (1, ''2024-01-02'')');
SELECT same('INSERT INTO events (number) VALUES (1)');
SELECT same('INSERT INTO events (id, time, v) VALUES (1, ''2024-01-02'', 60) ON CONFLICT (id, time) DO UPDATE SET v = excluded.v');
SELECT same('UPDATE events SET v = v + 1 WHERE sensor = 2');
SELECT same('UPDATE events SET time = time + interval ''1 year'' WHERE id = 8 RETURNING time');
SELECT same('DELETE FROM events WHERE id = 14');
SELECT same('DELETE FROM sensors WHERE id = 5');
SELECT same('INSERT INTO notes VALUES (7, ''2024-01-08'', ''more'')');
SELECT same('INSERT INTO notes VALUES (7, ''2024-01-09'', ''wrong'')');
SELECT same('MERGE INTO events e USING (VALUES (9, 1.5), (1000, 2.5)) AS m(id, v) ON m.id = e.id WHEN MATCHED THEN UPDATE SET v = m.v WHEN NOT MATCHED THEN INSERT (id, time, v) VALUES (m.id, ''2031-01-01'', m.v)');
SELECT same('UPDATE big_events SET v = 9 WHERE id = 20');
SELECT same('UPDATE big_events SET v = 1 WHERE id = 20');
SELECT same('INSERT INTO big_events (time, sensor, v) VALUES (''2032-01-01'', 1, 10)');
SELECT same('INSERT INTO ruled VALUES (''2033-01-01'', 1)');
SELECT same('SELECT count(*), sum(sensor_id) FROM joined');
SELECT same('SELECT total()');
SELECT same('SELECT id, time, v FROM newest()');
SELECT same('SELECT add(5)');
SELECT same('REFRESH MATERIALIZED VIEW by_sensor');
SELECT same('SELECT sum((e).v), max((e).time) FROM keeper');
SELECT same('INSERT INTO keeper SELECT e FROM events e WHERE id = 30');
SELECT same('SET CONSTRAINTS ALL IMMEDIATE');
SELECT same('SELECT string_agg(what, '','' ORDER BY n) FROM log');
SELECT differences();
SET search_path = converted, public;
EXECUTE count_events(1);
EXECUTE add_event(3);
RESET search_path;
DELETE FROM converted.events WHERE time = '2030-01-01';
SELECT setval('native.events_id_seq', 200), setval('converted.events_id_seq', 200), setval('native.events_number_seq', 200), setval('converted.events_number_seq', 200);
TRUNCATE native.log, converted.log RESTART IDENTITY;
SELECT differences();

-- Row-level security and column grants.
GRANT USAGE ON SCHEMA public TO regress_reader;
SET ROLE regress_reader;
SELECT same('SELECT count(*), sum(v) FROM events');
SELECT same('UPDATE events SET v = 44 WHERE id IN (10, 11)');
SELECT same('UPDATE events SET doc = ''no''');
SELECT same('DELETE FROM events');
RESET ROLE;
SELECT differences();

-- Indexes are used, in chunks as well.
SET search_path = converted, public;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS off) SELECT v FROM events WHERE sensor = 3 AND v > 5 AND time >= '2024-02-01' AND time < '2024-02-08';
EXPLAIN (COSTS off) SELECT * FROM events WHERE time >= '2024-02-01' AND time < '2024-02-08' ORDER BY time DESC LIMIT 1;
RESET enable_seqscan;
RESET enable_bitmapscan;
RESET search_path;

-- DDL afterwards.
SELECT same('ALTER TABLE events ADD added int DEFAULT 5');
SELECT same('INSERT INTO events (time, added) VALUES (''2035-01-01'', 6)');
SELECT same('ALTER TABLE events DROP doc');
SET client_min_messages = warning;
SELECT same('ALTER TABLE events DROP doc CASCADE');
RESET client_min_messages;
SELECT same('CREATE INDEX events_added ON events (added, time)');
SELECT same('ALTER TABLE events ADD CONSTRAINT added_check CHECK (added < 100)');
SELECT same('INSERT INTO events (time, added) VALUES (''2036-01-01'', 100)');
SELECT same('ALTER TABLE events ADD CONSTRAINT added_key UNIQUE (added, id)');
SELECT same('ALTER TABLE events RENAME v TO value');
SELECT same('ALTER TABLE events RENAME CONSTRAINT sane TO saner');
SELECT same('ALTER TABLE events ALTER added SET NOT NULL');
SELECT same('ALTER TABLE events ALTER added TYPE bigint');
SELECT same('ALTER TABLE keeper DROP e');
SELECT same('ALTER TABLE events ALTER added TYPE bigint');
SELECT same('ALTER TABLE events ALTER time TYPE date');
SELECT same('ALTER TABLE events DROP time');
SELECT same('CREATE TRIGGER later BEFORE DELETE ON events FOR EACH ROW EXECUTE FUNCTION log_row()');
SELECT same('INSERT INTO events (time, value) VALUES (''2037-01-01'', 8)');
SELECT same('DELETE FROM events WHERE time > ''2034-01-01''');
SELECT same('DROP INDEX events_partial');
SELECT same('ANALYZE events');
SELECT same('TABLE log');
SELECT differences();
VACUUM converted.events;
VACUUM (ANALYZE) converted.events;
REINDEX TABLE converted.events;
SELECT count(*) > 0 AS analyzed FROM pg_statistic WHERE starelid = 'converted.events'::regclass AND stainherit;
SELECT 'converted' AS only_in, facts('converted') EXCEPT ALL SELECT 'converted', facts('native');
SELECT 'native' AS only_in, facts('native') EXCEPT ALL SELECT 'native', facts('converted');

-- TRUNCATE and DROP; nothing is left.
SELECT same('TRUNCATE events');
SELECT same('TRUNCATE events CASCADE');
SELECT same('SELECT count(*) FROM events');
SELECT same('INSERT INTO events (time, value) VALUES (''2024-01-02'', 8)');
SELECT same('SELECT time, value FROM events');
SELECT same('DROP TABLE events');
SET client_min_messages = warning;
SELECT same('DROP TABLE events CASCADE');
RESET client_min_messages;
SELECT (SELECT count(*) FROM varve_catalog.hypertable) AS hypertables, (SELECT count(*) FROM varve_catalog.chunk) AS chunks,
    (SELECT count(*) FROM pg_class WHERE relname ~ '_hyper_|^events') AS relations;
SELECT same('SELECT count(*), count(time) FROM notes');

DROP PUBLICATION native, converted;
DROP OWNED BY regress_reader;
DROP ROLE regress_reader;
