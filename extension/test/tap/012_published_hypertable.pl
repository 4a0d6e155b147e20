# A published table becomes a hypertable: subscribers do not get its rows again, and get what comes
# later under the table's own name.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $publisher = PostgreSQL::Test::Cluster->new('publisher');
$publisher->init(allows_streaming => 'logical');
$publisher->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'");
$publisher->start;
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init;
$subscriber->start;

# Chunks lie in the published schema, so that even one that stands alone is published.
# The subscriber is a plain server, and its table a plain table, at first without a key, which
# would refuse duplicates.
my $table = 'CREATE TABLE readings (time timestamptz NOT NULL, id int NOT NULL, v float8)';
my $sum = 'SELECT count(*), count(DISTINCT id), sum(v) FROM readings';
$subscriber->safe_psql('postgres', $table);
$publisher->safe_psql('postgres', "CREATE EXTENSION varve; $table;" . q{
    CREATE UNIQUE INDEX readings_key ON readings (time, id);
    ALTER TABLE readings REPLICA IDENTITY USING INDEX readings_key;
    INSERT INTO readings SELECT '2024-01-01'::timestamptz + i * interval '1 hour', i, i FROM generate_series(1, 500) AS i;
    CREATE PUBLICATION p FOR TABLES IN SCHEMA public WITH (publish_via_partition_root = true)});
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION s CONNECTION '" . $publisher->connstr . " dbname=postgres' PUBLICATION p");
$subscriber->wait_for_subscription_sync($publisher, 's');
is($subscriber->safe_psql('postgres', $sum), '500|500|125250', 'the rows are there');

$publisher->safe_psql('postgres', q{
    INSERT INTO readings VALUES ('2024-02-01', 501, 501);
    BEGIN;
    INSERT INTO readings VALUES ('2024-02-02', 502, 502);
    SELECT create_hypertable('readings', 'time', migrate_data => true, associated_schema_name => 'public');
    INSERT INTO readings VALUES ('2024-02-03', 503, 503);
    COMMIT;
    INSERT INTO readings VALUES ('2030-01-01', 504, 504);
});
$publisher->wait_for_catchup('s');
is($subscriber->safe_psql('postgres', $sum), '504|504|127260', 'each once, before, inside and after the conversion');

$subscriber->safe_psql('postgres', 'ALTER TABLE readings ADD PRIMARY KEY (time, id)');
$publisher->safe_psql('postgres', q{
    UPDATE readings SET v = 0 WHERE id <= 10;
    UPDATE readings SET time = '2031-01-01' WHERE id = 11;
    DELETE FROM readings WHERE id IN (12, 504);
});
$publisher->wait_for_catchup('s');
my $all = 'SELECT * FROM readings ORDER BY id';
is($subscriber->safe_psql('postgres', $all), $publisher->safe_psql('postgres', $all), 'updates, moves and deletes arrive');
$publisher->safe_psql('postgres', 'TRUNCATE readings');
$publisher->wait_for_catchup('s');
is($subscriber->safe_psql('postgres', $sum), '0|0|', 'and TRUNCATE');
unlike(slurp_file($subscriber->logfile), qr/ERROR/, 'the subscriber has met no error');
done_testing();
