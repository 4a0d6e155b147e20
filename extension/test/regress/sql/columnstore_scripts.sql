-- What scripts call parts of a conversion: recompress_chunk_segmentwise, compact_chunk, rebuild_columnstore,
-- rebuild_sparse_index. All of them take chunks that are in columns already.
\set VERBOSITY terse
SET timezone = 'UTC';
SET search_path = _timescaledb_functions, public;
CREATE TABLE metric (time timestamptz NOT NULL, device int, id uuid);
SELECT created FROM create_hypertable('metric', by_range('time', interval '1 day'));
INSERT INTO metric SELECT timestamptz '2024-01-01' + i * interval '1 minute', i % 10, md5(i::text)::uuid FROM generate_series(0, 1439) i;
ALTER TABLE metric SET (tsdb.enable_columnstore, tsdb.segmentby = 'device', tsdb.orderby = 'time');
SELECT show_chunks AS chunk FROM show_chunks('metric') \gset
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
CREATE VIEW state AS
SELECT columnar_rows, row_groups, sparse_index, chunk_status_text(:'chunk'::regclass) AS status, (SELECT count(*) FROM metric) AS rows
FROM varve_catalog.columnar_chunk;
CREATE VIEW form AS SELECT format(f, :'chunk') AS form FROM unnest(ARRAY[
    'SELECT recompress_chunk_segmentwise(%L)', 'SELECT compact_chunk(%L)', 'CALL rebuild_columnstore(%L)', 'SELECT rebuild_sparse_index(%L)']) f;

-- A chunk of rows, and what is none.
SELECT refusal(form), form FROM form;
SELECT refusal(format(f, w)), w FROM unnest('{metric,varve_catalog.chunk}'::text[]) w,
    unnest(ARRAY['SELECT recompress_chunk_segmentwise(%L)', 'SELECT compact_chunk(%L)', 'CALL rebuild_columnstore(%L)', 'SELECT rebuild_sparse_index(%L)']) f;
SELECT recompress_chunk_segmentwise(NULL);
SELECT compact_chunk(NULL);
CALL rebuild_columnstore(NULL);
SELECT rebuild_sparse_index(NULL);

-- Nothing to do.
SELECT compress_chunk(:'chunk');
SELECT recompress_chunk_segmentwise(:'chunk');
SELECT refusal(format('SELECT recompress_chunk_segmentwise(%L, if_compressed => false)', :'chunk'));
SELECT compact_chunk(:'chunk', max_batches => 10);
SELECT rebuild_sparse_index(:'chunk');
TABLE state;

-- Late rows.
INSERT INTO metric SELECT timestamptz '2024-01-01' + i * interval '61 seconds', i % 10, md5(i::text)::uuid FROM generate_series(0, 99) i;
TABLE state;
SELECT recompress_chunk_segmentwise(uncompressed_chunk => :'chunk', if_compressed => false);
TABLE state;
INSERT INTO metric VALUES ('2024-01-01 01:00', 1, NULL);
SELECT compact_chunk(chunk => :'chunk');
TABLE state;
CALL rebuild_columnstore(:'chunk');
TABLE state;

-- Filters: as the option says, at once.
ALTER TABLE metric SET (tsdb.sparse_index = 'bloom(id)');
SELECT compress_chunk(:'chunk');
SELECT sparse_index FROM state;
SELECT rebuild_sparse_index(:'chunk');
SELECT sparse_index FROM state;
SELECT rebuild_sparse_index(:'chunk');
SELECT rebuild_sparse_index(:'chunk', force => true);
BEGIN READ ONLY;
SELECT rebuild_sparse_index(:'chunk', force => true);
ROLLBACK;
SELECT freeze_chunk(:'chunk');
SELECT refusal(form), form FROM form;
DROP TABLE metric CASCADE;
