# A server that is killed after a chunk has become columns, or rows again, has all its rows in the new
# form; one that is killed while it works has them in the old form. With WAL for new tables, and without.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Recovery;
use Test::More;
use Time::HiRes qw(usleep);

my $sum = "SELECT count(*), md5(string_agg(t::text, ',' ORDER BY id)) FROM t";
my $chunk = "'_timescaledb_internal._hyper_1_1_chunk'";
my $method = "SELECT amname FROM pg_class c JOIN pg_am a ON a.oid = relam WHERE c.oid = ${chunk}::regclass";

for my $level (qw(replica minimal)) {
    my $node = PostgreSQL::Test::Cluster->new($level);
    $node->init;
    $node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\nwal_level = $level\nmax_wal_senders = 0\nwal_skip_threshold = 0");
    $node->start;
    $node->safe_psql('postgres', q{
        CREATE EXTENSION varve;
        CREATE TABLE t (time timestamptz NOT NULL, id int, v float8, tag text, doc text, PRIMARY KEY (id, time));
        SELECT create_hypertable('t', by_range('time', interval '1 year'));
        INSERT INTO t SELECT '2024-01-01'::timestamptz + i * interval '1 minute', i, sin(i), 'tag' || i % 10,
            CASE WHEN i % 10000 = 0 THEN (SELECT string_agg(md5(g::text), '') FROM generate_series(1, 2000) g) END FROM generate_series(1, 100000) AS i;
        ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = 'tag', tsdb.orderby = 'time');
    });
    my $expected = $node->safe_psql('postgres', $sum);
    my $restart = sub { $node->stop('immediate'); $node->start; };
    my $check = sub {
        my ($wanted, $what) = @_;
        is($node->safe_psql('postgres', $method), $wanted, "$level: $what: $wanted");
        is($node->safe_psql('postgres', $sum), $expected, "$level: $what: all rows");
        is($node->safe_psql('postgres', 'SET enable_seqscan = off; SELECT v::numeric(6,4) FROM t WHERE id = 77777'), '-0.5569', "$level: $what: found by index");
    };
    for my $case (['compress_chunk', 'heap', 'varve_columnar'], ['decompress_chunk', 'varve_columnar', 'heap']) {
        my ($function, $before, $after) = @$case;
        my $session = $node->background_psql('postgres');
        $session->query_safe("BEGIN; SELECT $function($chunk);");
        $restart->();
        $check->($before, "$function was not committed");
        $node->safe_psql('postgres', "SELECT $function($chunk)");
        $restart->();
        $check->($after, "$function was committed");
    }
    # Late rows and tombstones outlive it, too, and their own conversion.
    $node->safe_psql('postgres', "SELECT compress_chunk($chunk); UPDATE t SET v = -v WHERE id % 100 = 0; DELETE FROM t WHERE id % 100 = 1; INSERT INTO t VALUES ('2024-01-01', 0, 0, 'late')");
    $expected = $node->safe_psql('postgres', $sum);
    $restart->();
    $check->('varve_columnar', 'changed rows');
    $node->safe_psql('postgres', "SELECT compress_chunk($chunk)");
    $restart->();
    $check->('varve_columnar', 'changed rows in columns');
    # Rows deleted by vectors: not where the transaction was open, and where it was committed.
    my $delete = 'DELETE FROM t WHERE id % 100 = 2';
    like($node->safe_psql('postgres', "EXPLAIN $delete"), qr/Vectorized Delete: true/, "$level: rows are deleted by vectors");
    my $session = $node->background_psql('postgres');
    $session->query_safe("BEGIN; $delete;");
    $node->safe_psql('postgres', 'CHECKPOINT');
    $restart->();
    $check->('varve_columnar', 'a deletion by vectors was not committed');
    $node->safe_psql('postgres', $delete);
    $expected = $node->safe_psql('postgres', "SET varve.enable_vectorized = off; $sum");
    is($node->safe_psql('postgres', 'SELECT count(*) FROM t WHERE id % 100 = 2'), '0', "$level: rows are gone");
    $restart->();
    $check->('varve_columnar', 'a deletion by vectors was committed');
    # A full index is one afterwards if it was committed.
    my $full = "SELECT is_full_index('_timescaledb_internal._hyper_1_1_chunk_pkey')";
    my $check_full = sub {
        my ($wanted, $what) = @_;
        is($node->safe_psql('postgres', $full), $wanted, "$level: $what: full: $wanted");
        $check->('varve_columnar', $what);
        is($node->safe_psql('postgres', 'SET enable_seqscan = off; SET varve.enable_vectorized = off; SELECT count(*), sum(id) FROM (SELECT id FROM t ORDER BY id) x'),
            $node->safe_psql('postgres', 'SELECT count(*), sum(id) FROM t'), "$level: $what: in the order of the index");
        $node->safe_psql('postgres', "SELECT bt_index_check('_timescaledb_internal._hyper_1_1_chunk_pkey', true)");
    };
    $node->safe_psql('postgres', "CREATE EXTENSION amcheck; ALTER TABLE t SET (tsdb.full_indexes = 't_pkey')");
    $session = $node->background_psql('postgres');
    $session->query_safe("BEGIN; REINDEX TABLE _timescaledb_internal._hyper_1_1_chunk;");
    $restart->();
    $check_full->('f', 'REINDEX that was not committed');
    $node->safe_psql('postgres', 'REINDEX TABLE _timescaledb_internal._hyper_1_1_chunk');
    $restart->();
    $check_full->('t', 'REINDEX');
    $node->safe_psql('postgres', "DELETE FROM t WHERE id % 3 = 1; SELECT compress_chunk($chunk)");
    $expected = $node->safe_psql('postgres', $sum);
    $restart->();
    $check_full->('t', 'conversion');

    # A backend that is killed at any moment.
    next if $level eq 'minimal';
    $node->append_conf('postgresql.conf', 'restart_after_crash = on');
    $node->reload;
    for my $delay (1, 20, 60, 120, 200, 300) {
        my $is_columnar = $node->safe_psql('postgres', $method) eq 'varve_columnar';
        my $statement = $is_columnar ? "SELECT decompress_chunk($chunk)" : "SELECT compress_chunk($chunk)";
        my ($in, $out, $err) = ("SELECT pg_backend_pid();\n$statement;\n", '', '');
        my $psql = IPC::Run::start([ $node->installed_command('psql'), '-XAtq', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, '2>', \$err);
        $psql->pump until $out =~ /^(\d+)/;
        my $pid = $1;
        usleep(1000 * $delay);
        kill 'KILL', $pid;
        $psql->finish;
        await_recovery($node);
        is($node->safe_psql('postgres', $sum), $expected, "killed after $delay ms: all rows, in " . $node->safe_psql('postgres', $method));
    }
    $node->stop;
}
done_testing();
