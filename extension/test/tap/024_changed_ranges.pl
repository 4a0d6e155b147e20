# Between the moment at which others see a merge or a split and that at which they are told of it, a
# session that makes its list of chunks finds no hole and no overlap: it reads every row, and makes no
# chunk where there is one. PostgreSQL's own descriptor has a hole then, since it takes the list from
# the catalog and the ranges from its cache; the chunk that an INSERT made there stayed.
#
# That interval, of microseconds, is made long by varve.pause_at_commit.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'");
$node->start;
my $chunk = '_timescaledb_internal._hyper_1_';

sub ranges
{
    return $node->safe_psql('postgres',
        q{SELECT string_agg(range_begin || '-' || range_end, ' ' ORDER BY range_begin) FROM varve_catalog.chunk WHERE range_begin < 10000});
}

# Runs statements in a session that keeps the chunks' old ranges in its cache, while $change is visible
# but nobody has been told; gives what they returned.
sub in_between
{
    my ($verify, $change, @statements) = @_;
    $node->safe_psql('postgres', q{
        DROP EXTENSION IF EXISTS varve CASCADE;
        DROP TABLE IF EXISTS metric;
        CREATE EXTENSION varve;
        CREATE TABLE metric (time int NOT NULL, value int);
        SELECT create_hypertable('metric', 'time', chunk_time_interval => 100);
        INSERT INTO metric SELECT i, i FROM generate_series(0, 299) i;
        INSERT INTO metric VALUES (10000, 0);
    });
    my $before = ranges();
    my $session = $node->background_psql('postgres');
    $session->query_safe("SET varve.verify_partition_descriptor = $verify; SELECT count(*) FROM metric WHERE value >= 0");
    my $changer = $node->background_psql('postgres');
    $changer->query_safe("SET varve.pause_at_commit = '4s'; BEGIN; $change");
    $changer->query_until(qr/started/, "\\echo started\nCOMMIT;\n");
    $node->poll_query_until('postgres',
        qq{SELECT string_agg(range_begin || '-' || range_end, ' ' ORDER BY range_begin) <> '$before' FROM varve_catalog.chunk WHERE range_begin < 10000});
    # A new chunk elsewhere has the session make its list anew.
    $node->safe_psql('postgres', 'INSERT INTO metric VALUES (20000, 0)');
    my @results = map { scalar $session->query($_) } @statements;
    $session->quit;
    $changer->quit;
    return join(' ', @results);
}

my $read = 'SELECT count(*) FROM metric WHERE time BETWEEN 150 AND 159';
my $write = 'INSERT INTO metric VALUES (155, 1), (250, 1) RETURNING time';
my $merge = "CALL merge_chunks('${chunk}1_chunk', '${chunk}2_chunk');";

is(in_between('on', $merge, $read, $write), "10 155\n250", 'merge: rows are read and written');
is(ranges(), '0-200 200-300', 'merge: no chunk in the range of another');
is($node->safe_psql('postgres', 'SELECT count(*) FROM metric'), 304, 'merge: nothing is lost');

is(in_between('on', "CALL split_chunk('${chunk}2_chunk');", $read, $write), "10 155\n250", 'split: rows are read and written');
is(ranges(), '0-100 100-150 150-200 200-300', 'split: no chunk in the range of another');
is($node->safe_psql('postgres', 'SELECT count(*) FROM metric'), 304, 'split: nothing is lost');

my $elsewhere = "CALL detach_chunk('${chunk}1_chunk'); DELETE FROM ${chunk}1_chunk WHERE time < 50;
    CALL attach_chunk('metric', '${chunk}1_chunk', '{\"time\": [50, 100]}');";
is(in_between('on', $elsewhere, 'INSERT INTO metric VALUES (10, 1), (60, 1) RETURNING time'), "10\n60", 'detached and attached elsewhere: rows are written');
is(ranges(), '0-50 50-100 100-200 200-300', 'detached and attached elsewhere: no chunk in the range of another');

is(in_between('off', $merge, $read, $write), "0 155\n250", "PostgreSQL's own descriptor has a hole, so the test is one");
is(ranges(), '0-200 100-200 200-300', 'and a chunk is made in it');
my ($code, $out, $err) = $node->psql('postgres', "\\set VERBOSITY sqlstate\nSELECT count(*) FROM metric");
like($err, qr/XX001/, 'chunks that overlap are told of');
($code, $out, $err) = $node->psql('postgres', "\\set VERBOSITY sqlstate\nINSERT INTO metric VALUES (50000, 1)");
like($err, qr/XX001/, 'and do not make a session go round in circles');
$node->safe_psql('postgres', "DROP TABLE ${chunk}6_chunk");
is($node->safe_psql('postgres', 'SELECT count(*) FROM metric'), 303, 'until one of them is dropped');
done_testing();
