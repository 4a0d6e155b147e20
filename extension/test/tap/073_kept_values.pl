# A conversion copies row versions that are dead to new snapshots alone. VACUUM of the TOAST table, which asks nobody who works on
# the table, must not remove their values out of line meanwhile.
use strict;
use warnings;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\nautovacuum = off\n");
$node->start;
sub sql { return $node->safe_psql('postgres', $_[0]); }
sql(q{
    CREATE EXTENSION varve;
    CREATE TABLE t (id int PRIMARY KEY, note text);
    SELECT create_hypertable('t', by_range('id', 1000));
    ALTER TABLE t ALTER note SET STORAGE EXTERNAL, SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id');
    INSERT INTO t SELECT g, repeat('long ', 2000) FROM generate_series(1, 20) g;
});
my $chunk = sql(q{SELECT c::oid::regclass FROM show_chunks('t') c});
my $toast = sql("SELECT reltoastrelid::regclass FROM pg_class WHERE oid = '$chunk'::regclass");

for my $conversion ("SELECT compress_chunk('$chunk')", "SELECT compress_chunk('$chunk', recompress => true)", "SELECT decompress_chunk('$chunk')") {
    sql(q{INSERT INTO t SELECT g, repeat('late ', 2000) FROM generate_series(21, 30) g; DELETE FROM t WHERE id = 25}) if $conversion !~ /decompress/;
    # The oldest snapshot does not see that the rows are gone; the conversion begins while it is there, and lasts longer.
    my $reader = $node->background_psql('postgres');
    $reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class;');
    sql('DELETE FROM t WHERE id BETWEEN 21 AND 24 OR id = 3');
    my $writer = $node->background_psql('postgres');
    $writer->query_safe('BEGIN; INSERT INTO t VALUES (900);');
    my %work = (out => '', err => '');
    $work{run} = IPC::Run::start([ $node->installed_command('psql'), '-XAtq', '-d', $node->connstr('postgres'), '-c', $conversion ], '<', \undef, '>', \$work{out}, '2>', \$work{err});
    ok($node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = '$chunk'::regclass AND mode = 'ExclusiveLock' AND NOT granted)"), "$conversion waits for who writes");
    $reader->query_safe('COMMIT;');
    my (undef, undef, $said) = $node->psql('postgres', "VACUUM (SKIP_LOCKED) $toast");
    like($said, qr/skipping vacuum of .* lock not available/, 'VACUUM leaves values alone meanwhile');
    $writer->query_safe('ROLLBACK;');
    $_->quit for $reader, $writer;
    $work{run}->finish;
    is($work{err} . $work{out}, "$chunk\n", 'it does its work');
    is(sql('SELECT count(*), count(DISTINCT note), sum(length(note)), sum(id) FROM t WHERE id < 21'), '19|1|190000|207', 'rows are what they were');
    sql('VACUUM t');
    sql('DELETE FROM t WHERE id > 20; INSERT INTO t VALUES (3, repeat(\'long \', 2000))');
}
$node->stop;
done_testing();
