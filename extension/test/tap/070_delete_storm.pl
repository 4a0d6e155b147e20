# Sessions that delete by vectors, delete, update and lock single rows of the same vectors, at once: each row goes
# once, or stays. Whoever deletes counts it in the same transaction; some roll back.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seconds = $ENV{VARVE_STORM_SECONDS} // 10;
my $node = PostgreSQL::Test::Cluster->new('storm');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\nfsync = off\njit = off\nautovacuum = off");
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION varve;
    CREATE TABLE t (id int PRIMARY KEY, v int NOT NULL, n int NOT NULL DEFAULT 0);
    SELECT create_hypertable('t', by_range('id', 1000000));
    ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.orderby = 'id');
    INSERT INTO t SELECT g, g % 1000 FROM generate_series(1, 40000) g;
    SELECT compress_chunk(c) FROM show_chunks('t') c;
    VACUUM ANALYZE t;
    CREATE TABLE log (deleted bigint, updated bigint);
    CREATE PROCEDURE change(statement text) LANGUAGE plpgsql AS $$
    DECLARE
        changed bigint;
    BEGIN
        EXECUTE statement;
        GET DIAGNOSTICS changed = ROW_COUNT;
        INSERT INTO log VALUES (CASE WHEN statement LIKE 'DELETE%' THEN changed ELSE 0 END, CASE WHEN statement LIKE 'UPDATE%' THEN changed ELSE 0 END);
    END $$;
});
like($node->safe_psql('postgres', 'EXPLAIN DELETE FROM t WHERE v = 7'), qr/Vectorized Delete: true/, 'rows are deleted by vectors');

sub script
{
    my ($name, $text) = @_;
    my $file = $PostgreSQL::Test::Utils::tmp_check . "/$name.sql";
    append_to_file($file, $text);
    return $file;
}
my %scripts = (
    # By vectors there is no RETURNING: the procedure counts.
    by_vectors => "\\set v random(0, 999)\nCALL change('DELETE FROM t WHERE v IN (' || :v || ', ' || :v + 1 || ')');\n",
    undone => "\\set v random(0, 999)\nBEGIN;\nDELETE FROM t WHERE v = :v;\nROLLBACK;\n",
    one => "\\set id random(1, 40000)\nCALL change('DELETE FROM t WHERE id = ' || :id);\n",
    update => "\\set id random(1, 39990)\nCALL change('UPDATE t SET n = n + 1 WHERE id BETWEEN ' || :id || ' AND ' || :id + 2);\n",
    lock => "\\set id random(1, 40000)\nBEGIN;\nSELECT FROM t WHERE id = :id FOR UPDATE;\nCOMMIT;\n",
    again => "\\set v random(0, 999)\nBEGIN ISOLATION LEVEL REPEATABLE READ;\nSELECT count(*) FROM log;\nSAVEPOINT a;\nDELETE FROM t WHERE v = :v;\nROLLBACK TO a;\nROLLBACK;\n",
);
my @files = map { ('-f', script($_, $scripts{$_})) } sort keys %scripts;
# Serialization failures and deadlocks end a transaction of pgbench, which tries again.
command_ok([ 'pgbench', '-n', '-c', '8', '-j', '2', '-T', $seconds, '--max-tries', '1000', @files, $node->connstr('postgres') ], 'sessions change rows');
my ($deleted, $updated) = split /\|/, $node->safe_psql('postgres', 'SELECT sum(deleted), sum(updated) FROM log');
cmp_ok($deleted, '>', 500, 'rows were deleted');
cmp_ok($updated, '>', 50, 'rows were updated');
is($node->safe_psql('postgres', 'SELECT count(*) + (SELECT sum(deleted) FROM log) FROM t'), '40000', "each of $deleted rows was deleted once");
is($node->safe_psql('postgres', 'SET varve.enable_vectorized = off; SELECT count(*) + (SELECT sum(deleted) FROM log) FROM t'), '40000', 'row by row, too');
is($node->safe_psql('postgres', 'SELECT count(*) - count(DISTINCT id) FROM t'), '0', 'no row is there twice');
$node->stop;
done_testing();
