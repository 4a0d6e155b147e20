-- The version of the extension in this database, or null.
SELECT (SELECT extversion FROM pg_extension WHERE extname = 'varve')
