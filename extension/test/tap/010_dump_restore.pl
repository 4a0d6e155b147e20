# A dump restores to the same rows, the same definitions, and hypertables that still make chunks:
# in each format, by a superuser and by the owner of a database who is nobody special.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'");
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE owner LOGIN');
$node->safe_psql('postgres', "CREATE DATABASE $_ OWNER owner")
    for qw(source custom directory plain own);
my $dump = $node->basedir . '/dump';
mkdir $dump;

sub as_owner { return $node->safe_psql($_[0], $_[1], extra_params => [ '-U', 'owner' ]); }

# Made by the owner, who may create in this database and nothing else.
as_owner('source', q{
    CREATE EXTENSION varve;
    CREATE SCHEMA app;
    CREATE TABLE app.devices (id int PRIMARY KEY);
    INSERT INTO app.devices SELECT generate_series(1, 5);
    CREATE TABLE app.readings (
        gone int, id bigserial, time timestamptz, device int REFERENCES app.devices, doc text,
        v float8 CHECK (v >= 0), PRIMARY KEY (time, id)) WITH (fillfactor = 70);
    ALTER TABLE app.readings DROP gone;
    CREATE INDEX ON app.readings (device, time DESC);
    INSERT INTO app.readings (time, device, doc, v)
    SELECT '2024-01-01'::timestamptz + i * interval '6 hours', 1 + i % 5, repeat('x', i * 50), i FROM generate_series(1, 200) AS i;
    SELECT create_hypertable('app.readings', 'time', migrate_data => true, chunk_time_interval => interval '10 days');
    ALTER TABLE app.readings ADD late int DEFAULT 7;
    INSERT INTO app.readings (time, device, v) VALUES ('2025-06-01', 2, 5);
    CREATE SCHEMA pieces;
    CREATE TABLE app.counters (n int NOT NULL, what text);
    SELECT create_hypertable('app.counters', 'n', 'what', 2, chunk_time_interval => 10, associated_schema_name => 'pieces');
    INSERT INTO app.counters SELECT i, 'row ' || i FROM generate_series(-20, 20) AS i;
    CREATE TABLE app.empty (day date NOT NULL);
    SELECT create_hypertable('app.empty', by_range('day'));
    -- What chunks follow their hypertable in, and what is there for chunks to come alone.
    SELECT attach_tablespace('pg_default', 'app.counters');
    ALTER TABLE app.counters ENABLE ROW LEVEL SECURITY;
    CREATE POLICY all_rows ON app.counters USING (true);
    ALTER TABLE app.counters ALTER what SET STATISTICS 50, ALTER what SET (n_distinct = 9), REPLICA IDENTITY FULL;
    CREATE INDEX to_come ON ONLY app.counters (what);
});

my $content = q{
    SELECT 'r', time, id, device, md5(doc), v, late FROM app.readings ORDER BY time, id;
    SELECT 'c', tableoid::regclass, n, what FROM app.counters ORDER BY n;
    SELECT 'h', * FROM varve_catalog.hypertable ORDER BY id;
    SELECT 'k', * FROM varve_catalog.chunk ORDER BY id;
    SELECT 't', * FROM varve_catalog.tablespace;
    SELECT 'i', indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid::regclass::text LIKE 'app.%' ORDER BY indexrelid::regclass::text;
    SELECT 's', last_value FROM varve_catalog.hypertable_id_seq;
    SELECT 's', last_value FROM varve_catalog.chunk_id_seq;
};
my $rows = $node->safe_psql('source', $content);

SKIP: {
    skip 'pg_catcheck is not installed', 1 unless grep { -x "$_/pg_catcheck" } split /:/, $ENV{PATH};
    $node->command_ok([ 'pg_catcheck', '-h', $node->host, '-p', $node->port, 'source' ],
        'pg_catcheck finds no inconsistency');
}

# The schema in words, without what differs from one run of pg_dump to the next.
sub schema_of {
    my ($database) = @_;
    my ($out, $err) = run_command(
        [ 'pg_dump', '--schema-only', '-h', $node->host, '-p', $node->port, $database ]);
    $out =~ s/^\\(un)?restrict .*$//mg;
    return $out;
}
my $schema = schema_of('source');

