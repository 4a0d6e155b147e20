# Sessions that make chunks, write, read, move rows and drop chunks all at once meet no error, and
# leave a catalog in which everything fits; so does a kill -9 in the middle of making chunks, after
# which every row whose INSERT was acknowledged is there.
use strict;
use warnings;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Recovery;
use Script;
use Test::More;
use Time::HiRes qw(usleep);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q{
    shared_preload_libraries = 'varve'
    max_locks_per_transaction = 256
    restart_after_crash = on
    log_statement = none
});
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION varve;
    CREATE TABLE device (id int PRIMARY KEY, last bigint);
    INSERT INTO device SELECT generate_series(0, 9);
    CREATE TABLE metric (time bigint NOT NULL, device int REFERENCES device, value bigint, PRIMARY KEY (time, device));
    SELECT create_hypertable('metric', 'time', chunk_time_interval => 10);
    CREATE INDEX ON metric (device, time DESC);
    CREATE TABLE event (time bigint NOT NULL);
    SELECT create_hypertable('event', 'time', chunk_time_interval => 10);
    CREATE FUNCTION copy_events(first int, last int) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE format('COPY event FROM PROGRAM %L', format('seq %s %s', first, last));
    END $$;
    -- Whatever contradicts: rows of our catalog, partitions, their bounds, the rows in them.
    CREATE VIEW contradiction AS
    SELECT 'chunk without a table' AS what, id::text AS which FROM varve_catalog.chunk
    WHERE relation NOT IN (SELECT inhrelid FROM pg_inherits JOIN varve_catalog.hypertable ON relation = inhparent)
    UNION ALL
    SELECT 'partition without a chunk', inhrelid::regclass::text FROM pg_inherits JOIN varve_catalog.hypertable ON relation = inhparent
    WHERE inhrelid NOT IN (SELECT relation FROM varve_catalog.chunk)
    UNION ALL
    SELECT 'table that is no partition', relname FROM pg_class
    WHERE relname ~ '^_hyper_.*_chunk$' AND relkind = 'r' AND NOT relispartition
    UNION ALL
    SELECT 'bound that is not the range', relation::text FROM varve_catalog.chunk JOIN pg_class ON pg_class.oid = relation
    WHERE pg_get_expr(relpartbound, pg_class.oid) <>
        format('FOR VALUES FROM (%L) TO (%L)', range_begin::text, range_end::text)
    UNION ALL
    SELECT 'overlap', a.relation::text FROM varve_catalog.chunk a JOIN varve_catalog.chunk b
        ON a.hypertable_id = b.hypertable_id AND a.id <> b.id AND a.range_begin < b.range_end AND b.range_begin < a.range_end
    UNION ALL
    SELECT 'row in a wrong chunk', time::text FROM (SELECT tableoid, time FROM metric UNION ALL SELECT tableoid, time FROM event) r
    JOIN varve_catalog.chunk ON relation = r.tableoid
    WHERE NOT (time >= range_begin AND time < range_end)
    UNION ALL
    SELECT 'chunk without all indexes', relation::text FROM varve_catalog.chunk
    WHERE (SELECT count(*) FROM pg_index JOIN pg_inherits ON inhrelid = indexrelid WHERE indrelid = relation) <>
        CASE hypertable_id WHEN 1 THEN 2 ELSE 1 END
    UNION ALL
    SELECT 'chunk without its foreign key', relation::text FROM varve_catalog.chunk
    WHERE hypertable_id = 1 AND (SELECT count(*) FROM pg_constraint WHERE conrelid = relation AND contype = 'f') <> 1;
});

sub consistent
{
    my ($when) = @_;
    is($node->safe_psql('postgres', 'SELECT * FROM contradiction LIMIT 10'), '', "nothing contradicts $when");
}

