# Columnar rows that are changed are decoded as any row is: by test_decoding the same text as from a heap, and by
# a subscription whose own rows are columnar too.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $publisher = PostgreSQL::Test::Cluster->new('publisher');
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
for my $node ($publisher, $subscriber)
{
    $node->init(allows_streaming => 'logical');
    $node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\nwal_retrieve_retry_interval = 100ms\nautovacuum = off\nlogical_decoding_work_mem = 64kB");
    $node->start;
}
my $table = q{CREATE TABLE t (id int PRIMARY KEY, v int, note text); SELECT create_hypertable('t', by_range('id', 1000)); ALTER TABLE t SET (timescaledb.compress, timescaledb.compress_orderby = 'id');};
# One row in three has a value out of line.
my $rows = q{INSERT INTO t SELECT g, g * 10, concat('row ', g, (SELECT string_agg(md5(g::text || h), '') FROM generate_series(1, 300) h WHERE g % 3 = 0)) FROM generate_series(1, 60) g};
my $compress = q{SELECT compress_chunk(c) FROM show_chunks('t') c};
my $columnar = q{SELECT count(*) FROM t WHERE (ctid::text::point)[0] >= 2147483648};

# What is done to rows 1 to 60; each in a transaction of its own.
my @statements = (
    'DELETE FROM t WHERE id = 1', 'UPDATE t SET v = 0 WHERE id = 2', 'UPDATE t SET id = 102 WHERE id = 3', 'UPDATE t SET v = v WHERE id = 4',
    'BEGIN; SAVEPOINT a; DELETE FROM t WHERE id = 5; ROLLBACK TO a; UPDATE t SET v = 1 WHERE id = 6; UPDATE t SET v = 2 WHERE id = 6; DELETE FROM t WHERE id = 6; COMMIT',
    q{INSERT INTO t VALUES (7, -7, 'x') ON CONFLICT (id) DO UPDATE SET v = excluded.v}, q{INSERT INTO t VALUES (8, -8, 'x') ON CONFLICT DO NOTHING},
    q{MERGE INTO t USING (VALUES (9), (10), (90)) s(n) ON id = n WHEN MATCHED AND n = 9 THEN DELETE WHEN MATCHED THEN UPDATE SET v = -10 WHEN NOT MATCHED THEN INSERT VALUES (n, n, 'merged')},
    'SELECT 1 FROM t WHERE id = 11 FOR UPDATE', 'BEGIN; SELECT 1 FROM t WHERE id = 12 FOR SHARE; DELETE FROM t WHERE id = 12; COMMIT',
    q{UPDATE t SET note = string_agg FROM (SELECT string_agg(md5(g::text), '') FROM generate_series(1, 300) g) s WHERE id = 13},
    'BEGIN; DELETE FROM t WHERE id = 14; ROLLBACK', 'UPDATE t SET v = v + 1 WHERE id BETWEEN 20 AND 40', 'DELETE FROM t WHERE id BETWEEN 30 AND 50',
    'WITH gone AS (DELETE FROM t WHERE id BETWEEN 51 AND 53 RETURNING *) INSERT INTO t SELECT id + 200, v, note FROM gone');

# The same in two databases: one has a heap, the other one columns.
sub decoded
{
    my ($database, $identity, $settle) = @_;
    $publisher->safe_psql('postgres', "CREATE DATABASE $database");
    my $run = sub { return $publisher->safe_psql($database, $_[0]); };
    $run->("CREATE EXTENSION varve; $table");
    $run->($rows);
    $run->("DO \$\$ BEGIN EXECUTE format('ALTER TABLE %s REPLICA IDENTITY $identity', show_chunks('t')); END \$\$");
    $run->($settle) if $settle;
    $run->("SELECT pg_create_logical_replication_slot('$database', 'test_decoding')");
    $run->($_) for @statements;
    # A heap does not write a value out of line that stays; one from columns has come into the row, and is written.
    my $changes = $run->("SELECT left(regexp_replace(data, '''row [0-9]+[0-9a-f]{64,}''|unchanged-toast-datum', 'out of line', 'g'), 300) FROM pg_logical_slot_get_changes('$database', NULL, NULL, 'include-xids', '0') WHERE data LIKE '%\\_chunk: %'");
    $run->("SELECT pg_drop_replication_slot('$database')");
    return ($changes, $run->('SELECT count(*), sum(v) FROM t'), $run->($columnar));
}

for my $identity (qw(DEFAULT FULL NOTHING))
{
    my ($expected, $sums) = decoded(lc "rows_$identity", $identity, '');
    my ($changes, $found, $count) = decoded(lc "columns_$identity", $identity, $compress);
    is($changes, $expected, "identity $identity: decoded as of a heap") unless $identity eq 'NOTHING';
    is($found, $sums, "identity $identity: the same rows");
    cmp_ok($count, '>', 10, "identity $identity: of which some are columnar");
    cmp_ok(() = $changes =~ /(UPDATE|DELETE)/g, '>', 40, "identity $identity: there was something to decode") unless $identity eq 'NOTHING';
}

$_->safe_psql('postgres', "CREATE EXTENSION varve; $table") for $publisher, $subscriber;
$publisher->safe_psql('postgres', $rows);
$publisher->safe_psql('postgres', $compress);
$publisher->safe_psql('postgres', 'CREATE PUBLICATION p FOR TABLE t WITH (publish_via_partition_root = true)');
$subscriber->safe_psql('postgres', q{SELECT receive_replication('t')});
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION s CONNECTION '" . $publisher->connstr . " dbname=postgres' PUBLICATION p");
$subscriber->wait_for_subscription_sync($publisher, 's');
is($subscriber->safe_psql('postgres', 'SELECT count(*), sum(v) FROM t'), '60|18300', 'the first copy has the columnar rows');
$subscriber->safe_psql('postgres', $compress);
cmp_ok($subscriber->safe_psql('postgres', $columnar), '>', 30, 'and they are columnar on the subscriber');
$publisher->safe_psql('postgres', $_) for @statements;
$publisher->wait_for_catchup('s');
my $all = 'SELECT id, v, md5(note) FROM t ORDER BY id';
is($subscriber->safe_psql('postgres', $all), $publisher->safe_psql('postgres', $all), 'changes find columnar rows on the subscriber');
like($subscriber->safe_psql('postgres', 'SELECT apply_error_count FROM pg_stat_subscription_stats'), qr/^0$/, 'without an error');
$_->stop for $subscriber, $publisher;
done_testing();
