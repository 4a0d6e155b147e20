# A deleted row may be one that somebody still sees, by a snapshot that counts in transactions of other databases, while
# its values out of line are gone, which those do not hold back. Chunks with such rows become columns and rows again, are split and merged.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\nautovacuum = off");
$node->start;
sub run { return $node->safe_psql('postgres', $_[0]); }

run(q{CREATE EXTENSION varve;
    CREATE TABLE t (time timestamptz NOT NULL, id int, note text, gone text);
    SELECT create_hypertable('t', by_range('time', interval '1 day'), create_default_indexes => false);
    ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id');
    ALTER TABLE t ALTER note SET STORAGE external, ALTER gone SET STORAGE external;
    INSERT INTO t SELECT '2024-01-01', g, repeat(md5(g::text), 300), repeat(md5(g::text), 100) FROM generate_series(1, 20) g});
my $chunk = run(q{SELECT show_chunks('t')});
my $vacuum_values = run("SELECT 'VACUUM ' || reltoastrelid::regclass FROM pg_class WHERE oid = '$chunk'::regclass");
my $rows = q{SELECT count(*), sum(length(note)), md5(string_agg(note, '' ORDER BY id)) FROM t};

my $elsewhere = $node->background_psql('template1');
$elsewhere->query_safe('BEGIN; SELECT txid_current()');

# Deleted, replaced, by a transaction that is newer than the one elsewhere; and a row with a column that is dropped.
run('DELETE FROM t WHERE id = 3');
run(q{UPDATE t SET note = 'short' WHERE id = 4});
run('BEGIN; UPDATE t SET note = note || note WHERE id = 5; SAVEPOINT s; DELETE FROM t WHERE id = 6; ROLLBACK TO s; COMMIT');
run('ALTER TABLE t DROP gone');
my $expected = run($rows);
run($vacuum_values);
is(run("SELECT compress_chunk('$chunk')"), $chunk, 'to columns');
is(run($rows), $expected, 'with the rows that are there');
# Versions beside the columns.
run(q{INSERT INTO t SELECT '2024-01-01', g, repeat(md5(g::text), 300) FROM generate_series(21, 30) g});
run('DELETE FROM t WHERE id IN (7, 22)');
run('UPDATE t SET note = note || 1 WHERE id IN (8, 23)');
$expected = run($rows);
run($_) for run("SELECT 'VACUUM ' || reltoastrelid::regclass FROM pg_class WHERE oid = '$chunk'::regclass");
run("SELECT compress_chunk('$chunk')");
is(run($rows), $expected, 'again');
run('UPDATE t SET note = note || 1 WHERE id IN (9, 24)');
run('DELETE FROM t WHERE id = 24');
$expected = run($rows);
run($_) for run("SELECT 'VACUUM ' || reltoastrelid::regclass FROM pg_class WHERE oid = '$chunk'::regclass");
is(run("SELECT decompress_chunk('$chunk')"), $chunk, 'and to rows');
is(run($rows), $expected, 'with the rows that are there');
# Split and merged, as rows and in columns.
for my $settle ('SELECT 1', q{SELECT compress_chunk(c) FROM show_chunks('t') c})
{
    run($settle);
    run('UPDATE t SET note = note || 2 WHERE id IN (10, 25)');
    run('DELETE FROM t WHERE id IN (11, 26)');
    run('UPDATE t SET note = note || 3 WHERE id IN (10, 25)');
    $expected = run($rows);
    my $vacuum = q{SELECT 'VACUUM ' || reltoastrelid::regclass FROM show_chunks('t') c JOIN pg_class r ON r.oid = c};
    run($_) for split /\n/, run($vacuum);
    run("CALL split_chunk('$chunk')");
    is(run($rows), $expected, 'split');
    run('UPDATE t SET note = note || 4 WHERE id IN (12, 27)');
    $expected = run($rows);
    run($_) for split /\n/, run($vacuum);
    run(q{DO $$ BEGIN EXECUTE format('CALL merge_chunks(%L::regclass[])', (SELECT array_agg(c) FROM show_chunks('t') c)); END $$});
    is(run($rows), $expected, 'and merged');
}
$elsewhere->quit;

$node->stop;
done_testing();
