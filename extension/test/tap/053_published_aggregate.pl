# Results that are published: a refresh that replaces some of them is followed by subscribers where the results have a
# replica identity, and sends what it always sent where they have none.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $publisher = PostgreSQL::Test::Cluster->new('publisher');
$publisher->init(allows_streaming => 'logical');
$publisher->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\ntimezone = 'UTC'");
$publisher->start;
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init;
$subscriber->start;

my $results = '_timescaledb_internal._materialized_hypertable_2';
$publisher->safe_psql('postgres', q{
    CREATE EXTENSION varve;
    CREATE TABLE raw (time timestamptz NOT NULL, device int, v int);
    SELECT create_hypertable('raw', 'time');
    INSERT INTO raw SELECT '2024-01-01'::timestamptz + i * interval '1 hour', i % 5, i FROM generate_series(0, 95) i;
    CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 day', time) AS day, device, count(*) AS n, sum(v) AS total FROM raw GROUP BY 1, 2} . qq{;
    CREATE PUBLICATION p FOR TABLE $results WITH (publish_via_partition_root = true)});
$subscriber->safe_psql('postgres', "CREATE SCHEMA _timescaledb_internal; CREATE TABLE $results (day timestamptz NOT NULL, device int NOT NULL, n bigint, total bigint)");
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION s CONNECTION '" . $publisher->connstr . " dbname=postgres' PUBLICATION p");
$subscriber->wait_for_subscription_sync($publisher, 's');

# What the refresh after `change` sends, as far as the publication goes.
sub sent
{
    my ($change) = @_;
    $publisher->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('slot', 'test_decoding')");
    $publisher->safe_psql('postgres', "$change; CALL refresh_continuous_aggregate('daily', NULL, NULL)");
    my $kinds = $publisher->safe_psql('postgres', q{SELECT substring(data, ': ([A-Z]+):') AS kind, count(*)
        FROM pg_logical_slot_get_changes('slot', NULL, NULL, 'include-xids', '0') WHERE data LIKE '%\\_hyper\\_2\\_%' GROUP BY 1 ORDER BY 1});
    $publisher->safe_psql('postgres', "SELECT pg_drop_replication_slot('slot')");
    $publisher->wait_for_catchup('s');
    return $kinds;
}
my $rows = "SELECT * FROM $results ORDER BY 1, 2, 3, 4";
my $count = "SELECT count(*) FROM $results";

is(sent("INSERT INTO raw VALUES ('2024-01-02 00:30', 1, 1), ('2024-01-02 00:30', 9, 1)"), "DELETE|1\nINSERT|2", 'without an identity nothing is updated');
is($subscriber->safe_psql('postgres', $count), '22', 'and the subscriber goes on');
$publisher->safe_psql('postgres', "CREATE UNIQUE INDEX results_key ON $results (day, device); ALTER TABLE $results ALTER device SET NOT NULL");
$publisher->safe_psql('postgres', "ALTER TABLE $results REPLICA IDENTITY USING INDEX results_key");
$subscriber->safe_psql('postgres', "TRUNCATE $results; ALTER TABLE $results ADD PRIMARY KEY (day, device)");
$subscriber->safe_psql('postgres', 'ALTER SUBSCRIPTION s DISABLE');
$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION s');
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION s CONNECTION '" . $publisher->connstr . " dbname=postgres' PUBLICATION p");
$subscriber->wait_for_subscription_sync($publisher, 's');
is(sent("INSERT INTO raw VALUES ('2024-01-02 00:30', 1, 1), ('2024-01-02 00:30', 8, 1); DELETE FROM raw WHERE device = 9"), "DELETE|1\nINSERT|1\nUPDATE|1",
    'with one a result that has changed is');
is($subscriber->safe_psql('postgres', $rows), $publisher->safe_psql('postgres', $rows), 'and the subscriber has the same');
$publisher->safe_psql('postgres', "ALTER PUBLICATION p SET (publish = 'insert, delete')");
is(sent("INSERT INTO raw VALUES ('2024-01-02 00:30', 1, 1)"), "DELETE|1\nINSERT|1", 'a publication without updates gets none');
is($subscriber->safe_psql('postgres', $rows), $publisher->safe_psql('postgres', $rows), 'and its subscriber has the same');
unlike(slurp_file($subscriber->logfile), qr/ERROR/, 'the subscriber has met no error');
done_testing();
