# Sessions that write, drop chunks and refresh at random, all at once: whatever differs from the query
# is known to be stale, in every snapshot; and once all have come to rest, a refresh makes the results
# those of the query. So also with prepared transactions, and after refreshes were killed.
use strict;
use warnings;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Recovery;
use Script;
use Test::More;

my $seed = $ENV{VARVE_SEED} // 1;
note("VARVE_SEED=$seed");
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q{
    shared_preload_libraries = 'varve'
    max_locks_per_transaction = 256
    max_prepared_transactions = 10
    restart_after_crash = on
    timezone = 'UTC'
    # A while between the decision what to log and the moment that rows are visible.
    fsync = on
    commit_delay = 5000
    commit_siblings = 1
});
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION varve;
    CREATE SEQUENCE ahead START 1000;
    CREATE TABLE raw (time int NOT NULL, device int NOT NULL, v int, PRIMARY KEY (time, device));
    SELECT create_hypertable('raw', 'time', chunk_time_interval => 100);
    INSERT INTO raw SELECT i / 2, i % 2, i FROM generate_series(0, 999) i;
    CREATE MATERIALIZED VIEW tens WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT time_bucket(10, time) AS b, device, count(*) AS n, sum(v) AS total FROM raw GROUP BY 1, 2 WITH NO DATA;
    CREATE MATERIALIZED VIEW sevens WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT time_bucket(7, time) AS b, count(*) AS n, sum(v) AS total, max(v) AS high FROM raw GROUP BY 1 WITH NO DATA;
    CREATE MATERIALIZED VIEW fifties WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT time_bucket(50, b) AS b, sum(n) AS n, sum(total) AS total FROM tens GROUP BY 1 WITH NO DATA;
    CREATE FUNCTION unexplained() RETURNS TABLE (name text, bucket text, missing bigint, extra bigint) LANGUAGE sql AS $$
        SELECT a, v.bucket, v.missing_rows, v.extra_rows FROM unnest('{tens,sevens,fifties}'::text[]) a,
            verify_continuous_aggregate(a::regclass) v WHERE v.reason = 'unexplained' $$;
    CREATE FUNCTION copy_rows(first int, last int) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE format('COPY raw FROM PROGRAM %L', format('for i in $(seq %s %s); do echo "$i\t$((i + 100))\t1"; done', first, last));
    EXCEPTION WHEN unique_violation THEN NULL;
    END $$;
});

my $draw = "\\set time random(0, 599)\n\\set other random(0, 599)\n\\set device random(0, 9)\n\\set new random(500, 900)\n";
my %statement = (
    insert => 'INSERT INTO raw VALUES (:time, :device, :other) ON CONFLICT DO NOTHING;',
    upsert => 'INSERT INTO raw VALUES (:time, :device, 1), (:new, :device + 10, 2) ON CONFLICT (time, device) DO UPDATE SET v = raw.v + 1;',
    ahead => "INSERT INTO raw SELECT nextval('ahead'), :device, 1;",
    append => 'INSERT INTO raw SELECT :new + i, :device, i FROM generate_series(0, 5) i ON CONFLICT DO NOTHING;',
    update => 'UPDATE raw SET v = v + 1 WHERE time BETWEEN :time AND :time + 3;',
    delete => 'DELETE FROM raw WHERE time BETWEEN :time AND :time + 2 AND device = :device;',
    both => 'BEGIN; INSERT INTO raw VALUES (:time, :device, 7) ON CONFLICT DO NOTHING; SAVEPOINT s; DELETE FROM raw WHERE time = :other; ROLLBACK TO s;'
        . ' UPDATE raw SET v = 0 WHERE time = :new; COMMIT;',
    undone => 'BEGIN; DELETE FROM raw WHERE time < :time; ROLLBACK;',
    merge => 'MERGE INTO raw USING (SELECT :time + i AS t, :device AS d FROM generate_series(0, 3) i) s ON raw.time = s.t AND raw.device = s.d'
        . ' WHEN MATCHED AND s.t % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET v = 5 WHEN NOT MATCHED AND s.t > 700 THEN DO NOTHING;',
    nested => 'BEGIN; SAVEPOINT s; INSERT INTO raw VALUES (:time, :device + 20, 7) ON CONFLICT DO NOTHING; ROLLBACK TO s;'
        . ' INSERT INTO raw SELECT :other + i, :device + 20, 7 FROM generate_series(0, 30) i ON CONFLICT DO NOTHING; RELEASE s; COMMIT;',
    copy => 'SELECT copy_rows(:time, :time + 12);',
    check => "SELECT count(*) AS wrong FROM unexplained() \\gset\n\\if :wrong\nSELECT 1 / 0, :wrong;\n\\endif",
    read => "BEGIN ISOLATION LEVEL REPEATABLE READ;\nSELECT coalesce(sum(n), 0) AS a FROM tens \\gset\nSELECT coalesce(sum(n), 0) AS b FROM tens \\gset\nCOMMIT;\n"
        . "\\set gone :a - :b\n\\if :gone\nSELECT 1 / 0, :gone;\n\\endif",
);
my %weight = (insert => 4, upsert => 2, append => 3, ahead => 6, update => 3, delete => 2, both => 2, undone => 1, merge => 2, copy => 1, nested => 1, check => 1, read => 1);
my %script = map { $_ => script($node, $_, $draw . $statement{$_}) } keys %statement;
sub weighted { return map { ('-f', "$script{$_}\@$weight{$_}") } sort @_; }
my $refreshes = script($node, 'refreshes', $draw . join("\n", map {
    ("CALL refresh_continuous_aggregate('$_', NULL, NULL, options => '{\"buckets_per_batch\": 5}');",
     "CALL refresh_continuous_aggregate('$_', :time, :time + 200, force => :device > 7, options => '{\"buckets_per_batch\": 3}');")
} qw(tens sevens fifties)));

