# CREATE INDEX CONCURRENTLY and DROP INDEX CONCURRENTLY on a hypertable, killed with kill -9 in the
# middle: the same statement, run again, finishes the work, and builds nothing twice. The progress view
# counts chunks while it runs.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Recovery;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\nrestart_after_crash = on\n");
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION varve;
    CREATE TABLE metric (time int NOT NULL, v int);
    SELECT create_hypertable('metric', 'time', chunk_time_interval => 10, create_default_indexes => false);
    INSERT INTO metric SELECT t, t FROM generate_series(0, 49) t;
    CREATE FUNCTION state() RETURNS text LANGUAGE sql AS $$
        SELECT string_agg(CASE WHEN indisvalid THEN 'valid' ELSE 'invalid' END, ' ' ORDER BY indrelid::regclass::text)
        FROM pg_index WHERE indrelid = 'metric'::regclass OR indrelid IN (SELECT show_chunks('metric')) $$;
});

# Runs `statement` until it waits for a transaction that writes to the second chunk, looks at it with
# `look`, and kills it.
sub killed_halfway {
    my ($statement, $look) = @_;
    my $writer = $node->background_psql('postgres', on_error_die => 1);
    $writer->query_safe('BEGIN; INSERT INTO _timescaledb_internal._hyper_1_2_chunk VALUES (15, 1);');
    my $worker = $node->background_psql('postgres', on_error_stop => 0);
    my $pid = $worker->query_safe('SELECT pg_backend_pid()');
    $worker->query_until(qr//, "$statement;\n");
    $node->poll_query_until('postgres',
        "SELECT wait_event = 'virtualxid' AND query ~ 'CONCURRENTLY' FROM pg_stat_activity WHERE pid = $pid")
        or die 'it does not wait';
    my $seen = $node->safe_psql('postgres', $look);
    kill 'KILL', $pid;
    await_recovery($node);
    eval { $worker->quit };
    eval { $writer->quit };
    return $seen;
}

my $progress = killed_halfway('CREATE INDEX CONCURRENTLY by_v ON metric (v)', q{
    SELECT relid::regclass, command, phase, partitions_done, partitions_total FROM pg_stat_progress_create_index});
is($progress, 'metric|CREATE INDEX CONCURRENTLY|waiting for writers before build|3|5', 'progress counts chunks');
is($node->safe_psql('postgres', 'SELECT state()'), 'invalid valid valid valid invalid',
    'what was built before the crash serves queries');
my $files = q{SELECT string_agg(pg_relation_filenode(i)::text, ' ' ORDER BY i) FROM
    (SELECT indexrelid AS i FROM pg_index WHERE indisvalid AND indrelid IN (SELECT show_chunks('metric')) ORDER BY 1 LIMIT 3) x};
my $built = $node->safe_psql('postgres', $files);

$node->safe_psql('postgres', 'CREATE INDEX CONCURRENTLY by_v ON metric (v)');
is($node->safe_psql('postgres', 'SELECT state()'), 'valid valid valid valid valid valid', 'the same statement finishes');
is($node->safe_psql('postgres', $files), $built, 'and keeps what was built');
$node->safe_psql('postgres', 'INSERT INTO metric VALUES (55, 55)');
is($node->safe_psql('postgres', 'SET enable_seqscan = off; SELECT count(*) FROM metric WHERE v >= 0'), 51, 'all rows are in it');

killed_halfway('DROP INDEX CONCURRENTLY by_v', 'SELECT 1');
like($node->safe_psql('postgres', 'SELECT state()'), qr/invalid/, 'a drop is killed halfway');
$node->safe_psql('postgres', 'INSERT INTO metric VALUES (65, 65)');
my ($code, undef, $error) = $node->psql('postgres', 'CREATE INDEX CONCURRENTLY IF NOT EXISTS by_v ON metric (v)');
like($error, qr/already exists/, 'it cannot be revived');
$node->safe_psql('postgres', 'DROP INDEX CONCURRENTLY by_v');
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_index WHERE indrelid IN (SELECT show_chunks(\'metric\'))'), 0,
    'the same statement finishes');

killed_halfway('CREATE INDEX CONCURRENTLY by_v ON metric (v)', 'SELECT 1');
$node->safe_psql('postgres', 'DROP INDEX by_v');
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_index WHERE indrelid IN (SELECT show_chunks(\'metric\'))'), 0,
    'or DROP INDEX takes the unfinished index away');
$node->stop;
done_testing();
