-- The table access method of chunks whose rows are in columns. Users get it by compressing a chunk; a
-- table made with it is a heap until something writes row groups into it.

CREATE FUNCTION varve_catalog.varve_columnar_handler(internal) RETURNS table_am_handler
AS 'MODULE_PATHNAME', 'varve_columnar_handler' LANGUAGE C;

CREATE ACCESS METHOD varve_columnar TYPE TABLE HANDLER varve_catalog.varve_columnar_handler;
COMMENT ON ACCESS METHOD varve_columnar IS 'rows in a heap, and older ones in columns';
