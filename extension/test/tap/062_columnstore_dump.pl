# A dump of columnar chunks has each row once, restores into chunks that are columnar with their rows beside
# the columns, and those can be converted again.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dump');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'");
$node->start;
$node->safe_psql('postgres', q{
    CREATE DATABASE source;
    CREATE DATABASE target;
});
$node->safe_psql('source', q{
    CREATE EXTENSION varve;
    CREATE TABLE m (time timestamptz NOT NULL, device int NOT NULL, v numeric, note text, PRIMARY KEY (device, time));
    SELECT create_hypertable('m', by_range('time', interval '1 day'));
    INSERT INTO m SELECT t, d, d * 0.25, CASE WHEN d > 1 THEN repeat('long ', 1000 * d) END FROM generate_series(timestamptz '2024-01-01', '2024-01-03', '10 minutes') t, generate_series(1, 5) d;
    ALTER TABLE m SET (tsdb.enable_columnstore, tsdb.segmentby = 'device', tsdb.full_indexes = 'm_pkey', tsdb.sparse_index = 'bloom(note), minmax(v)');
    SELECT compress_chunk(c) FROM show_chunks('m', older_than => timestamptz '2024-01-03') c;
    UPDATE m SET v = 100 WHERE device = 3 AND time < '2024-01-01 02:00';
    DELETE FROM m WHERE device = 4 AND time < '2024-01-01 02:00';
});
my $full = q{SELECT string_agg(is_full_index(x.indexrelid)::text, ' ' ORDER BY x.indrelid) FROM pg_index x WHERE x.indrelid IN (SELECT show_chunks('m')) AND x.indisprimary};
is($node->safe_psql('source', $full), 'true true false', 'their keys are full indexes');
my $sum = "SELECT count(*), sum(v), md5(string_agg(m::text, ',' ORDER BY time, device)) FROM m";
my $chunks = "SELECT string_agg(chunk_name || ' ' || is_compressed, ', ' ORDER BY chunk_name) FROM timescaledb_information.chunks";
my $expected = $node->safe_psql('source', $sum);
my $states = $node->safe_psql('source', $chunks);
is($states, '_hyper_1_1_chunk true, _hyper_1_2_chunk true, _hyper_1_3_chunk false', 'two of three chunks are columnar');

my $file = $node->basedir . '/dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $file, $node->connstr('source') ], 'dumped');
$node->command_ok([ 'pg_restore', '-d', $node->connstr('target'), $file ], 'restored');
is($node->safe_psql('target', $sum), $expected, 'all rows, once');
is($node->safe_psql('target', $chunks), $states, 'chunks are what they were');
is($node->safe_psql('target', 'SELECT segmentby, orderby, index FROM timescaledb_information.hypertable_columnstore_settings'),
    'device|"time" DESC|[{"type": "bloom", "column": "note"}, {"type": "minmax", "column": "v"}, {"type": "full", "index": "m_pkey"}]', 'settings, too');
is($node->safe_psql('target', 'SELECT sum(pg_relation_size(c)) > 0 FROM show_chunks(\'m\') c'), 't', 'the rows are beside the columns');
$node->safe_psql('target', q{SELECT compress_chunk(c) FROM show_chunks('m', older_than => timestamptz '2024-01-03') c});
is($node->safe_psql('target', $sum), $expected, 'and become columns again');
is($node->safe_psql('target', $full), 'true true false', 'with full indexes');
is($node->safe_psql('target', q{SELECT sum(pg_relation_size(c)) FROM show_chunks('m', older_than => timestamptz '2024-01-03') c}), '0', 'all of them');

$node->stop;
done_testing();
