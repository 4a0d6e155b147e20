# What exchanges a chunk's files waits at its end for who has read the chunk. If he then waits for it, as to write into the
# chunk, it gives way, and he goes on: neither is the victim of a deadlock. Who does not is waited for.
use strict;
use warnings;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\n");
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION varve;
    CREATE TABLE t (id int, v int, PRIMARY KEY (id));
    SELECT create_hypertable('t', by_range('id', 1000));
    ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id');
    INSERT INTO t SELECT g, g FROM generate_series(1, 500) g;
    INSERT INTO t VALUES (1000, 0);
});
my $chunk = '_timescaledb_internal._hyper_1_1_chunk';
my $state = "SELECT count(*), sum(v), (SELECT bool_or(is_compressed) FROM timescaledb_information.chunks) FROM t";

# Runs statements, of which the last one's first wait is of this length, until it has done its work and waits for readers: then
# ShareUpdateExclusiveLock is not all it has, and it is awake each 10 ms.
sub start_work {
    my ($statement, $wait) = @_;
    my %work = (out => '', err => '');
    my @commands = map { ('-c', $_) } "SET application_name = 'worker'", "SET deadlock_timeout = '$wait'", @$statement;
    $work{run} = IPC::Run::start([ $node->installed_command('psql'), '-XAtq', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres'), @commands ],
        '<', \undef, '>', \$work{out}, '2>', \$work{err});
    $node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE a.application_name = 'worker'
        AND a.wait_event_type = 'Extension' AND l.relation = '$chunk'::regclass AND l.mode = 'ExclusiveLock' AND l.granted)") or die "no work: $work{err}";
    return \%work;
}

for my $statement ("SELECT compress_chunk('$chunk')", "SELECT reorder_chunk('$chunk', 't_pkey')", "CALL split_chunk('$chunk', 250)",
    "CALL merge_chunks('$chunk', '_timescaledb_internal._hyper_1_2_chunk')") {
    for my $change ('INSERT INTO t VALUES (501, 501)', 'ALTER TABLE t ADD COLUMN w int', 'LOCK TABLE t') {
        my $reader = $node->background_psql('postgres');
        $reader->query_safe("SET deadlock_timeout = '1ms'; BEGIN; SELECT count(*) FROM t;");
        my $before = $node->safe_psql('postgres', $state);
        my $work = start_work([$statement], '100s');
        $reader->query_safe("$change;");
        $work->{run}->finish;
        like($work->{err}, qr/40P01.*has been read by a transaction that now waits for this one/, "$statement gives way to $change");
        $reader->query_safe('ROLLBACK;');
        $reader->quit;
        is($node->safe_psql('postgres', $state), $before, 'and has done nothing');
    }
}

# It stands in the queue now and then.
my $reader = $node->background_psql('postgres');
$reader->query_safe('BEGIN; SELECT count(*) FROM t;');
my $work = start_work([ "SELECT compress_chunk('$chunk')" ], '100ms');
$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = '$chunk'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted)");
$reader->query_safe('COMMIT;');
$work->{run}->finish;
is($work->{err} . $work->{out}, "$chunk\n", 'who does not write is waited for');
is($node->safe_psql('postgres', $state), '501|125250|t', 'the chunk is in columns');

# As long as lock_timeout allows.
$reader->query_safe('BEGIN; SELECT count(*) FROM t;');
my ($code, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSET lock_timeout = '300ms';\nSELECT decompress_chunk('$chunk')");
like($err, qr/55P03.*canceling statement due to lock timeout/, 'lock_timeout holds');
$reader->query_safe('COMMIT;');
$reader->quit;
$node->stop;
done_testing();
