# The extension goes and comes in a database that is in use, and an update from an earlier version ends
# where a fresh installation does.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'varve'");
$node->start;
sub sql { return $node->safe_psql(@_); }

# DROP EXTENSION, beside a session that has everything cached.
my $use = q{
    CREATE EXTENSION varve;
    CREATE TABLE metric (time int NOT NULL, v int);
    SELECT create_hypertable('metric', 'time', chunk_time_interval => 10);
    CREATE SCHEMA mine;
    CREATE TABLE own (time int NOT NULL, v int);
    SELECT create_hypertable('own', 'time', chunk_time_interval => 10, associated_schema_name => 'mine');
    INSERT INTO metric SELECT i, i FROM generate_series(1, 30) i;
    INSERT INTO own TABLE metric;
};
sql('postgres', $use);
my $session = $node->background_psql('postgres', on_error_stop => 0);
# The error of a statement in that session, or 'fine'.
sub in_session
{
    my ($sql) = @_;
    return $session->query_safe("DO \$\$ BEGIN EXECUTE \$x\$$sql\$x\$; PERFORM set_config('test.outcome', 'fine', false);
        EXCEPTION WHEN OTHERS THEN PERFORM set_config('test.outcome', SQLERRM, false); END \$\$; SELECT current_setting('test.outcome')");
}
$session->query_safe(q{SET plan_cache_mode = force_generic_plan; PREPARE put(int) AS INSERT INTO metric VALUES ($1, 0);
    PREPARE own(int) AS INSERT INTO own VALUES ($1, 0); EXECUTE put(1); EXECUTE own(1)});
my ($code, $out, $err) = $node->psql('postgres', 'DROP EXTENSION varve');
like($err, qr/cannot drop extension varve because other objects depend on it/, 'DROP EXTENSION alone is refused');
is($session->query_safe('EXECUTE put(45); SELECT count(*) FROM metric'), 32, 'and changes nothing');
sql('postgres', 'DROP EXTENSION varve CASCADE');
is(sql('postgres', q{SELECT relname, relkind, (SELECT count(*) FROM pg_inherits WHERE inhparent = c.oid) FROM pg_class c
    WHERE relname IN ('metric', 'own') ORDER BY 1}), "metric|p|0\nown|p|4", 'CASCADE takes the chunks of its schema along, and leaves those elsewhere');
is(in_session('INSERT INTO metric VALUES (1, 1)'), 'no partition of relation "metric" found for row', 'a session from before has an ordinary partitioned table');
is(in_session('EXECUTE put(2)'), 'no partition of relation "metric" found for row', 'its prepared statements too');
is(in_session('EXECUTE own(2)'), 'fine', 'which writes into the chunks that are left');
is(in_session('EXECUTE own(1000)'), 'no partition of relation "own" found for row', 'and makes none');
is(in_session('ALTER TABLE own DETACH PARTITION mine._hyper_2_8_chunk'), 'fine', 'nothing is refused any more')
    or diag(sql('postgres', "SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'own'::regclass"));
sql('postgres', 'CREATE EXTENSION varve');
($code, $out, $err) = $node->psql('postgres', q{SELECT create_hypertable('own', 'time')});
like($err, qr/ERROR/, 'a partitioned table does not become a hypertable: ' . ($err =~ /ERROR:\s+(.*)/)[0]);
sql('postgres', q{DROP TABLE metric, own; CREATE TABLE metric (time int NOT NULL, v int);
    SELECT create_hypertable('metric', 'time', chunk_time_interval => 10); INSERT INTO metric VALUES (1, 1)});
is(in_session('INSERT INTO metric VALUES (1000, 1)'), 'fine', 'installed anew, hypertables work in the old session');
is(sql('postgres', 'SELECT count(*), count(DISTINCT tableoid) FROM metric'), '2|2', 'with new chunks');
$session->quit;

# In one transaction, rolled back and committed.
sql('postgres', q{BEGIN; DROP EXTENSION varve CASCADE; ROLLBACK; INSERT INTO metric VALUES (2000, 1)});
is(sql('postgres', 'SELECT count(*) FROM metric'), 3, 'DROP EXTENSION rolled back');

# ALTER EXTENSION UPDATE. What an installation consists of, in words that do not depend on OIDs.
my $catalog = q{
    SELECT pg_describe_object(classid, objid, 0) COLLATE "C" AS object,
        CASE classid
        WHEN 'pg_proc'::regclass THEN (SELECT CASE prokind WHEN 'a' THEN '' ELSE pg_get_functiondef(objid) END || coalesce(proacl::text, '') FROM pg_proc WHERE oid = objid)
        WHEN 'pg_class'::regclass THEN (SELECT relkind::text || coalesce(relacl::text, '') || CASE relkind WHEN 'v' THEN pg_get_viewdef(objid) ELSE '' END ||
            coalesce((SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid)), ', ' ORDER BY attnum)
                FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = objid AND attnum > 0 AND NOT attisdropped), '') ||
            coalesce((SELECT string_agg(conname || pg_get_constraintdef(oid), ', ' ORDER BY conname) FROM pg_constraint WHERE conrelid = objid), '') ||
            coalesce((SELECT string_agg(pg_get_indexdef(indexrelid), ', ' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = objid), '') ||
            coalesce((SELECT string_agg(pg_get_triggerdef(oid), ', ' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = objid AND NOT tgisinternal), '')
            FROM pg_class WHERE oid = objid)
        WHEN 'pg_namespace'::regclass THEN (SELECT coalesce(nspacl::text, '') FROM pg_namespace WHERE oid = objid)
        ELSE '' END AS definition, obj_description(objid, (SELECT relname FROM pg_class WHERE oid = classid))
    FROM pg_depend WHERE deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'varve')
    UNION ALL SELECT 'dumped ' || t::regclass::text, c, '' FROM pg_extension, unnest(extconfig, extcondition) AS d(t, c) WHERE extname = 'varve'
    ORDER BY 1, 2};

