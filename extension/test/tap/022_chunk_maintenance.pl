# Maintenance of chunks and crashes: a server that is killed while a chunk is being reordered, moved,
# merged, split, detached or attached has the old state, and one killed afterwards the new one, with
# WAL for new files and without (wal_level = minimal); of chunks of rows, and of chunks in columns. And a storm:
# sessions that maintain chunks, and turn them into columns and rows, at random while others read, write and drop, one of
# the former killed now and then.
use strict;
use warnings;
use Cwd qw(abs_path);
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Recovery;
use Script;
use Test::More;
use Time::HiRes qw(usleep);

my $setup = q{
    CREATE EXTENSION varve;
    CREATE EXTENSION amcheck;
    CREATE TABLE kind (id int PRIMARY KEY);
    INSERT INTO kind SELECT generate_series(0, 9);
    CREATE TABLE metric (time int NOT NULL, device int NOT NULL, kind int REFERENCES kind, doc text, value bigint, PRIMARY KEY (device, time));
    SELECT create_hypertable('metric', 'time', chunk_time_interval => 100, create_default_indexes => false);
    CREATE INDEX ON metric (time);
    CREATE INDEX ON metric (doc);
    INSERT INTO metric SELECT i, i % 7, i % 10, repeat(md5(i::text), CASE i % 50 WHEN 0 THEN 500 ELSE 1 END), i FROM generate_series(0, 599) i;
    CREATE TABLE loaded (LIKE metric INCLUDING ALL);
    INSERT INTO loaded SELECT i, i % 7, i % 10, 'loaded', i FROM generate_series(1000, 1099) i;
    -- Rows of our catalog, partitions, bounds, files and the rows in them; indexes by amcheck.
    CREATE FUNCTION state() RETURNS SETOF text LANGUAGE sql AS $$
        SELECT 'rows ' || count(*) || ' ' || sum(value) || ' ' || sum(length(doc)) || ' ' || md5(string_agg(m::text, ' ' ORDER BY time, device)) FROM metric m
        UNION ALL (SELECT 'chunk ' || range_begin || ' ' || range_end || ' ' || (SELECT count(*) FROM pg_index WHERE indrelid = relation)
            || ' ' || coalesce((SELECT spcname FROM pg_class c JOIN pg_tablespace t ON t.oid = reltablespace WHERE c.oid = relation), '-')
            || ' ' || (SELECT amname FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE c.oid = relation)
            || ' ' || coalesce((SELECT columnar_rows || ' in ' || row_groups FROM varve_catalog.columnar_chunk WHERE chunk_id = id), 'no columns')
            || ' ' || coalesce((SELECT min(conname) FROM pg_constraint WHERE conrelid = relation AND contype = 'f'), 'no key')
            FROM varve_catalog.chunk ORDER BY range_begin)
        UNION ALL SELECT 'loaded ' || relispartition FROM pg_class WHERE relname = 'loaded'
    $$;
    CREATE FUNCTION contradictions() RETURNS SETOF text LANGUAGE sql AS $$
        SELECT 'chunk without a table ' || id FROM varve_catalog.chunk WHERE relation NOT IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'metric'::regclass)
        UNION ALL SELECT 'partition without a chunk ' || inhrelid FROM pg_inherits WHERE inhparent = 'metric'::regclass AND inhrelid NOT IN (SELECT relation FROM varve_catalog.chunk)
        UNION ALL SELECT 'bound that is not the range ' || relation FROM varve_catalog.chunk JOIN pg_class ON pg_class.oid = relation
            WHERE pg_get_expr(relpartbound, pg_class.oid) <> format('FOR VALUES FROM (%s) TO (%s)', range_begin, range_end)
        UNION ALL SELECT 'row in a wrong chunk ' || time FROM metric m JOIN varve_catalog.chunk ON relation = m.tableoid WHERE NOT (time >= range_begin AND time < range_end)
        UNION ALL SELECT 'left over ' || relname FROM pg_class WHERE relname ~ '^pg_temp_\d' OR relrewrite <> 0
        UNION ALL SELECT 'dangling ' || objid FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid NOT IN (SELECT oid FROM pg_class)
        UNION ALL SELECT 'chunk without all indexes ' || relation FROM varve_catalog.chunk
            WHERE (SELECT count(*) FROM pg_index JOIN pg_inherits ON inhrelid = indexrelid WHERE indrelid = relation AND indisvalid) <> 3
        UNION ALL SELECT 'columns of ' || chunk_id FROM varve_catalog.columnar_chunk c FULL JOIN (SELECT id FROM varve_catalog.chunk
            JOIN pg_class ON pg_class.oid = relation JOIN pg_am a ON a.oid = relam WHERE amname <> 'heap') k ON id = chunk_id WHERE id IS NULL OR chunk_id IS NULL
        UNION ALL SELECT 'toast ' || c.oid::regclass FROM pg_class c JOIN varve_catalog.chunk ON relation = c.oid JOIN pg_class t ON t.oid = c.reltoastrelid
            WHERE t.relname <> 'pg_toast_' || c.oid AND c.relname ~ '_hyper_'
    $$;
    CREATE FUNCTION check_indexes() RETURNS bigint LANGUAGE sql AS $$
        -- An index of a chunk in columns has not all its rows.
        SELECT count(bt_index_check(indexrelid, (SELECT amname = 'heap' FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE c.oid = indrelid)))
        FROM pg_index WHERE indrelid IN (SELECT relation FROM varve_catalog.chunk)
            OR indrelid IN (SELECT reltoastrelid FROM pg_class JOIN varve_catalog.chunk ON relation = pg_class.oid WHERE reltoastrelid <> 0)
    $$;
};

