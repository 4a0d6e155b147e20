-- Rows lie in row groups in the order that the options say: sorted in memory, on disk, or in runs where they
-- turn out larger than they seemed.
SET timezone = 'UTC';
CREATE COLLATION spoken (provider = icu, locale = 'und');
CREATE TABLE metric (time timestamptz NOT NULL, id int, f float8, r real, t text, c text COLLATE "C", s text COLLATE spoken, n numeric, d date, b bytea, o oid);
SELECT create_hypertable('metric', by_range('time', interval '20 years'));
INSERT INTO metric SELECT '2024-01-01 00:00Z'::timestamptz + (g::int8 * 7919 % 100003) * interval '1 minute', g, CASE g % 20 WHEN 0 THEN 'NaN' WHEN 1 THEN NULL WHEN 2 THEN '-0' WHEN 3 THEN '0' ELSE (g * 37 % 1009)::float8 END,
    CASE WHEN g % 9 > 0 THEN g * 41 % 53 - 20 END, 'tag ' || g % 17, CASE WHEN g % 11 > 0 THEN 'C' || g % 23 END, CASE g % 4 WHEN 0 THEN 'ä' WHEN 1 THEN 'Z' WHEN 2 THEN 'a' ELSE 'é' END || g % 5,
    g * 31 % 101 / 4.0, '2024-01-01'::date - g % 50, decode(md5((g % 30)::text), 'hex'), (g::int8 * 715000 % 4294967291)::oid
FROM generate_series(1, 5000) g;
CREATE TABLE twin AS TABLE metric;
CREATE FUNCTION ordered_by(segmentby text, orderby text, expected text) RETURNS TABLE (columnar bigint, misplaced bigint, lost bigint) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE metric SET (tsdb.enable_columnstore, tsdb.segmentby = %L, tsdb.orderby = %L)', segmentby, orderby);
    PERFORM compress_chunk(c, recompress => true) FROM show_chunks('metric') c;
    SELECT sum(columnar_rows) INTO columnar FROM varve_catalog.columnar_chunk;
    -- A scan goes through row groups and rows as they lie. Rows that are equal may lie in any order.
    EXECUTE format('SELECT count(*) FROM (SELECT row_number() OVER () AS place, id FROM metric) r
        JOIN (SELECT id, rank() OVER w AS first, rank() OVER w + count(*) OVER (PARTITION BY %1$s) - 1 AS last FROM metric WINDOW w AS (ORDER BY %2$s)) w USING (id)
        WHERE place NOT BETWEEN first AND last', regexp_replace(expected, '( DESC| NULLS FIRST| NULLS LAST)', '', 'g'), expected) INTO misplaced;
    SELECT count(*) INTO lost FROM ((TABLE metric EXCEPT ALL TABLE twin) UNION ALL (TABLE twin EXCEPT ALL TABLE metric)) d;
    RETURN NEXT;
END $$;
SET max_parallel_workers_per_gather = 0;
SET synchronize_seqscans = off;
SELECT * FROM ordered_by('', 'id DESC', 'id DESC');
SELECT * FROM ordered_by('c', 'f, id', 'c, f, id');
SELECT * FROM ordered_by('t', 'r DESC, f DESC NULLS LAST', 't COLLATE "C", r DESC, f DESC NULLS LAST, time DESC');
SELECT * FROM ordered_by('b', 'd NULLS FIRST, o', 'b, d NULLS FIRST, o, time DESC');
SELECT * FROM ordered_by('d, c', 'r NULLS FIRST', 'd, c, r NULLS FIRST, time DESC');
-- Not in memory: no order of integers.
SELECT * FROM ordered_by('n', 'id', 'n, id');
SELECT * FROM ordered_by('', 's DESC, id', 's DESC, id');
SELECT * FROM ordered_by('s', 'n DESC', 's COLLATE "C", n DESC, time DESC');
-- Too large for it.
SET maintenance_work_mem = '1MB';
INSERT INTO metric SELECT time, id + 5000, f, r, t, c, s, n, d, b, o FROM metric;
INSERT INTO metric SELECT time, id + 10000, f, r, t, c, s, n, d, b, o FROM metric;
DROP TABLE twin; CREATE TABLE twin AS TABLE metric;
SELECT * FROM ordered_by('t', 'id', 't COLLATE "C", id');
-- Larger than it seems: each run is in order, and all rows are there.
TRUNCATE metric;
INSERT INTO metric (time, id, t) SELECT '2024-01-01 00:00Z', g, repeat('compresses well ', 2000) || g FROM generate_series(1, 500) g;
DROP TABLE twin; CREATE TABLE twin AS TABLE metric;
SELECT columnar, misplaced > 0 AS in_runs, lost FROM ordered_by('', 'id DESC', 'id DESC');
SELECT row_groups > 5 AS several FROM varve_catalog.columnar_chunk;