sub differences
{
    my ($version) = @_;
    sql('postgres', "DROP DATABASE IF EXISTS updated; DROP DATABASE IF EXISTS fresh");
    sql('postgres', "CREATE DATABASE $_") for 'updated', 'fresh';
    sql('fresh', 'CREATE EXTENSION varve');
    sql('updated', "CREATE EXTENSION varve VERSION '$version'; ALTER EXTENSION varve UPDATE");
    my ($updated, $fresh) = map { sql($_, $catalog) } 'updated', 'fresh';
    cmp_ok(length $fresh, '>', 10_000, 'the catalog is described');
    return $updated eq $fresh ? '' : join "\n", grep { index($fresh, $_) < 0 || index($updated, $_) < 0 } split(/\n/, $updated), split(/\n/, $fresh);
}

my $current = sql('postgres', q{SELECT default_version FROM pg_available_extensions WHERE name = 'varve'});
my @released = split /\n/, sql('postgres', qq{SELECT version FROM pg_available_extension_versions WHERE name = 'varve' AND version <> '$current' ORDER BY 1});
is(differences($_), '', "an update from $_ ends where $current begins") for @released;
note('released before: ' . (@released ? "@released" : 'none'));

# The machinery and the comparison themselves, with an invented version that lacks a function, and whose
# update forgets a comment.
my $directory = $node->config_data('--sharedir') . '/extension';
my $script = slurp_file("$directory/varve--$current.sql");
my ($function) = $script =~ /^(CREATE FUNCTION histogram\(.*?;\n|CREATE FUNCTION uuid_timestamp\(.*?;\n)/ms or die 'no function to leave out';
my ($name) = $function =~ /FUNCTION (\w+)/;
my ($comment) = $script =~ /^(COMMENT ON FUNCTION $name\(.*?;\n)/ms or die 'no comment';
(my $old = $script) =~ s/\Q$function\E//;
$old =~ s/\Q$comment\E//;
sub write_file { my ($file, $text) = @_; unlink "$directory/$file"; append_to_file("$directory/$file", $text); }
write_file('varve--0.0.1.sql', $old);
write_file("varve--0.0.1--$current.sql", "$function$comment");
is(differences('0.0.1'), '', "an update that adds what the old version lacks is found complete ($name)");
write_file("varve--0.0.1--$current.sql", $function);
isnt(differences('0.0.1'), '', 'one that forgets a comment is found out');
unlink "$directory/varve--0.0.1.sql", "$directory/varve--0.0.1--$current.sql";

$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|was terminated by signal/, 'no process has crashed');
done_testing();
