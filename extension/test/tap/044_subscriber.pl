# A hypertable on a subscriber: initial copy and changes make its chunks, whether the publisher has a plain
# table or a hypertable, and the rows end where the publisher's are.
# docs/replication.md
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
    $node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\nwal_retrieve_retry_interval = 100ms");
    $node->start;
    $node->safe_psql('postgres', q{CREATE EXTENSION varve;
        CREATE TABLE device (id int PRIMARY KEY); INSERT INTO device SELECT generate_series(0, 9);
        CREATE TABLE metric (gone int, time timestamptz NOT NULL, device int REFERENCES device, v float8, note text,
            twice float8 GENERATED ALWAYS AS (v * 2) STORED, PRIMARY KEY (time, device));
        ALTER TABLE metric DROP gone;
        CREATE TABLE plain (n int PRIMARY KEY, v text)});
}
sub on_publisher { return $publisher->safe_psql('postgres', $_[0]); }
sub on_subscriber { return $subscriber->safe_psql('postgres', $_[0]); }

on_publisher(q{SELECT create_hypertable('metric', 'time', chunk_time_interval => interval '10 days');
    INSERT INTO metric (time, device, v, note) SELECT '2024-01-01'::timestamptz + i * interval '8 hours', i % 10, i, repeat('x', i) FROM generate_series(1, 300) i;
    INSERT INTO plain SELECT i, 'row ' || i FROM generate_series(-30, 30) i;
    CREATE PUBLICATION p FOR TABLE metric, plain WITH (publish_via_partition_root = true)});
on_subscriber(q{
    SELECT create_hypertable('metric', 'time', chunk_time_interval => interval '7 days');
    SELECT create_hypertable('plain', 'n', chunk_time_interval => 10);
    INSERT INTO metric (time, device, v) VALUES ('2024-06-01', 5, -1);
    SELECT receive_replication('metric'), receive_replication('plain'), receive_replication('plain');
    CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
        SELECT time_bucket('1 day', time) AS day, device, sum(v), count(*) FROM metric GROUP BY 1, 2 WITH NO DATA;
    CREATE MATERIALIZED VIEW tens WITH (timescaledb.continuous) AS
        SELECT time_bucket(10, n) AS ten, count(*), max(v) FROM plain GROUP BY 1 WITH NO DATA;
    CREATE TABLE seen (what text);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.seen VALUES (TG_OP); RETURN NEW; END';
    CREATE TRIGGER note AFTER INSERT ON metric FOR EACH ROW EXECUTE FUNCTION note();
    ALTER TABLE metric ENABLE ALWAYS TRIGGER note;
    CREATE TRIGGER only_local BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION note();
    CREATE SUBSCRIPTION s CONNECTION '} . $publisher->connstr . q{ dbname=postgres' PUBLICATION p});
$subscriber->wait_for_subscription_sync($publisher, 's');

my $rows = q{SELECT 'm', time, device, v, length(note), twice FROM metric WHERE v >= 0 ORDER BY time, device};
my $others = q{SELECT n, v FROM plain ORDER BY n};
my $landed = q{SELECT count(*) FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE relname LIKE '%landing' AND pg_relation_size(oid) > 0};
sub same
{
    my ($when) = @_;
    $publisher->wait_for_catchup('s');
    is(on_subscriber($rows), on_publisher($rows), "$when: the same rows");
    is(on_subscriber($others), on_publisher($others), "$when: those of the other table too");
    is(on_subscriber($landed), 0, "$when: none stays where it landed");
    is(on_subscriber(q{SELECT count(*) FROM varve_catalog.chunk JOIN metric ON metric.tableoid = relation
        WHERE NOT (time >= timestamptz '2000-01-01 UTC' + range_begin * interval '1 us' AND time < timestamptz '2000-01-01 UTC' + range_end * interval '1 us')}), 0, "$when: all in their chunks");
    on_subscriber("CALL refresh_continuous_aggregate('$_', NULL, NULL)") for 'daily', 'tens';
    is(on_subscriber(q{SELECT count(*) FROM verify_continuous_aggregate('daily') WHERE reason <> 'rows dropped'}), 0, "$when: an aggregate has learned of all");
    is(on_subscriber(q{SELECT count(*) FROM verify_continuous_aggregate('tens') WHERE reason <> 'rows dropped'}), 0, "$when: that of the other table too");
}
same('after the initial copy');
is(on_subscriber(q{SELECT count(*) FROM show_chunks('metric')}), 16, 'with the chunks of its own interval');
is(on_subscriber('SELECT count(*) FROM seen'), 300, 'triggers that are to fire have fired once for each row, others not at all');

on_publisher(q{INSERT INTO metric (time, device, v) VALUES ('2025-01-01', 1, 1), ('2025-01-02', 1, 2), ('2030-01-01', 2, 3);
    INSERT INTO plain VALUES (1000, 'far')});
