-- The extension installs with what PostgreSQL needs to know of it.
SELECT extname, extrelocatable, extversion = varve_version() AS library_matches
FROM pg_extension WHERE extname = 'varve';
