# pg_upgrade takes a cluster with hypertables, jobs and a continuous aggregate over, by copies of the files
# and by links: the same rows, the same catalog, and everything goes on.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $settings = "shared_preload_libraries = 'varve'\nmax_locks_per_transaction = 256\n";

my $content = q{
    SELECT 'r', tableoid::regclass, time, device, value FROM readings ORDER BY time, device;
    SELECT 'u', uuid_timestamp(id), page FROM visit ORDER BY id;
    SELECT 'c', tableoid::regclass, n, what FROM counters ORDER BY n;
    SELECT 'a', * FROM per_day ORDER BY day, device;
    SELECT 'h', id, relation, column_name, column_type, chunk_interval FROM varve_catalog.hypertable ORDER BY id;
    SELECT 'k', id, hypertable_id, relation, range_begin, range_end, created FROM varve_catalog.chunk ORDER BY id;
    SELECT 'j', job_id, application_name, schedule_interval, proc_name, owner, scheduled, config, hypertable_name FROM timescaledb_information.jobs ORDER BY job_id;
    SELECT 'd', hypertable_name, column_name, integer_now_func FROM timescaledb_information.dimensions ORDER BY 2, 3;
    SELECT 'f', id, status FROM _timescaledb_catalog.chunk WHERE status <> 0 ORDER BY id;
    SELECT 'n', * FROM _timescaledb_catalog.chunk_column_stats ORDER BY id, chunk_id;
    SELECT 's', last_value FROM varve_catalog.hypertable_id_seq;
    SELECT 's', last_value FROM varve_catalog.chunk_id_seq;
    SELECT 'x', extversion FROM pg_extension WHERE extname = 'varve';
};