# 60 slices, most of which keep coming and going. No drop reaches the newest chunk, on which sessions
# that make another one rely, and so may wait for each other.
my $draw = "\\set time random(0, 599)\n\\set other random(0, 599)\n\\set device random(0, 9)\n";
my @scripts = (
    script($node, 'insert', $draw . q{
        INSERT INTO metric VALUES (:time, :device, 1) ON CONFLICT DO NOTHING;}) . '@8',
    script($node, 'both', $draw . q{
        BEGIN;
        INSERT INTO metric VALUES (:time, :device, 1) ON CONFLICT (time, device) DO UPDATE SET value = metric.value + 1;
        UPDATE device SET last = :time WHERE id = :device;
        COMMIT;}) . '@4',
    script($node, 'move', $draw . q{
        DELETE FROM metric WHERE time = :time AND device = :device;
        UPDATE metric SET time = time + 600 WHERE time = :other AND device = :device AND time < 600;
        DELETE FROM metric WHERE time = :other + 600 AND device = :device;}) . '@2',
    script($node, 'read_some', $draw . q{
        SELECT count(*) FROM metric WHERE time >= :time AND time < :time + 25;}) . '@3',
    script($node, 'read_all', 'SELECT count(*), max(time) FROM metric;') . '@1',
    script($node, 'drop', $draw . q{
        SELECT drop_chunks('metric', older_than => (:time + 20)::bigint, newer_than => :time::bigint);
        SELECT drop_chunks('event', older_than => (:other + 40)::bigint, newer_than => :other::bigint);}) . '@2',
    script($node, 'copy', $draw . 'SELECT copy_events(:time, :time + 15);') . '@1',
);
$node->safe_psql('postgres', 'INSERT INTO metric VALUES (100000, 0, 0); INSERT INTO event VALUES (100000)');
$node->command_checks_all(
    [ 'pgbench', '-n', '-c', '4', '-j', '2', '-T', '8', '-M', 'prepared', map({ ('-f', $_) } @scripts), 'postgres' ],
    0,
    [qr/number of failed transactions: 0/],
    [qr/^(?!.*(ERROR|aborted))/s],
    'a storm without an error');
consistent('after the storm');
my $made = $node->safe_psql('postgres', 'SELECT last_value FROM varve_catalog.chunk_id_seq');
cmp_ok($made, '>', 100, "it made many chunks ($made)");

# A session that makes a chunk with every statement, and says what was committed.
my $next = 1_000_000;

sub killed_while_making
{
    my ($how, $kill) = @_;
    my $first = $next;
    $next += 50_000;
    my $statements = script($node, $first, "SELECT 'pid', pg_backend_pid();\n"
        . join('', map { "INSERT INTO metric VALUES ($_ * 10, 1, 1) RETURNING 'done', time;\n" } $first .. $first + 4999));
    my ($out, $err) = ('', '');
    my $session = IPC::Run::start(
        [ $node->installed_command('psql'), '-XAtq', '-d', $node->connstr('postgres'), '-f', $statements ],
        '>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
    my $enough = 20 + int(rand(60));
    until ((() = $out =~ /^done/mg) >= $enough) { $session->pump; }
    my ($pid) = $out =~ /^pid\|(\d+)/m;
    $kill->($pid);
    $session->finish;
    like($err, qr/connection to server was lost/, "$how: the session was killed");
    await_recovery($node);
    my @acknowledged = $out =~ /^done\|(\d+)$/mg;
    is($node->safe_psql('postgres',
            'SELECT count(*) FROM unnest(ARRAY[' . join(',', @acknowledged) . ']::bigint[]) t
            WHERE NOT EXISTS (SELECT FROM metric WHERE time = t)'),
        0, "$how: all " . @acknowledged . ' acknowledged rows are there');
    consistent("after a kill of the $how");
    $node->safe_psql('postgres', "INSERT INTO metric SELECT t * 10, 2, 2 FROM generate_series($first, $first + " . (@acknowledged + 1) . ') t');
    consistent("after making the missing chunks");
}

for (1 .. 2)
{
    killed_while_making('backend', sub { kill 9, $_[0] });
    killed_while_making('postmaster', sub { $node->kill9; usleep(10_000) while kill 0, $_[0]; $node->start; });
}
done_testing();