sub sound
{
    my ($node, $when) = @_;
    is($node->safe_psql('postgres', 'SELECT * FROM contradictions() LIMIT 10'), '', "$when: nothing contradicts");
    cmp_ok($node->safe_psql('postgres', 'SELECT check_indexes()'), '>', 0, "$when: indexes match their tables");
}

sub start
{
    my ($name, $settings) = @_;
    my $node = PostgreSQL::Test::Cluster->new($name);
    $node->init;
    $node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\nmax_locks_per_transaction = 256\nrestart_after_crash = on\n$settings");
    $node->start;
    $node->safe_psql('postgres', $setup);
    $node->safe_psql('postgres', "CREATE TABLESPACE cold LOCATION '" . abs_path(PostgreSQL::Test::Utils::tempdir()) . "'");
    return $node;
}

my $chunk = '_timescaledb_internal._hyper_1_';
my @operations = (
    [ reorder => "SELECT reorder_chunk('${chunk}1_chunk', 'metric_pkey')" ],
    [ move => "SELECT move_chunk('${chunk}1_chunk', 'cold')" ],
    [ merge => "CALL merge_chunks('${chunk}2_chunk', '${chunk}3_chunk')" ],
    [ split => "CALL split_chunk('${chunk}2_chunk')" ],
    [ 'split of a moved chunk' => "CALL split_chunk('${chunk}1_chunk', 10)" ],
    [ detach => "CALL detach_chunk('${chunk}5_chunk')" ],
    [ attach => q{CALL attach_chunk('metric', 'loaded', '{"time": [1000, 1100]}')} ],
);
for my $case ([ replica => 'rows' ], [ minimal => 'rows' ], [ replica => 'columns' ], [ minimal => 'columns' ])
{
    my ($wal_level, $kind) = @$case;
    my $level = "$wal_level, $kind";
    my $node = start("${wal_level}_$kind", "wal_level = $wal_level\nmax_wal_senders = 0\nwal_skip_threshold = 0\n");
    if ($kind eq 'columns')
    {
        $node->safe_psql('postgres', $_) for (
            "ALTER TABLE metric SET (tsdb.enable_columnstore, tsdb.segmentby = 'device', tsdb.orderby = 'time')",
            "SELECT compress_chunk(c) FROM show_chunks('metric', older_than => 500) c",
            "DELETE FROM metric WHERE time % 17 = 0; INSERT INTO metric SELECT time, 50, kind, doc, value FROM metric WHERE time % 19 = 0",
            "CALL detach_chunk('${chunk}4_chunk'); DROP TABLE loaded; ALTER TABLE ${chunk}4_chunk SET SCHEMA public; ALTER TABLE _hyper_1_4_chunk RENAME TO loaded;
                UPDATE loaded SET time = time + 700");
    }
    for (@operations)
    {
        my ($name, $statement) = @$_;
        next if $kind eq 'columns' && $name eq 'reorder';
        $node->safe_psql('postgres', "UPDATE metric SET value = value + 1 WHERE time % 3 = 0");
        my $before = $node->safe_psql('postgres', 'SELECT * FROM state()');
        my $session = $node->background_psql('postgres');
        $session->query_safe("BEGIN; $statement; INSERT INTO metric VALUES (250, 99), (350, 99), (1050, 99);");
        $node->stop('immediate');
        $node->start;
        is($node->safe_psql('postgres', 'SELECT * FROM state()'), $before, "$level, $name: killed before it was committed, nothing has happened");
        sound($node, "$level, $name, killed before");

        my $rows = $node->safe_psql('postgres', "SELECT md5(string_agg(m::text, ' ' ORDER BY time, device)) FROM metric m");
        $node->safe_psql('postgres', $statement);
        my $after = $node->safe_psql('postgres', 'SELECT * FROM state()');
        $node->stop('immediate');
        $node->start;
        is($node->safe_psql('postgres', 'SELECT * FROM state()'), $after, "$level, $name: killed after it was committed, it has");
        if ($name =~ /attach|detach/) {
            isnt($after, $before, "$level, $name: rows have come or gone");
        } else {
            is($node->safe_psql('postgres', "SELECT md5(string_agg(m::text, ' ' ORDER BY time, device)) FROM metric m"), $rows, "$level, $name: the rows are the same");
        }
        sound($node, "$level, $name, killed after");
    }
    $node->stop;
}

# Rows with a value below zero stay, wherever they are moved to: 300 of them, at every moment.
my $node = start('storm', "log_statement = none\n");
$node->safe_psql('postgres', q{
    UPDATE metric SET value = -1 WHERE time < 300;
    DELETE FROM metric WHERE time >= 300;
    ALTER TABLE metric SET (tsdb.enable_columnstore, tsdb.segmentby = 'device', tsdb.orderby = 'time');
    CREATE TABLE done (what text, count bigint DEFAULT 1, PRIMARY KEY (what));
    CREATE PROCEDURE maintain(dice int, at int) LANGUAGE plpgsql AS $$
    DECLARE
        chunks regclass[] := (SELECT array_agg(relation ORDER BY range_begin) FROM varve_catalog.chunk WHERE range_begin <= at + 100 AND range_end > at);
        what text := (ARRAY['reorder', 'move', 'merge', 'split', 'columns', 'again', 'rows'])[dice + 1];
    BEGIN
        CASE what
            WHEN 'reorder' THEN PERFORM reorder_chunk(chunks[1], 'metric_pkey');
            WHEN 'move' THEN PERFORM move_chunk(chunks[1], (ARRAY['cold', 'pg_default'])[at % 2 + 1]);
            WHEN 'merge' THEN CALL merge_chunks(chunks[1:3]);
            WHEN 'split' THEN CALL split_chunk(chunks[1]);
            WHEN 'columns' THEN PERFORM compress_chunk(chunks[1], if_not_compressed => false);
            WHEN 'again' THEN PERFORM compress_chunk(chunks[1], recompress => true);
            WHEN 'rows' THEN PERFORM decompress_chunk(chunks[1], if_compressed => false);
        END CASE;
        INSERT INTO done VALUES (what) ON CONFLICT ON CONSTRAINT done_pkey DO UPDATE SET count = done.count + 1;
    EXCEPTION
        -- Another session was faster; there is a gap, only one chunk, or one too narrow.
        WHEN sqlstate 'TS003' OR undefined_table OR feature_not_supported OR invalid_parameter_value THEN NULL;
        -- It is in columns already, or in rows.
        WHEN duplicate_object OR object_not_in_prerequisite_state THEN NULL;
    END $$;
});

my $draw = "\\set time random(0, 299)\n\\set dice random(0, 6)\n\\set device random(10, 20)\n";
my $maintain = script($node, 'maintain', $draw . 'CALL maintain(:dice, :time);');
my @scripts = (
    "$maintain\@4",
    script($node, 'storm_insert', $draw . q{
        INSERT INTO metric VALUES (:time, :device, 1, 'new', 1) ON CONFLICT (device, time) DO UPDATE SET value = metric.value + 1;}) . '@6',
    script($node, 'storm_move', $draw . q{
        UPDATE metric SET time = (time + 150) % 300, device = device + 1000 WHERE time = :time AND device >= 10 AND device < 1000;
        DELETE FROM metric WHERE device >= 1000;}) . '@2',
    script($node, 'storm_delete', $draw . 'DELETE FROM metric WHERE time = :time AND device >= 10;') . '@2',
    script($node, 'storm_count', 'SELECT 1 / (count(*) = 300)::int, 1 / (count(DISTINCT time) = 300)::int FROM metric WHERE value < 0;') . '@4',
    script($node, 'storm_far', $draw . q{
        INSERT INTO metric VALUES (:time * 100 + 10000, 5, 1, 'far', 1) ON CONFLICT DO NOTHING;
        SELECT drop_chunks('metric', newer_than => 10000, older_than => 10000 + :time * 100);}) . '@1',
);
# Until there was enough of everything; a slow machine takes its time.
my $all = 'again columns merge move reorder rows split';
my $kinds = sub { $node->safe_psql('postgres', q{SELECT string_agg(what, ' ' ORDER BY what) FROM done WHERE count > 10}) };
for my $round (1 .. 10)
{
    $node->command_checks_all(
        [ 'pgbench', '-n', '-c', '5', '-j', '2', '-T', '8', '-M', 'prepared', map({ ('-f', $_) } @scripts), 'postgres' ],
        0,
        [qr/number of failed transactions: 0/],
        [qr/^(?!.*(ERROR|aborted))/s],
        'a storm without an error');
    last if $kinds->() eq $all;
}
sound($node, 'after the storm');
is($node->safe_psql('postgres', 'SELECT count(*) FROM metric WHERE value < 0'), '300', 'every row that was to stay is there');
is($kinds->(), $all, 'it did all kinds of maintenance');

# A session that does nothing else is killed, again and again.
for my $round (1 .. 3)
{
    my ($out, $err) = ('', '');
    my $session = IPC::Run::start(
        [ $node->installed_command('psql'), '-XAtq', '-d', $node->connstr('postgres'), '-c', 'SELECT pg_backend_pid()',
            map { ('-c', 'CALL maintain(' . int(rand(7)) . ', ' . int(rand(300)) . ')') } 1 .. 2000 ],
        '>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
    $session->pump until $out =~ /^(\d+)$/m;
    my ($pid) = $out =~ /^(\d+)$/m;
    usleep(100_000 + int(rand(400_000)));
    kill 9, $pid;
    $session->finish;
    await_recovery($node);
    sound($node, "after kill $round");
    is($node->safe_psql('postgres', 'SELECT count(*) FROM metric WHERE value < 0'), '300', "after kill $round: every row is there");
}
done_testing();