for my $name (qw(copy link))
{
    my $old = PostgreSQL::Test::Cluster->new("old_$name");
    $old->init;
    $old->append_conf('postgresql.conf', $settings);
    $old->start;
    $old->safe_psql('postgres', q{
        CREATE EXTENSION varve;
        CREATE TABLE readings (gone int, time timestamptz NOT NULL, device int, value float8, PRIMARY KEY (device, time));
        ALTER TABLE readings DROP gone;
        SELECT create_hypertable('readings', by_range('time', INTERVAL '1 day'));
        INSERT INTO readings SELECT timestamptz '2024-01-01' + i * interval '3 hours', i % 4, i FROM generate_series(1, 100) i;
        SELECT drop_chunks('readings', older_than => timestamptz '2024-01-03');
        CALL merge_chunks('_timescaledb_internal._hyper_1_5_chunk', '_timescaledb_internal._hyper_1_6_chunk');
        CREATE TABLE visit (id uuid PRIMARY KEY, page text);
        SELECT create_hypertable('visit', by_range('id', INTERVAL '1 day'));
        INSERT INTO visit SELECT to_uuidv7(timestamptz '2024-01-01' + i * interval '7 hours'), 'p' || i FROM generate_series(1, 20) i;
        CREATE TABLE counters (n int NOT NULL, what text);
        SELECT create_hypertable('counters', 'n', 'what', 2, chunk_time_interval => 10);
        INSERT INTO counters SELECT i, 'row ' || i FROM generate_series(-20, 20) i;
        SELECT add_retention_policy('visit', INTERVAL '100 years');
        CREATE SCHEMA "its clock";
        CREATE FUNCTION "its clock".now_s() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT extract(epoch FROM now())::bigint';
        CREATE TABLE ticks (s bigint NOT NULL);
        SELECT create_hypertable('ticks', 's', chunk_time_interval => 86400);
        INSERT INTO ticks SELECT extract(epoch FROM now())::bigint - i * 86400 FROM generate_series(0, 9) i;
        SELECT set_integer_now_func('ticks', '"its clock".now_s');
        SET timescaledb.enable_chunk_skipping = on;
        CREATE TABLE orders (time timestamptz NOT NULL, number int);
        SELECT create_hypertable('orders', by_range('time', INTERVAL '1 day'));
        SELECT enable_chunk_skipping('orders', 'number');
        INSERT INTO orders SELECT timestamptz '2024-01-01' + i * interval '1 hour', i FROM generate_series(0, 95) i;
        ALTER TABLE orders SET (tsdb.enable_columnstore, tsdb.segmentby = '');
        SELECT compress_chunk(c) FROM show_chunks('orders') c;
        INSERT INTO orders VALUES ('2024-01-02 12:00', 1000);
        SELECT _timescaledb_functions.freeze_chunk(c) FROM show_chunks('orders', newer_than => timestamptz '2024-01-03') c;
    });
    $old->safe_psql('postgres', q{CREATE MATERIALIZED VIEW per_day WITH (timescaledb.continuous) AS
        SELECT time_bucket('1 day', time) AS day, device, sum(value) FROM readings GROUP BY day, device});
    $old->safe_psql('postgres', q{INSERT INTO readings VALUES ('2024-01-08 01:00', 1, 1000)});
    my $before = $old->safe_psql('postgres', $content);
    my $new = PostgreSQL::Test::Cluster->new("new_$name");
    $new->init;
    $new->append_conf('postgresql.conf', $settings);
    $old->stop;

    my $bin = $old->config_data('--bindir');
    command_ok(
        [ 'pg_upgrade', '--no-sync', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $bin, '-B', $bin,
            '-s', $new->host, '-p', $old->port, '-P', $new->port, $name eq 'link' ? '--link' : () ],
        "$name: pg_upgrade runs");
    $new->start;
    is($new->safe_psql('postgres', $content), $before, "$name: rows, catalog and jobs are the same");

    $new->safe_psql('postgres', q{
        INSERT INTO readings VALUES ('2024-01-02 01:00', 1, 1), ('2025-01-01', 1, 1);
        INSERT INTO visit VALUES (to_uuidv7('2025-01-01'), 'new');
        INSERT INTO counters VALUES (1000, 'new');
        UPDATE readings SET time = time + interval '10 years' WHERE device = 2 AND time < '2024-01-05';
    });
    is($new->safe_psql('postgres', q{SELECT count(DISTINCT c) FROM (SELECT tableoid AS c FROM readings WHERE value = 1 UNION SELECT tableoid FROM visit WHERE page = 'new') s}),
        '3', "$name: new chunks are made");
    $new->safe_psql('postgres', "CALL refresh_continuous_aggregate('per_day', NULL, NULL)");
    is($new->safe_psql('postgres', q{SELECT count(*) FROM (TABLE per_day EXCEPT SELECT time_bucket('1 day', time), device, sum(value) FROM readings GROUP BY 1, 2) d}),
        '0', "$name: the aggregate is refreshed, with what had changed before");
    my $skipping = 'SET timescaledb.enable_chunk_skipping = on;';
    is($new->safe_psql('postgres', "$skipping SELECT number FROM orders WHERE number = 1000"), '1000', "$name: a late row is found");
    unlike($new->safe_psql('postgres', "$skipping EXPLAIN SELECT FROM orders WHERE number = 1000"), qr/Append/, "$name: of one chunk");
    $new->safe_psql('postgres', "INSERT INTO orders VALUES ('2024-01-01 12:00', 1001)");
    is($new->safe_psql('postgres', "$skipping SELECT number FROM orders WHERE number = 1001"), '1001', "$name: so is another one");
    is($new->safe_psql('postgres', q{SELECT array_agg(c) = (SELECT array_agg(o) FROM show_chunks('ticks', older_than => extract(epoch FROM now() - INTERVAL '50 hours')::bigint) o), count(*) BETWEEN 6 AND 8 FROM show_chunks('ticks', older_than => INTERVAL '50 hours') c}),
        't|t', "$name: the clock of integers is found, though its OID is another");
    is($new->safe_psql('postgres', "SELECT count(*) FROM drop_chunks('readings', older_than => timestamptz '2024-01-09')") > 0, 1, "$name: chunks are dropped");
    is($new->safe_psql('postgres', q{SELECT count(*) FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention'}), '1', "$name: the job is there");
    $new->stop;
}
done_testing();