sub at_rest
{
    my ($when) = @_;
    $node->safe_psql('postgres', "CALL refresh_continuous_aggregate('$_', NULL, NULL)") for qw(tens sevens fifties);
    is($node->safe_psql('postgres', q{SELECT a, v.* FROM unnest('{tens,sevens,fifties}'::text[]) a, verify_continuous_aggregate(a::regclass) v WHERE reason <> 'rows dropped'}),
        '', "$when: every result is the query's");
    is($node->safe_psql('postgres', 'SELECT count(*) FROM varve_catalog.aggregate_change'), '0', "$when: nothing is left to hand on");
}

# Writers, of all kinds or of some, and refreshers; gives what these are told.
sub storm
{
    my ($when, $seconds, @kinds) = @_;
    my @scripts = weighted(@kinds ? @kinds : keys %statement);
    my @connection = ('-n', '-T', $seconds, '--random-seed', int(rand(1_000_000)));
    my ($out, $err) = ('', '');
    local $ENV{PGOPTIONS} = '-c synchronous_commit=off -c client_min_messages=debug1';  # refreshes do not wait for the same moment
    my $refresher = IPC::Run::start(
        [ $node->installed_command('pgbench'), @connection, '-c', '2', '-f', $refreshes, '-h', $node->host, '-p', $node->port, 'postgres' ],
        '>', \$out, '2>', \$err);
    delete $ENV{PGOPTIONS};
    # Writers may wait for each other in a circle: that is theirs to try again.
    $node->command_checks_all(
        [ 'pgbench', @connection, '-c', '4', '-j', '2', '-M', 'simple', '--max-tries', '100', @scripts, 'postgres' ],
        0, [qr/number of failed transactions: 0/], [qr/^(?!.*(ERROR|division|aborted))/s], "$when: writers meet no error, readers no difference");
    $refresher->finish;
    unlike($err, qr/ERROR|aborted/, "$when: refreshes meet no error");
    is($node->safe_psql('postgres', 'SELECT * FROM unexplained() LIMIT 5'), '', "$when: all that differs is known");
    return $err;
}
storm('storm', 5);
at_rest('storm');

# Chunks come and go as well.
my $drops = script($node, 'drops', "\\set to random(0, 300)\nSELECT drop_chunks('raw', older_than => (:to + 100)::int, newer_than => :to::int);\n\\sleep 50 ms\n");
{
    my ($out, $err) = ('', '');
    my $dropper = IPC::Run::start([ $node->installed_command('pgbench'), '-n', '-T', 4, '-c', 1, '--max-tries', '100', '-f', $drops, '-h', $node->host, '-p', $node->port, 'postgres' ], '>', \$out, '2>', \$err);
    storm('drops', 4);
    $dropper->finish;
}
at_rest('drops');

