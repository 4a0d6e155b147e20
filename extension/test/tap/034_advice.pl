# advise() on statements: what pg_stat_statements has seen of hypertables.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve,pg_stat_statements'\ntimezone = 'UTC'");
$node->start;
$node->safe_psql('postgres', $_) for ('CREATE EXTENSION varve', 'CREATE SCHEMA monitoring', 'CREATE EXTENSION pg_stat_statements SCHEMA monitoring',
    q{CREATE TABLE readings (time timestamptz NOT NULL, device int, note text);
    CREATE TABLE other_readings (time timestamptz NOT NULL);
    SELECT create_hypertable('readings', 'time', chunk_time_interval => interval '1 day');
    INSERT INTO readings SELECT '2024-01-01'::timestamptz + i * interval '1 second', i % 5, 'note' FROM generate_series(0, 11999) i});

sub advice
{
    $node->safe_psql('postgres', 'SELECT monitoring.pg_stat_statements_reset()');
    $node->safe_psql('postgres', $_) for @_;
    return $node->safe_psql('postgres', q{SELECT string_agg(rule || ' ' || relation, ', ' ORDER BY rule) FROM advise()
        WHERE rule BETWEEN 'B10' AND 'B14' AND severity <> 'ok'});
}

is(advice("SELECT count(*) FROM readings WHERE time > '2024-01-01' LIMIT 10"), '', 'a good statement');
is(advice('SELECT count(*), pg_sleep(0.2) FROM readings'), 'B14 readings', 'no range of time');
is(advice('SELECT count(*), pg_sleep(0.2) FROM readings WHERE device = 1'), 'B10 readings', 'a condition, but not on the time');
is(advice("SELECT count(*), pg_sleep(0.2) FROM readings WHERE device = 1 AND time > '2024-01-01'"), '', 'and on the time');
is(advice("SELECT note FROM readings WHERE time > '2024-01-01'"), 'B11 readings', 'many rows');
is(advice("SELECT note FROM readings WHERE time > '2024-01-01' LIMIT 11000"), '', 'as many, and it says so');
is(advice("SELECT count(*), pg_sleep(1.1) FROM readings WHERE time > '2024-01-01'"), 'B12 readings', 'slow');
is(advice("SELECT * FROM readings WHERE time > '2024-01-01' LIMIT 1"), 'B13 readings', 'all columns');
is(advice('SELECT * FROM other_readings'), '', 'another table, whose name ends alike');
like($node->safe_psql('postgres', q{SELECT repair FROM advise() WHERE rule = 'B13'}), qr/^$/, 'and all is well again');
$node->stop;
done_testing();
