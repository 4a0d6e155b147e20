# Changes of columnar rows in transactions that are decoded before they end: those too large for logical_decoding_work_mem are
# streamed, and prepared ones are decoded when they are. What is streamed is what a heap streams, in the same order, subtransactions that gave up
# included; a subscriber that streams has the publisher's rows, and conflicts with its own sessions are those of any table.
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
    $node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\nwal_retrieve_retry_interval = 100ms\nautovacuum = off\nfsync = off\nlogical_decoding_work_mem = 64kB\nmax_prepared_transactions = 5");
    $node->start;
}
my $table = q{CREATE EXTENSION varve; CREATE TABLE t (id int PRIMARY KEY, v int, note text); SELECT create_hypertable('t', by_range('id', 100000)); ALTER TABLE t SET (timescaledb.compress, timescaledb.compress_orderby = 'id');};
my $rows = q{INSERT INTO t SELECT g, g * 10, 'row ' || g FROM generate_series(1, 6000) g};
my $compress = q{SELECT compress_chunk(c) FROM show_chunks('t') c};
my $columnar = q{SELECT count(*) FROM t WHERE (ctid::text::point)[0] >= 2147483648};
my $long = q{(SELECT string_agg(md5(g::text), '') FROM generate_series(1, 300) g)};

# Rows are taken one after the other, in the order of their keys, so that both give the same order. Each transaction is one that a heap streams.
sub in_order { my ($statement, $where) = @_; return "FOR r IN SELECT id FROM generate_series(1, 6000) id WHERE $where LOOP $statement WHERE t.id = r.id; END LOOP;"; }
sub block { my @statements = @_; return "DO \$\$ DECLARE r record; BEGIN @statements END \$\$;"; }
my @transactions = (
    [ 'deletions', 'BEGIN; ' . block(in_order('DELETE FROM t', 'id <= 1500')) . ' COMMIT' ],
    [ 'updates', 'BEGIN; ' . block(in_order('UPDATE t SET v = -v', 'id BETWEEN 1501 AND 2500')) . ' COMMIT' ],
    [ 'keys', 'BEGIN; ' . block(in_order('UPDATE t SET id = t.id + 10000', 'id BETWEEN 2501 AND 3300')) . ' COMMIT' ],
    [ 'long values', 'BEGIN; ' . block(in_order("UPDATE t SET note = $long", 'id BETWEEN 3301 AND 3340')) . ' COMMIT' ],
    [ 'what a subtransaction undid', 'BEGIN; ' . block(in_order('UPDATE t SET v = 1', 'id BETWEEN 3401 AND 3900')) . ' SAVEPOINT a; '
            . block(in_order('DELETE FROM t', 'id BETWEEN 3901 AND 5000')) . ' ROLLBACK TO a; SAVEPOINT b; ' . block(in_order('UPDATE t SET v = 2', 'id BETWEEN 3901 AND 4400'))
            . ' RELEASE b; ' . block(in_order('DELETE FROM t', 'id BETWEEN 4401 AND 4500')) . ' COMMIT' ],
    [ 'upserts', 'BEGIN; ' . block(q{FOR r IN SELECT id FROM generate_series(4601, 5300) id LOOP INSERT INTO t VALUES (r.id, 0, 'new') ON CONFLICT (id) DO UPDATE SET v = t.v + 1; END LOOP;}) . ' COMMIT' ],
    [ 'what was undone', 'BEGIN; ' . block(in_order('DELETE FROM t', 'id BETWEEN 5301 AND 5999')) . ' ROLLBACK' ],
    [ 'prepared', 'BEGIN; ' . block(in_order('UPDATE t SET v = 7', 'id BETWEEN 5301 AND 5990')) . q{ DELETE FROM t WHERE id = 5991; PREPARE TRANSACTION 'varve_streamed'; COMMIT PREPARED 'varve_streamed'} ],
);