same('after rows for new chunks');
on_publisher(q{UPDATE metric SET v = v + 1000 WHERE device = 3; UPDATE metric SET time = time + interval '3 years' WHERE device = 4 AND v < 100;
    UPDATE plain SET n = n + 5000 WHERE n > 20; DELETE FROM plain WHERE n < -20; DELETE FROM metric WHERE device = 5});
same('after updates, moves into new chunks, deletions');
on_publisher(q{BEGIN; INSERT INTO metric (time, device, v) SELECT '2040-01-01'::timestamptz + i * interval '5 days', i % 10, i FROM generate_series(1, 50) i;
    SAVEPOINT a; INSERT INTO plain VALUES (7000, 'undone'); ROLLBACK TO a; INSERT INTO plain VALUES (8000, 'kept'); COMMIT;
    BEGIN; INSERT INTO plain VALUES (9000, 'never'); ROLLBACK;
    TRUNCATE plain; INSERT INTO plain SELECT i, 'again' FROM generate_series(1, 40, 3) i});
same('after a transaction with many chunks, and TRUNCATE');
is(on_subscriber(q{SELECT count(*) FROM varve_catalog.chunk WHERE hypertable_id = 2 AND range_begin IN (7000, 9000)}), 0, 'what was rolled back has made no chunk');

# Local life goes on beside it: writes, drops of chunks, which the next row makes anew.
on_subscriber(q{INSERT INTO plain VALUES (20000, 'local'); DELETE FROM plain WHERE n = 20000;
    SELECT drop_chunks('metric', newer_than => timestamptz '2039-01-01'); SELECT drop_chunks('plain', newer_than => 15000)});
on_publisher(q{DELETE FROM metric WHERE time > '2039-01-01'; INSERT INTO metric (time, device, v) VALUES ('2040-03-03', 1, 7), ('2040-03-03', 2, 7)});
same('after chunks were dropped on the subscriber');
is(on_subscriber(q{EXPLAIN (costs off) SELECT * FROM metric WHERE time = '2040-03-03' AND device = 1}) =~ /landing/ ? 'seen' : 'not seen', 'not seen',
    'a query with a condition on the time leaves the landing partition out');
unlike(slurp_file($subscriber->logfile), qr/ERROR/, 'the workers have met no error');

# Dump and restore keep it.
my $dump = $subscriber->basedir . '/dump';
$subscriber->command_ok([ 'pg_dump', '-h', $subscriber->host, '-p', $subscriber->port, '-Fc', '--no-subscriptions', '-f', $dump, 'postgres' ], 'it is dumped');
on_subscriber('CREATE DATABASE copy');
$subscriber->command_ok([ 'pg_restore', '-h', $subscriber->host, '-p', $subscriber->port, '-e', '-d', 'copy', $dump ], 'and restored');
is($subscriber->safe_psql('copy', $rows), on_subscriber($rows), 'with the same rows');
is($subscriber->safe_psql('copy', q{SET session_replication_role = replica; INSERT INTO _timescaledb_internal._hyper_2_landing VALUES (777777, 'placed');
    SELECT tableoid::regclass::text ~ 'chunk', v FROM plain WHERE n = 777777}), 't|placed', 'and the trigger');

# Off again.
on_subscriber(q{SELECT receive_replication('metric', false), receive_replication('plain', false), receive_replication('plain', enable => false)});
is(on_subscriber(q{SELECT count(*) FROM pg_class WHERE relname LIKE '%landing%'}), 0, 'switched off, nothing remains');
is(on_subscriber(q{SELECT count(*) FROM pg_trigger WHERE tgname ~ 'replicated'}), 0, 'nor a trigger');
on_publisher(q{INSERT INTO plain VALUES (500000, 'lost')});
$subscriber->wait_for_log(qr/ERROR:.*no partition of relation "plain" found for row/);
pass('and a row without a chunk stops replication, as ever');
on_subscriber(q{SELECT receive_replication('plain')});
same('on again');

my ($code, $out, $err);
for ([ q{SELECT receive_replication('device')}, qr/TS001/ ], [ q{SELECT receive_replication(NULL)}, qr/22023/ ],
    [ q{SELECT receive_replication('metric', NULL)}, qr/22023/ ], [ q{CREATE ROLE other; SET ROLE other; SELECT receive_replication('metric')}, qr/42501/ ],
    [ q{BEGIN READ ONLY; SELECT receive_replication('metric')}, qr/25006/ ], [ q{SELECT varve_catalog.place_row()}, qr/0A000|39P01/ ],
    [ q{SELECT varve_catalog.replicated_change()}, qr/0A000|39P01/ ])
{
    ($code, $out, $err) = $subscriber->psql('postgres', "\\set VERBOSITY verbose\n$_->[0]");
    like($err, $_->[1], $_->[0]);
}
$subscriber->stop;
$publisher->stop;
done_testing();
