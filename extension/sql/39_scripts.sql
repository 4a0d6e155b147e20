-- What scripts ask about single chunks, and do with them.

CREATE FUNCTION varve_catalog.refuse_frozen() RETURNS trigger
AS 'MODULE_PATHNAME', 'varve_refuse_frozen'
LANGUAGE C;
COMMENT ON FUNCTION varve_catalog.refuse_frozen() IS 'what holds back who changes a frozen chunk';

CREATE FUNCTION _timescaledb_functions.freeze_chunk(chunk regclass) RETURNS boolean
AS 'MODULE_PATHNAME', 'varve_freeze_chunk'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION _timescaledb_functions.freeze_chunk(regclass) IS 'lets nobody change, convert or drop a chunk';

CREATE FUNCTION _timescaledb_functions.unfreeze_chunk(chunk regclass) RETURNS boolean
AS 'MODULE_PATHNAME', 'varve_unfreeze_chunk'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION _timescaledb_functions.unfreeze_chunk(regclass) IS 'lets a frozen chunk be changed again';

CREATE FUNCTION _timescaledb_functions.drop_chunk(chunk regclass) RETURNS boolean
AS 'MODULE_PATHNAME', 'varve_drop_chunk'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION _timescaledb_functions.drop_chunk(regclass) IS 'drops one chunk, as drop_chunks() does';

CREATE FUNCTION _timescaledb_functions.show_chunk(chunk regclass)
RETURNS TABLE(chunk_id integer, hypertable_id integer, schema_name name, table_name name, relkind "char", slices jsonb)
AS 'MODULE_PATHNAME', 'varve_show_chunk'
LANGUAGE C STABLE PARALLEL SAFE ROWS 1;
COMMENT ON FUNCTION _timescaledb_functions.show_chunk(regclass) IS 'a chunk and its range, in microseconds from 1970 or integers';

CREATE FUNCTION _timescaledb_functions.create_chunk(
    hypertable  regclass,
    slices      jsonb,
    schema_name name = NULL,
    table_name  name = NULL,
    chunk_table regclass = NULL)
RETURNS TABLE(chunk_id integer, hypertable_id integer, schema_name name, table_name name, relkind "char", slices jsonb, created boolean)
AS 'MODULE_PATHNAME', 'varve_create_chunk'
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1;
COMMENT ON FUNCTION _timescaledb_functions.create_chunk(regclass, jsonb, name, name, regclass) IS
    'the chunk of a range, made if it does not exist, of a table if one is given';

CREATE FUNCTION _timescaledb_functions.chunk_id_from_relid(relid oid) RETURNS integer
AS 'MODULE_PATHNAME', 'varve_chunk_id_from_relid'
LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _timescaledb_functions.chunk_id_from_relid(oid) IS 'the id of a chunk';

CREATE FUNCTION _timescaledb_functions.chunk_status(chunk regclass) RETURNS integer
AS 'MODULE_PATHNAME', 'varve_chunk_status'
LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _timescaledb_functions.chunk_status(regclass) IS
    'the sum of 1 (in columns), 4 (frozen), 8 (rows beside the columns)';

CREATE FUNCTION _timescaledb_functions.chunk_status_text(status integer) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN array_remove(ARRAY[
    CASE WHEN status & 1 <> 0 THEN 'COMPRESSED' END,
    CASE WHEN status & 2 <> 0 THEN 'UNORDERED' END,
    CASE WHEN status & 4 <> 0 THEN 'FROZEN' END,
    CASE WHEN status & 8 <> 0 THEN 'PARTIAL' END], NULL);
COMMENT ON FUNCTION _timescaledb_functions.chunk_status_text(integer) IS 'chunk_status() in words';

CREATE FUNCTION _timescaledb_functions.chunk_status_text(chunk regclass) RETURNS text[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN _timescaledb_functions.chunk_status_text(_timescaledb_functions.chunk_status(chunk));
COMMENT ON FUNCTION _timescaledb_functions.chunk_status_text(regclass) IS 'the status of a chunk in words';

-- The same for the views, which must not fail for a chunk that goes meanwhile.
CREATE FUNCTION varve_catalog.status_of(chunk oid) RETURNS integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (SELECT CASE WHEN NOT varve_catalog.is_columnar(r.relam) THEN 0 WHEN pg_relation_size(r.oid) > 0 THEN 9 ELSE 1 END
    + CASE WHEN EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = r.oid AND t.tgenabled = 'A' AND t.tgtype & 1 = 1
        AND t.tgfoid = 'varve_catalog.refuse_frozen()'::regprocedure) THEN 4 ELSE 0 END
    FROM pg_class r WHERE r.oid = chunk);
COMMENT ON FUNCTION varve_catalog.status_of(oid) IS 'what chunk_status() gives';

-- What a conversion does to a chunk that is in columns, by the names of its parts elsewhere.
CREATE FUNCTION _timescaledb_functions.recompress_chunk_segmentwise(uncompressed_chunk regclass, if_compressed boolean = true)
RETURNS regclass
AS 'MODULE_PATHNAME', 'varve_recompress_chunk_segmentwise'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION _timescaledb_functions.recompress_chunk_segmentwise(regclass, boolean) IS
    'puts what has changed in a columnar chunk into its columns';

CREATE FUNCTION _timescaledb_functions.compact_chunk(chunk regclass, max_batches integer = 0)
RETURNS regclass
AS 'MODULE_PATHNAME', 'varve_compact_chunk'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION _timescaledb_functions.compact_chunk(regclass, integer) IS
    'puts what has changed in a columnar chunk into its columns, all at once whatever max_batches says';

CREATE PROCEDURE _timescaledb_functions.rebuild_columnstore(chunk regclass)
AS 'MODULE_PATHNAME', 'varve_rebuild_columnstore'
LANGUAGE C;
COMMENT ON PROCEDURE _timescaledb_functions.rebuild_columnstore(regclass) IS 'writes all columns of a columnar chunk anew';

CREATE FUNCTION _timescaledb_functions.rebuild_sparse_index(chunk regclass, force boolean = false)
RETURNS void
AS 'MODULE_PATHNAME', 'varve_rebuild_sparse_index'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION _timescaledb_functions.rebuild_sparse_index(regclass, boolean) IS
    'writes a columnar chunk anew if its bloom filters or its order are not what the options say, or if it is forced';