# What test_decoding is told while the transactions go on, and at their end.
sub streamed
{
    my ($database, $settle) = @_;
    $publisher->safe_psql('postgres', "CREATE DATABASE $database");
    my $run = sub { return $publisher->safe_psql($database, $_[0]); };
    $run->($table);
    $run->($rows);
    $run->($settle) if $settle;
    my $count = $run->($columnar);
    $run->("SELECT pg_create_logical_replication_slot('$database', 'test_decoding', false, true)");
    my (%stream, %whole);
    for my $transaction (@transactions)
    {
        my ($name, $sql) = @$transaction;
        # One is decoded before it is undone; a commit of another puts its WAL on disk.
        my $session = $publisher->background_psql($database);
        $session->query_safe($sql =~ s/ ROLLBACK$//r . ';');
        $run->(q{SELECT pg_logical_emit_message(true, 'varve', 'x')});
        my $changes = sub { return $run->("SELECT regexp_replace(left(data, 200), '_hyper_\\d+_\\d+_', '_hyper_') FROM $_[0]('$database', NULL, NULL, 'include-xids', '0', $_[1]) WHERE data !~ 'message'"); };
        # In streamed blocks test_decoding tells only that there are changes: how many blocks there are depends on how large they are.
        ($stream{$name} = $changes->('pg_logical_slot_peek_changes', q{'stream-changes', '1'})) =~ s/^(opening|closing) a streamed block for transaction\n//mg;
        $session->query_safe('ROLLBACK;') if $name eq 'what was undone';
        $session->quit;
        $whole{$name} = $changes->('pg_logical_slot_get_changes', q{'skip-empty-xacts', '1'});
    }
    $run->("SELECT pg_drop_replication_slot('$database')");
    return ($count, \%stream, \%whole, $run->('SELECT count(*), sum(v), sum(length(note)) FROM t'));
}
my ($none, $heap_stream, $heap_whole, $heap_rows) = streamed('as_rows', '');
my ($count, $stream, $whole, $found) = streamed('as_columns', $compress);
is("$none $count", '0 6000', 'one has rows, the other columns');
is($found, $heap_rows, 'the rows are the same');
for my $name (map { $_->[0] } @transactions)
{
    is($whole->{$name}, $heap_whole->{$name}, "$name: decoded as of a heap");
    my ($told, $expected) = map { scalar(() = /^streaming change/mg) } $stream->{$name}, $heap_stream->{$name};
    is($told, $expected, "$name: $expected changes are streamed");
    cmp_ok($expected, '>=', 40, "$name: there was something to stream");
}
cmp_ok(scalar(() = $whole->{'what a subtransaction undid'} =~ /DELETE/g), '==', 100, 'what was undone is not told');
$publisher->safe_psql('postgres', "DROP DATABASE $_") for 'as_rows', 'as_columns';

# A subscription that streams, with columns on both sides.
$_->safe_psql('postgres', $table) for $publisher, $subscriber;
$publisher->safe_psql('postgres', $rows);
$publisher->safe_psql('postgres', $compress);
$publisher->safe_psql('postgres', 'CREATE PUBLICATION p FOR TABLE t WITH (publish_via_partition_root = true)');
$subscriber->safe_psql('postgres', q{SELECT receive_replication('t')});
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION s CONNECTION '" . $publisher->connstr . " dbname=postgres' PUBLICATION p WITH (streaming = on, two_phase = on)");
$subscriber->wait_for_subscription_sync($publisher, 's');
$subscriber->safe_psql('postgres', $compress);
is($subscriber->safe_psql('postgres', $columnar), '6000', 'the subscriber has columns');
my $all = 'SELECT count(*), sum(v), md5(string_agg(t::text, \',\' ORDER BY id)) FROM t';
sub same { my ($what) = @_; $publisher->wait_for_catchup('s'); is($subscriber->safe_psql('postgres', $all), $publisher->safe_psql('postgres', $all), $what); }
for my $transaction (@transactions)
{
    $publisher->safe_psql('postgres', $transaction->[1]);
    same("$transaction->[0]: the subscriber's rows");
}
cmp_ok($publisher->safe_psql('postgres', 'SELECT stream_txns FROM pg_stat_replication_slots'), '>=', 5, 'transactions were streamed');

# Conflicts: a row that the subscriber has, or no longer has, or that a session of its own holds.
$publisher->safe_psql('postgres', $rows . ' ON CONFLICT DO NOTHING');
same('all rows again');
for my $node ($publisher, $subscriber) { $node->safe_psql('postgres', $compress); }
$subscriber->safe_psql('postgres', 'DELETE FROM t WHERE id IN (20, 21)');
$publisher->safe_psql('postgres', 'UPDATE t SET v = 1 WHERE id = 20; DELETE FROM t WHERE id = 21');
$publisher->wait_for_catchup('s');
is($subscriber->safe_psql('postgres', 'SELECT count(*) FROM t WHERE id IN (20, 21)'), '0', 'an update and a deletion of rows that the subscriber lacks do nothing');
$publisher->safe_psql('postgres', 'DELETE FROM t WHERE id = 20');

my $holder = $subscriber->background_psql('postgres');
$holder->query_safe('BEGIN; SELECT id FROM t WHERE id IN (30, 31) FOR SHARE; UPDATE t SET v = 5 WHERE id = 32;');
$publisher->safe_psql('postgres', 'UPDATE t SET v = 30 WHERE id IN (30, 32); DELETE FROM t WHERE id = 31');
ok($subscriber->poll_query_until('postgres', q{SELECT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'logical replication worker' AND wait_event_type = 'Lock')}), 'who applies waits for a session that holds a columnar row');
$holder->query_safe('COMMIT;');
$holder->quit;
same('and goes on when it ends');

