# Statements that are cancelled, time out or lose their session while they make or drop chunks leave
# nothing behind, and the same statement succeeds when it is left alone.
use strict;
use warnings;
use Cwd qw(abs_path);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q{
    shared_preload_libraries = 'varve'
    max_locks_per_transaction = 512
});
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION varve;
    CREATE TABLE device (id int PRIMARY KEY);
    INSERT INTO device SELECT generate_series(0, 9);
    CREATE TABLE metric (time int NOT NULL, device int REFERENCES device, PRIMARY KEY (time, device));
    SELECT create_hypertable('metric', 'time', chunk_time_interval => 10);
    CREATE INDEX ON metric (device, time DESC);
    CREATE VIEW left_behind AS
    SELECT relname FROM pg_class WHERE relname ~ '^_hyper_' AND relkind = 'r' AND oid NOT IN (SELECT relation FROM varve_catalog.chunk)
    UNION ALL SELECT 'chunk ' || id FROM varve_catalog.chunk WHERE relation NOT IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'metric'::regclass)
    UNION ALL SELECT 'lock ' || locktype FROM pg_locks WHERE locktype = 'advisory';
});
sub sql { return $node->safe_psql('postgres', $_[0]); }

# Waiting for the slice that another session holds.
my $holder = $node->background_psql('postgres');
$holder->query_safe('BEGIN; INSERT INTO metric VALUES (1, 1), (11, 1)');
for (q{SET statement_timeout = '50ms'; INSERT INTO metric VALUES (12, 2)}, q{SET lock_timeout = '50ms'; INSERT INTO metric SELECT i, 2 FROM generate_series(25, 5, -10) i},
    q{SET statement_timeout = '50ms'; COPY metric FROM PROGRAM 'printf "12\t2\n"'})
{
    my ($code, $out, $err) = $node->psql('postgres', $_);
    like($err, qr/canceling statement due to (statement|lock) timeout/, 'a wait for a slice can time out');
}
$holder->query_safe('ROLLBACK');
$holder->quit;
is(sql('SELECT * FROM left_behind'), '', 'nothing is left behind');
is(sql('SELECT count(*) FROM varve_catalog.chunk'), 0, 'not even a chunk');

# A file, since a timeout interrupts a program as well.
my $file = abs_path($PostgreSQL::Test::Utils::tmp_check) . '/rows';
append_to_file($file, join '', map { $_ * 10 . "\t1\n" } 1 .. 400);

# Timeouts at whatever moment of making many chunks, by each kind of statement.
my %statement = (
    insert => 'INSERT INTO metric SELECT i * 10, i % 10 FROM generate_series(1, 400) i',
    copy => "COPY metric FROM '$file'",
    update => 'UPDATE metric SET time = -time * 10 WHERE time > 0',
    drop => q{SELECT count(*) FROM drop_chunks('metric', newer_than => -1000000)},
);
my %stopped = map { ($_ => 0) } keys %statement;
for my $what (qw(insert copy update drop))
{
    sql('INSERT INTO metric SELECT i * 10, 5 FROM generate_series(1, 60) i ON CONFLICT DO NOTHING') if $what eq 'update' || $what eq 'drop';
    my $before = sql('SELECT count(*), sum(time) FROM metric');
    for my $ms (1, 2, 3, 5, 8, 13, 21, 34, 55, 89)
    {
        my ($code, $out, $err) = $node->psql('postgres', "SET statement_timeout = '${ms}ms'; BEGIN; $statement{$what}; ROLLBACK;");
        $stopped{$what}++ if $err =~ /statement timeout/;
        die $err if $err && $err !~ /statement timeout/;
    }
    is(sql('SELECT count(*), sum(time) FROM metric'), $before, "$what: rows are as before ($stopped{$what} of 10 were stopped)");
    cmp_ok($stopped{$what}, '>', 0, "$what: some were stopped");
    is(sql('SELECT * FROM left_behind'), '', "$what: nothing is left behind");
}

# Inside a subtransaction, whose session goes on and uses what it has.
is(sql(q{
    CREATE FUNCTION cancelled(what text) RETURNS int LANGUAGE plpgsql AS $$
    DECLARE stopped int := 0;
    BEGIN
        FOR n IN 1..20 LOOP
            BEGIN
                EXECUTE what USING n;
                RAISE division_by_zero;
            EXCEPTION WHEN division_by_zero OR lock_not_available THEN stopped := stopped + 1;
            END;
        END LOOP;
        RETURN stopped;
    END $$;
    BEGIN;
    SELECT cancelled('INSERT INTO metric SELECT 5000 + i * 10, $1 % 10 FROM generate_series(1, $1) i');
    INSERT INTO metric VALUES (5015, 1);
    COMMIT;
    SELECT count(*) FROM metric WHERE time > 5000}), "20\n1", 'subtransactions that made chunks and failed are forgotten');
is(sql('SELECT * FROM left_behind'), '', 'nothing is left behind');

# A session that is terminated in the middle.
my $victim = $node->background_psql('postgres', on_error_stop => 0);
my $pid = $victim->query_safe('SELECT pg_backend_pid()');
$victim->query_until(qr/started/, "\\echo started\nINSERT INTO metric SELECT i * 10, 1 FROM generate_series(10000, 19999) i;\n");
$node->poll_query_until('postgres', "SELECT count(*) > 20 FROM pg_locks WHERE pid = $pid") or die 'it does not begin';
sql("SELECT pg_terminate_backend($pid, 10000)");
is(sql('SELECT * FROM left_behind'), '', 'nothing is left behind by a terminated session');
sql('INSERT INTO metric VALUES (100000, 1), (100010, 1)');
is(sql('SELECT count(*) FROM metric WHERE time >= 100000'), 2, 'the next one makes the same chunks');
$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|was terminated by signal/, 'no process has crashed');
done_testing();
