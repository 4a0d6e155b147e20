# Locks and changes of columnar rows that outlive sessions and crashes: prepared transactions of every kind, beside the same ones of a
# plain table; and multixacts, in which those who share a row meet, frozen while they live and when they are gone, until their ids have wrapped around.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'\nmax_prepared_transactions = 50\nautovacuum = off\nwal_level = logical\nclient_min_messages = warning\n");
$node->start;
sub sql { return $node->safe_psql('postgres', $_[0]); }
sub crash { $node->stop('immediate'); $node->start; }
# Databases that nobody opens keep old multixacts for ever.
sql(q{UPDATE pg_database SET datistemplate = false});
sql("DROP DATABASE $_") for 'template0', 'template1';
sql(q{CREATE EXTENSION varve;
    CREATE TABLE t (id int PRIMARY KEY, v int, note text);
    SELECT create_hypertable('t', by_range('id', 10000));
    ALTER TABLE t SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id');
    INSERT INTO t SELECT g, g * 10, 'row ' || g FROM generate_series(1, 200) g;
    CREATE TABLE u (LIKE t INCLUDING ALL); INSERT INTO u SELECT * FROM t;
    CREATE TABLE t_child (id int REFERENCES t); CREATE TABLE u_child (id int REFERENCES u);
    CREATE FUNCTION differences() RETURNS bigint LANGUAGE sql AS $$
        SELECT count(*) FROM ((SELECT * FROM t EXCEPT ALL SELECT * FROM u) UNION ALL (SELECT * FROM u EXCEPT ALL SELECT * FROM t)) x $$;
    -- Keys of which somebody holds the row, as far as it keeps others from `mode`.
    CREATE FUNCTION held(tab regclass, mode text) RETURNS text LANGUAGE plpgsql AS $$
    DECLARE
        result text := '';
    BEGIN
        FOR n IN 1 .. 60 LOOP
            BEGIN
                EXECUTE format('SELECT FROM %s WHERE id = %s FOR %s NOWAIT', tab, n, mode);
            EXCEPTION WHEN lock_not_available THEN result := result || n || ' ';
            END;
        END LOOP;
        RETURN result;
    END $$});
sql(q{SELECT compress_chunk(c) FROM show_chunks('t') c});
my $columnar = q{SELECT count(*) FROM t WHERE (ctid::text::point)[0] >= 2147483648};
is(sql($columnar), '200', 'rows are in columns');

