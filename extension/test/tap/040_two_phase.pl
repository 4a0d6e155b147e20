# Chunks made, filled and dropped by a prepared transaction: nobody sees them before COMMIT PREPARED, who
# needs the same chunk waits, and a restart or a crash in between changes nothing.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q{
    shared_preload_libraries = 'varve'
    max_prepared_transactions = 10
});
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION varve;
    CREATE TABLE metric (time int NOT NULL, note text, PRIMARY KEY (time, note));
    SELECT create_hypertable('metric', 'time', chunk_time_interval => 10);
    INSERT INTO metric VALUES (1, 'old');
    CREATE TABLE empty (time int NOT NULL);
    SELECT create_hypertable('empty', 'time', chunk_time_interval => 10);
});
sub sql { return $node->safe_psql('postgres', $_[0]); }
my $rows = q{SELECT string_agg(time || ' ' || note, ', ' ORDER BY time) FROM metric};
my $chunks = q{SELECT string_agg(range_begin::text, ', ' ORDER BY range_begin) FROM varve_catalog.chunk JOIN pg_inherits ON inhrelid = relation
    WHERE inhparent = 'metric'::regclass};

# A session that has planned and routed before, so that only an invalidation tells it of the new chunk.
my $other = $node->background_psql('postgres', on_error_stop => 0);
is($other->query_safe($rows), '1 old', 'another session is warm');

for my $interruption ('none', 'restart', 'crash')
{
    my $end = sub {
        return if $interruption eq 'none';
        $interruption eq 'crash' ? $node->stop('immediate') : $node->stop;
        $node->start;
    };
    sql(q{BEGIN; INSERT INTO metric VALUES (11, 'new'), (12, 'new'), (2, 'new'); PREPARE TRANSACTION 'make'});
    sql(q{BEGIN; INSERT INTO empty VALUES (1); PREPARE TRANSACTION 'first'}) if $interruption eq 'none';
    $end->();
    is(sql($rows), '1 old', "$interruption: nobody sees the rows");
    is(sql($chunks), '0', "$interruption: nor the chunk");
    sql(q{INSERT INTO metric VALUES (21, 'beside')});
    my ($code, $out, $err) = $node->psql('postgres', q{SET lock_timeout = '100ms'; INSERT INTO metric VALUES (13, 'waits')});
    like($err, qr/canceling statement due to lock timeout/, "$interruption: who needs the same chunk waits");
    ($code, $out, $err) = $node->psql('postgres', q{SET lock_timeout = '100ms'; ANALYZE empty});
    like($err, qr/canceling statement due to lock timeout/, "$interruption: a first chunk keeps ANALYZE out") if $interruption eq 'none';
    sql(q{ROLLBACK PREPARED 'make'});
    is(sql($rows), '1 old, 21 beside', "$interruption: ROLLBACK PREPARED leaves no row");
    is(sql($chunks), '0, 20', "$interruption: and no chunk");

    sql(q{BEGIN; INSERT INTO metric VALUES (11, 'new'); PREPARE TRANSACTION 'make'});
    $end->();
    sql(q{COMMIT PREPARED 'make'; INSERT INTO metric VALUES (14, 'after')});
    is(sql($rows), '1 old, 11 new, 14 after, 21 beside', "$interruption: COMMIT PREPARED shows the rows");
    is($other->query_safe($rows), '1 old, 11 new, 14 after, 21 beside', 'the warm session sees them too') if $interruption eq 'none';

    sql(q{BEGIN; SELECT drop_chunks('metric', newer_than => 10); PREPARE TRANSACTION 'drop'});
    $end->();
    sql(q{ROLLBACK PREPARED 'drop'});
    is(sql($rows), '1 old, 11 new, 14 after, 21 beside', "$interruption: a drop that was rolled back has not happened");
    sql(q{BEGIN; SELECT drop_chunks('metric', newer_than => 10); PREPARE TRANSACTION 'drop'});
    $end->();
    sql(q{COMMIT PREPARED 'drop'});
    is(sql($rows), '1 old', "$interruption: one that was committed has");
    is(sql($chunks), '0', "$interruption: for the catalog as well");
    is($other->query_safe($rows), '1 old', 'and for the warm session') if $interruption eq 'none';
    if ($interruption eq 'none')
    {
        $other->quit;
        sql(q{COMMIT PREPARED 'first'; ANALYZE empty});
        is(sql('SELECT count(*) FROM empty'), 1, 'a first chunk from a prepared transaction is seen, ANALYZE or not');
    }
}

# The conversion itself.
sql(q{CREATE TABLE plain (time int NOT NULL, note text); CREATE INDEX ON plain (note); INSERT INTO plain SELECT i, 'row' FROM generate_series(1, 30) i;
    BEGIN; SELECT create_hypertable('plain', 'time', chunk_time_interval => 10, migrate_data => true); PREPARE TRANSACTION 'convert'});
$node->stop('immediate');
$node->start;
sql(q{COMMIT PREPARED 'convert'; INSERT INTO plain VALUES (100, 'row')});
is(sql(q{SELECT count(*), count(DISTINCT tableoid) FROM plain}), '31|5', 'a prepared create_hypertable() survives a crash');
sql(q{CREATE TABLE undone (time int NOT NULL); INSERT INTO undone VALUES (1);
    BEGIN; SELECT create_hypertable('undone', 'time', chunk_time_interval => 10, migrate_data => true); PREPARE TRANSACTION 'convert'});
$node->restart;
sql(q{ROLLBACK PREPARED 'convert'; INSERT INTO undone VALUES (2)});
is(sql(q{SELECT count(*), (SELECT relkind FROM pg_class WHERE relname = 'undone') FROM undone}), '2|r', 'and leaves a plain table where it is rolled back');
$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|was terminated by signal/, 'no process has crashed');
done_testing();