# Results become columns and rows again, under refreshes and readers.
$node->safe_psql('postgres', "ALTER MATERIALIZED VIEW $_ SET (timescaledb.enable_columnstore)") for qw(tens sevens fifties);
my $conversions = script($node, 'conversions', join("\n", map {
    ("SELECT compress_chunk(c) FROM show_chunks('$_') c ORDER BY random() LIMIT 2;", "SELECT decompress_chunk(c) FROM show_chunks('$_') c ORDER BY random() LIMIT 1;")
} qw(tens sevens fifties)));
{
    my ($out, $err) = ('', '');
    my $converter = IPC::Run::start(
        [ $node->installed_command('pgbench'), '-n', '-T', 4, '-c', 1, '--max-tries', '100', '-f', $conversions, '-h', $node->host, '-p', $node->port, 'postgres' ],
        '>', \$out, '2>', \$err);
    storm('columns', 4);
    $converter->finish;
    unlike($err, qr/ERROR|aborted/, 'columns: conversions meet no error');
}
at_rest('columns');
cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM timescaledb_information.chunks WHERE hypertable_name LIKE '\_mat%' AND is_compressed}), '>', 0, 'columns: some results are');

# Where rows are only inserted, and chunks of rows become columns and rows again, refreshes compute groups.
$node->safe_psql('postgres', "ALTER TABLE raw SET (timescaledb.enable_columnstore)");
{
    my $exchanges = script($node, 'exchanges',
        "SELECT compress_chunk(c) FROM show_chunks('raw') c ORDER BY random() LIMIT 2;\nSELECT decompress_chunk(c) FROM show_chunks('raw') c ORDER BY random() LIMIT 1;\n");
    my ($out, $err) = ('', '');
    my $converter = IPC::Run::start(
        [ $node->installed_command('pgbench'), '-n', '-T', 4, '-c', 1, '--max-tries', '100', '-f', $exchanges, '-h', $node->host, '-p', $node->port, 'postgres' ],
        '>', \$out, '2>', \$err);
    my $computed = qr/changed groups that are computed: [1-9]/;
    my $said = '';
    for my $round (1 .. 5) { last if ($said = storm('inserts', 4, qw(insert append ahead copy nested check read))) =~ $computed; }
    like($said, $computed, 'inserts: of some buckets groups were computed');
    $converter->finish;
    unlike($err, qr/ERROR|aborted/, 'inserts: conversions meet no error');
}
at_rest('inserts');

# A prepared transaction holds no refresh up, and what it changes is stale once it commits.
$node->safe_psql('postgres', q{
    BEGIN; INSERT INTO raw VALUES (455, 99, 1), (50000, 99, 1); DELETE FROM raw WHERE time BETWEEN 470 AND 480; PREPARE TRANSACTION 'late';
    BEGIN; INSERT INTO raw VALUES (456, 99, 1); PREPARE TRANSACTION 'never'});
$node->safe_psql('postgres', "INSERT INTO raw VALUES (60000, 1, 1)");
$node->safe_psql('postgres', "CALL refresh_continuous_aggregate('$_', NULL, NULL)") for qw(tens sevens);
$node->stop('immediate');
$node->start;
$node->safe_psql('postgres', "COMMIT PREPARED 'late'");
is($node->safe_psql('postgres', 'SELECT * FROM unexplained()'), '', 'prepared: all that differs is known');
isnt($node->safe_psql('postgres', q{SELECT bucket FROM verify_continuous_aggregate('tens') WHERE bucket IN ('450', '50000')}), '', 'prepared: something does');
$node->safe_psql('postgres', "ROLLBACK PREPARED 'never'");
at_rest('prepared');

# Refreshes that are killed at some point, by signal 9 and by cancellation, leave results as they were
# or as they should be.
for my $round (1 .. 4)
{
    $node->safe_psql('postgres', "UPDATE raw SET v = v + 1; INSERT INTO raw SELECT 70000 + $round * 100 + i, 1, i FROM generate_series(0, 99) i");
    my ($out, $err) = ('', '');
    my $refresh = IPC::Run::start(
        [ $node->installed_command('psql'), '-XAtq', '-d', $node->connstr('postgres'), '-c', 'SELECT pg_backend_pid()',
          '-c', "CALL refresh_continuous_aggregate('sevens', NULL, NULL, force => true, options => '{\"buckets_per_batch\": 1}')" ],
        '>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
    $refresh->pump until $out =~ /(\d+)\n/;
    my $pid = $1;
    $node->poll_query_until('postgres', "SELECT count(*) > 3 FROM (SELECT DISTINCT xmin FROM _timescaledb_internal._materialized_hypertable_3) x");
    if ($round % 2) { kill 9, $pid } else { $node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)") }
    $refresh->finish;
    await_recovery($node);
    is($node->safe_psql('postgres', 'SELECT * FROM unexplained()'), '', "killed $round: all that differs is known");
    at_rest("killed $round");
}
done_testing();