my $log = -s $subscriber->logfile;
$subscriber->safe_psql('postgres', q{UPDATE t SET id = 60000 WHERE id = 40});
$publisher->safe_psql('postgres', q{UPDATE t SET id = 60000 WHERE id = 41});
$subscriber->wait_for_log(qr/duplicate key value violates unique constraint .*\n.*Key \(id\)=\(60000\)/, $log);
$subscriber->safe_psql('postgres', 'DELETE FROM t WHERE id = 60000');
$publisher->safe_psql('postgres', 'DELETE FROM t WHERE id = 40');
same('a key that is there already stops it until it is gone');
$log = -s $subscriber->logfile;
$subscriber->safe_psql('postgres', q{INSERT INTO t VALUES (61000, 1, 'own')});
$subscriber->safe_psql('postgres', $compress);
is($subscriber->safe_psql('postgres', "$columnar AND id = 61000"), '1', 'so does one that is columnar by then');
$publisher->safe_psql('postgres', q{INSERT INTO t VALUES (61000, 2, 'other')});
$subscriber->wait_for_log(qr/duplicate key value violates unique constraint .*\n.*Key \(id\)=\(61000\)/, $log);
$subscriber->safe_psql('postgres', 'DELETE FROM t WHERE id = 61000');
same('until it is gone');

# Without a key, rows are found by all their values.
$_->safe_psql('postgres', q{CREATE TABLE f (id int NOT NULL, v int, note text); SELECT create_hypertable('f', by_range('id', 100000)); ALTER TABLE f REPLICA IDENTITY FULL;
    ALTER TABLE f SET (timescaledb.compress)}) for $publisher, $subscriber;
$publisher->safe_psql('postgres', 'ALTER PUBLICATION p ADD TABLE f');
$subscriber->safe_psql('postgres', q{SELECT receive_replication('f')});
$subscriber->safe_psql('postgres', 'ALTER SUBSCRIPTION s REFRESH PUBLICATION WITH (copy_data = false)');
$publisher->safe_psql('postgres', q{INSERT INTO f SELECT g, g, 'row' FROM generate_series(1, 100) g; INSERT INTO f VALUES (50, 50, 'row')});
$publisher->wait_for_catchup('s');
$_->safe_psql('postgres', q{SELECT compress_chunk(c) FROM show_chunks('f') c}) for $publisher, $subscriber;
is($subscriber->safe_psql('postgres', $columnar =~ s/FROM t/FROM f/r), '101', 'a table without a key has columns');
$publisher->safe_psql('postgres', q{UPDATE f SET v = -v WHERE id BETWEEN 10 AND 19; DELETE FROM f WHERE id BETWEEN 20 AND 29; DELETE FROM f WHERE ctid = (SELECT ctid FROM f WHERE id = 50 LIMIT 1)});
$publisher->wait_for_catchup('s');
my $values = q{SELECT count(*), sum(v), count(*) FILTER (WHERE id = 50) FROM f};
is($subscriber->safe_psql('postgres', $values), $publisher->safe_psql('postgres', $values), 'whose rows are found by their values');
is($publisher->safe_psql('postgres', $values), '90|4515|1', 'one of those that are equal');
$_->stop for $subscriber, $publisher;
done_testing();