# Conversions, prepared: before the changes, since rows that came after who is prepared stay rows.
my %ends;
my @conversions = map { my $kind = $_; map { { table => lc "${kind}_$_", kind => $kind, end => $_ } } qw(COMMIT ROLLBACK) } qw(compress recompress decompress);
for my $conversion (@conversions) {
    my $table = $conversion->{table};
    sql("CREATE TABLE $table (LIKE t INCLUDING ALL); SELECT create_hypertable('$table', by_range('id', 10000)); ALTER TABLE $table SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'id');
        INSERT INTO $table SELECT g, g, 'x' FROM generate_series(1, 100) g");
    sql("SELECT compress_chunk(c) FROM show_chunks('$table') c") unless $conversion->{kind} eq 'compress';
    sql("DELETE FROM $table WHERE id = 5; UPDATE $table SET v = 0 WHERE id = 6");
}
for my $conversion (@conversions) {
    my $table = $conversion->{table};
    my $call = $conversion->{kind} eq 'decompress' ? 'decompress_chunk(c)' : 'compress_chunk(c, recompress => true)';
    sql("BEGIN; SELECT $call FROM show_chunks('$table') c; PREPARE TRANSACTION '$table'");
    push @{ $ends{ $conversion->{end} } }, "$conversion->{end} PREPARED '$table'";
}

# Every kind of change, prepared; n is a key of its own.
my %kinds = (
    delete => 'DELETE FROM TAB WHERE id = N', update => 'UPDATE TAB SET v = 0 WHERE id = N', key => 'UPDATE TAB SET id = 1000 + N WHERE id = N',
    long => q{UPDATE TAB SET note = repeat(md5(v::text), 500) WHERE id = N}, upsert => q{INSERT INTO TAB VALUES (N, 1, 'x') ON CONFLICT (id) DO UPDATE SET note = excluded.note},
    nothing => q{INSERT INTO TAB VALUES (N, 1, 'x') ON CONFLICT DO NOTHING}, lock => 'SELECT FROM TAB WHERE id = N FOR UPDATE', share => 'SELECT FROM TAB WHERE id = N FOR SHARE',
    child => 'INSERT INTO TAB_child VALUES (N)', lock_and_delete => 'SELECT FROM TAB WHERE id = N FOR UPDATE; DELETE FROM TAB WHERE id = N',
    again => q{DELETE FROM TAB WHERE id = N; INSERT INTO TAB VALUES (N, 2, 'again')}, undone => 'SAVEPOINT a; DELETE FROM TAB WHERE id = N; ROLLBACK TO a; UPDATE TAB SET v = 1 WHERE id = N',
    twice => 'UPDATE TAB SET v = 1 WHERE id = N; UPDATE TAB SET v = 2 WHERE id = N');
my $n = 0;
for my $end (qw(COMMIT ROLLBACK)) {
    for my $kind (sort keys %kinds) {
        ++$n;
        my $both = join('; ', map { $kinds{$kind} =~ s/TAB/$_/gr =~ s/\bN\b/$n/gr } 't', 'u');
        sql("BEGIN; $both; PREPARE TRANSACTION 'p$n'");
        push @{ $ends{$end} }, "$end PREPARED 'p$n'";
    }
}
crash();
my $modes = sub { return join('|', map { sql("SELECT held('$_[0]', '$_')") } 'UPDATE', 'SHARE', 'KEY SHARE'); };
# An update of a columnar row holds off KEY SHARE, too.
my $not_key = sub { return join('|', map { sql("SELECT held('$_[0]', '$_')") } 'UPDATE', 'SHARE'); };
is($not_key->('t'), $not_key->('u'), 'after a crash, who holds a row holds it');
like($not_key->('u'), qr/(\d+ ){20,}\|(\d+ ){15,}/, 'and there are such');
is(sql('SELECT differences()'), '0', 'nothing is seen of what is prepared');
my ($status, $out, $err) = $node->psql('postgres', q{SET lock_timeout = '100ms'; SELECT count(*) FROM compress_commit});
like($err, qr/lock timeout/, 'a conversion that is prepared locks out readers');
sql('CHECKPOINT');
sql(q{VACUUM (FREEZE) t, u});
crash();
is($not_key->('t'), $not_key->('u'), 'frozen around, and after another crash');
sql($_) for map { @$_ } @ends{qw(COMMIT ROLLBACK)};
is(sql('SELECT differences()'), '0', 'those that were committed have happened, the others have not');
is(sql('SELECT count(*) FILTER (WHERE v < 10), count(*) FILTER (WHERE id > 1000) FROM t'), '4|1', 'the former are some') or diag(sql('SELECT id, v, left(note, 10) FROM t WHERE v < 10 OR id > 1000'));
is($modes->('t'), '||', 'nobody holds a row any more');
is(sql('SELECT differences()'), '0', 'nor has looking changed it');
for my $conversion (@conversions) {
    my ($table, $kind, $end) = @$conversion{qw(table kind end)};
    is(sql("SELECT count(*), sum(v) FROM $table"), '99|5039', "$table: all rows");
    my $columns = $kind eq 'recompress' || ($kind eq 'compress') == ($end eq 'COMMIT');
    is(sql("SELECT count(*) > 50 FROM $table WHERE (ctid::text::point)[0] >= 2147483648"), $columns ? 't' : 'f', "$table: in columns, or not");
    sql("UPDATE $table SET v = v + 1; INSERT INTO $table VALUES (5, 0, 'new')");
}

# --- Multixacts

my $toast = sql(q{SELECT reltoastrelid::regclass FROM pg_class WHERE oid = (SELECT show_chunks('t'))});
sub shared
{
    my (@keys) = @_;
    my $keys = join(', ', @keys);
    sql("BEGIN; SELECT FROM t WHERE id IN ($keys) FOR $_->[1]; PREPARE TRANSACTION '$_->[0]'") for [ 'one', 'SHARE' ], [ 'two', 'KEY SHARE' ];
}
my $age = sub { return sql("SELECT max(mxid_age(relminmxid)) FROM pg_class WHERE oid = '$toast'::regclass OR oid = (SELECT show_chunks('t')) OR relkind IN ('r', 't', 'm') AND relminmxid <> '0'"); };
my $next = sub { return sql(q{SELECT next_multixact_id FROM pg_control_checkpoint()}); };

# As after so many multixacts. The page of the next one has to be there.
sub move_multixacts
{
    my ($next, $oldest) = @_;
    $node->stop;
    my $path = sprintf('%s/pg_multixact/offsets/%04X', $node->data_dir, int($next / 2048 / 32));
    append_to_file($path, "\0" x (32 * 8192)) unless -e $path;
    command_ok([ $node->installed_command('pg_resetwal'), '-m', "$next,$oldest", '-D', $node->data_dir ], "the next multixact is $next");
    $node->start;
}

my $key = 101;
for my $to (1_400_000_000, 2_800_000_000, 4_200_000_000, 2**32 - 5) {
    sql('VACUUM (FREEZE)');
    sql('CHECKPOINT');
    cmp_ok($age->(), '<', 100, "before $to: all are frozen");
    move_multixacts($to, sql(q{SELECT datminmxid FROM pg_database WHERE datname = 'postgres'}));
    my ($shared, $shared_too) = ($key, $key + 1);
    $key += 10;
    shared($shared .. $shared + 3);
    is(sql("SELECT count(*) FROM $toast h, pg_get_multixact_members(h.xmax) WHERE chunk_id = 2 AND chunk_seq = $shared - 1"), '2', "from $to: two meet in a multixact");
    my $locked = sub {
        my ($when) = @_;
        for my $statement ("DELETE FROM t WHERE id = $shared", "UPDATE t SET v = 1 WHERE id = $shared_too", "SELECT FROM t WHERE id = $shared FOR UPDATE") {
            my ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY sqlstate\nSET lock_timeout = '20ms'; $statement");
            like($err, qr/55P03/, "from $to: $when, $statement waits");
        }
        is(sql("SELECT count(*) FROM (SELECT FROM t WHERE id IN ($shared, $shared_too) FOR SHARE NOWAIT) x"), '2', "from $to: $when, they can be shared");
    };
    $locked->('shared by two');
    sql('VACUUM (FREEZE) t');
    $locked->('frozen');
    crash();
    sql('VACUUM (FREEZE) t');
    $locked->('after a crash');
    sql(q{COMMIT PREPARED 'one'});
    sql('VACUUM (FREEZE) t');
    my ($status, $out, $err) = $node->psql('postgres', "SET lock_timeout = '20ms'; DELETE FROM t WHERE id = $shared");
    like($err, qr/lock timeout/, "from $to: one of two is still there");
    # Rows that are shared by who then goes on are shared with nobody; the ids wrap around with the last.
    for my $i (1 .. 12) { sql("BEGIN; SELECT FROM t WHERE id = $shared + 3 FOR KEY SHARE; SAVEPOINT a; SELECT FROM t WHERE id = $shared + 3 FOR SHARE; COMMIT"); }
    sql(q{COMMIT PREPARED 'two'});
    sql("DELETE FROM t WHERE id = $shared; UPDATE t SET v = v + 1 WHERE id = $shared_too; DELETE FROM u WHERE id = $shared; UPDATE u SET v = v + 1 WHERE id = $shared_too");
    is(sql('SELECT differences()'), '0', "from $to: the rows are what they should be");
}
sql('VACUUM (FREEZE)');
sql('CHECKPOINT');
cmp_ok($next->(), '<', 1000, 'multixacts have wrapped around');
cmp_ok($age->(), '<', 100, 'and all are frozen');
is($modes->('t'), '||', 'nobody holds a row');
sql('UPDATE t SET v = v + 1; UPDATE u SET v = v + 1');
is(sql('SELECT differences()'), '0', 'all can be changed');
sql(q{SELECT compress_chunk(c) FROM show_chunks('t') c});
is(sql('SELECT differences()'), '0', 'and converted');
$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|was terminated by signal|before relminmxid|before relfrozenxid/, 'nothing has gone wrong on the way');
done_testing();
