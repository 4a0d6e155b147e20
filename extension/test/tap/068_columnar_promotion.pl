# Sessions that come to the same keys of columnar rows at the same moment, whatever they want of them, put one entry for each row
# into the index, and wait for each other as on any table.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Script;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\nautovacuum = off\nfsync = off\n");
$node->start;
sub sql { return $node->safe_psql('postgres', $_[0]); }
sql(q{CREATE EXTENSION varve; CREATE EXTENSION pageinspect;
    CREATE TABLE t (id int PRIMARY KEY, v int);
    SELECT create_hypertable('t', by_range('id', 1000000));
    ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id');
    -- An index that takes its time to find where an entry belongs: those who look for it in the meantime do not find it.
    CREATE FUNCTION slow_compare(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN RETURN CASE WHEN $1 < $2 THEN -1 WHEN $1 > $2 THEN 1 ELSE 0 END; END $$;
    CREATE OPERATOR CLASS slow_ops FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 slow_compare(int, int);
    CREATE UNIQUE INDEX ON t (id slow_ops);
    INSERT INTO t SELECT g, 0 FROM generate_series(1, 3000) g});
sql(q{SELECT compress_chunk(c) FROM show_chunks('t') c});
my $index = sql(q{SELECT indexrelid::regclass FROM pg_index WHERE NOT indisprimary AND indrelid = (SELECT show_chunks('t'))});

# Entries of columnar rows, and of how many different ones.
my $entries = qq{SELECT count(*), count(DISTINCT tid) FROM generate_series(1, (pg_relation_size('$index') / 8192 - 1)::int) page, bt_page_stats('$index', page) s,
    bt_page_items('$index', page) i, unnest(coalesce(i.tids, ARRAY[i.htid])) tid WHERE s.type = 'l' AND (tid::text::point)[0] >= 2147483648};

# All go through the same keys in the same order, `times` times; each statement of a client is about the next ones.
sub all_at_once
{
    my ($name, $from, $times, $statement) = @_;
    my $file = script($node, $name, "\\set i :i + 1\n$statement\n");
    my $all = 8 * $times;
    $node->command_checks_all([ 'pgbench', '-n', '-c', '8', '-j', '2', '-t', $times, '-D', "i=$from", '-f', $file, 'postgres' ],
        0, [qr/number of transactions actually processed: $all/], [qr/^(?!.*(ERROR|aborted))/s], "$name: no error");
}
# Who is first has more to do, so that the others catch up with him.
sql(q{CREATE PROCEDURE insert_again(first int) LANGUAGE plpgsql AS $$
    BEGIN
        FOR i IN first * 1000 - 999 .. first * 1000 LOOP
            BEGIN
                INSERT INTO t VALUES (i, 1);
                RAISE 'key % is there twice', i;
            EXCEPTION WHEN unique_violation THEN NULL;
            END;
        END LOOP;
    END $$});
all_at_once('insert', 0, 3, 'CALL insert_again(:i);');
is(sql($entries), '3000|3000', 'one entry for each row that is there already');
is(sql('SELECT count(*), sum(v) FROM t'), '3000|0', 'and nothing else');
all_at_once('upsert', 250, 500, 'INSERT INTO t VALUES (:i, 1) ON CONFLICT (id) DO UPDATE SET v = t.v + 1;');
is(sql('SELECT count(*), sum(v), count(*) FILTER (WHERE v = 8) FROM t'), '3000|4000|500', 'replaced once by each session');
all_at_once('replace', 500, 500, 'BEGIN; DELETE FROM t WHERE id = :i; INSERT INTO t VALUES (:i, 1) ON CONFLICT (id) DO UPDATE SET v = t.v + 1; COMMIT;');
is(sql($entries), '3000|3000', 'no row has got another one');
is(sql('SELECT count(*), count(DISTINCT id) FROM t'), '3000|3000', 'each key is there once');
is(sql('SET enable_seqscan = off; SELECT count(*) FROM generate_series(1, 3000) g JOIN t ON id = g'), '3000', 'and found by the index');
$node->stop;
done_testing();