# The copy holds what the source does, and its hypertables go on.
sub check {
    my ($database, $how) = @_;
    is($node->safe_psql($database, $content), $rows, "$how: same rows and catalog");
    is(schema_of($database), $schema, "$how: same definitions");
    my $next = $node->safe_psql('source', 'SELECT last_value + 1 FROM varve_catalog.chunk_id_seq');
    as_owner($database, q{
        INSERT INTO app.readings (time, device, v) VALUES ('2024-01-01', 1, 1), ('2030-01-01', 1, 1);
        INSERT INTO app.counters VALUES (1000, 'new');
        INSERT INTO app.empty VALUES ('2024-01-01');
    });
    is( $node->safe_psql($database,
            q{SELECT tableoid::regclass FROM app.readings WHERE time >= '2030-01-01'
              UNION ALL SELECT inhparent::regclass FROM app.counters c JOIN pg_inherits ON inhrelid = c.tableoid WHERE n = 1000
              UNION ALL SELECT tableoid::regclass FROM app.empty}),
        join("\n", '_timescaledb_internal._hyper_1_' . $next . '_chunk',
            'pieces._hyper_2_' . ($next + 1) . '_slice',
            '_timescaledb_internal._hyper_3_' . ($next + 3) . '_chunk'),
        "$how: new chunks, with new ids");
    is( $node->safe_psql($database, q{SELECT reloptions FROM pg_class WHERE oid =
            (SELECT tableoid FROM app.readings WHERE time >= '2030-01-01')}),
        '{fillfactor=70}', "$how: with the table's storage parameters");
    is( as_owner($database, q{CREATE TABLE app.more (time timestamptz NOT NULL);
            SELECT hypertable_id FROM create_hypertable('app.more', 'time')}),
        '4', "$how: new hypertables");
    as_owner($database, 'DROP TABLE app.readings, app.counters, app.empty, app.more');
    is($node->safe_psql($database, 'SELECT count(*) FROM varve_catalog.chunk'), '0', "$how: no orphan");
}

my @connection = ('-h', $node->host, '-p', $node->port);
$node->command_ok([ 'pg_dump', @connection, '-Fc', '-f', "$dump/custom", 'source' ], 'dump, custom format');
$node->command_ok([ 'pg_restore', @connection, '-e', '-d', 'custom', "$dump/custom" ], 'restored');
check('custom', 'custom format');

$node->command_ok([ 'pg_dump', @connection, '-Fd', '-j2', '-f', "$dump/directory", 'source' ], 'dump, directory format');
$node->command_ok([ 'pg_restore', @connection, '-e', '-j2', '-d', 'directory', "$dump/directory" ], 'restored in parallel');
check('directory', 'directory format');

$node->command_ok([ 'pg_dump', @connection, '-f', "$dump/plain.sql", 'source' ], 'dump, plain');
$node->command_ok([ 'psql', @connection, '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dump/plain.sql", 'plain' ], 'restored in one session');
check('plain', 'plain format');

$node->command_ok([ 'pg_dump', @connection, '-U', 'owner', '-Fc', '-f', "$dump/own", 'source' ], 'dump by the owner');
$node->command_ok([ 'pg_restore', @connection, '-U', 'owner', '-e', '-d', 'own', "$dump/own" ], 'restored by the owner');
check('own', 'by the owner');

# The owner's right to restore is no right to lie about others' tables.
$node->safe_psql('own', q{CREATE TABLE theirs (time timestamptz NOT NULL) PARTITION BY RANGE (time);
    CREATE TABLE ordinary (time timestamptz NOT NULL)});
as_owner('own', 'CREATE SCHEMA mine; CREATE TABLE mine.t (time timestamptz NOT NULL) PARTITION BY RANGE (time);
    CREATE TABLE mine.dates (day date NOT NULL) PARTITION BY RANGE (day);
    CREATE TABLE mine.alone (time timestamptz NOT NULL); CREATE TABLE mine.part (time timestamptz NOT NULL)');
$node->safe_psql('own', 'ALTER TABLE theirs ATTACH PARTITION mine.part DEFAULT');
my $row = q{'_timescaledb_internal', '_hyper_9', 'time', '%s', 86400000000};
my ($code, $out, $err) = $node->psql('own',
    "INSERT INTO varve_catalog.hypertable VALUES (9, 'mine.dates', '_timescaledb_internal', '_hyper_9', 'day', 'date', 1)",
    extra_params => [ '-U', 'owner' ]);
like($err, qr/whole number of days/, 'an interval that does not suit the type is refused');
for my $case ([ 'theirs', 'timestamptz', 'must be owner' ], [ 'ordinary', 'timestamptz', 'must be owner' ],
    [ 'mine.t', 'text', 'does not describe' ], [ 'mine.t', 'timestamp', 'does not describe' ]) {
    my ($table, $type, $error) = @$case;
    my ($code, $out, $err) = $node->psql('own',
        "INSERT INTO varve_catalog.hypertable VALUES (9, '$table', " . sprintf($row, $type) . ')',
        extra_params => [ '-U', 'owner' ]);
    like($err, qr/$error/, "$table as $type is refused");
}
for my $case ([ 'ordinary', 'must be owner' ], [ 'mine.alone', 'is no partition' ], [ 'mine.part', 'must be owner' ]) {
    my ($table, $error) = @$case;
    my ($code, $out, $err) = $node->psql('own',
        "INSERT INTO varve_catalog.chunk VALUES (99, 1, '$table', 0, 1, now())", extra_params => [ '-U', 'owner' ]);
    like($err, qr/$error/, "$table as a chunk is refused");
}
done_testing();
