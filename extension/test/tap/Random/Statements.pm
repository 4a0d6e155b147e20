# Random statements on the tables of Random::Table whose outcome does not depend on the order in which
# rows are found: that is what differs between a plain table and a hypertable, rightly.
package Random::Statements;
use strict;
use warnings;
use Exporter 'import';
use Random::Values;
our @EXPORT = qw(writing_step single_write reading_step predicate);

# Conditions on the time, of every form that pruning looks at.
sub time_predicate
{
    my ($table) = @_;
    my $times = $table->{times};
    my ($a, $b, $c) = map { time_sql($times, $table->time) } 1 .. 3;
    my $bucket = 'time_bucket(' . bucket_sql($times) . ', time)';
    return pick(
        "time >= $a", "time < $a", "time <= $a AND time > $b", "time BETWEEN LEAST($a, $b) AND GREATEST($a, $b)",
        "time BETWEEN SYMMETRIC $a AND $b", "time = $a", "time IN ($a, $b, $c)", "time = ANY (ARRAY[$a, $b])", "time <> $a",
        "(time < LEAST($a, $b) OR time >= GREATEST($a, $b))", "NOT (time > $a)", "time >= (SELECT $a)",
        "time > ALL (ARRAY[$a, $b])", "(time, k) > ($a, 4)", "$a <= time",
        $times->{extreme} ? () : (
            "$bucket >= $a", "$bucket < $a", "$bucket = $a", "$a > $bucket", "$bucket BETWEEN $a AND $b", "$bucket <= $a AND $bucket > $b",
            $times->{base} =~ /time/ ? "date_trunc('day', time) >= $a" : 'time IS NOT NULL', "$bucket IN ($a, $b)",
            "time > (SELECT max(time) FROM t WHERE " . $table->mine . ') - ' . shift_sql($times, 3 * $times->{width}),
            'time + ' . shift_sql($times, 1) . " > $a",
            $times->{base} =~ /time|date/ ? "time >= $a - interval '36 hours'" : 'time % 3 = 1'));
}

# A width of buckets, of which chunks are no multiple and which are none of chunks, mostly.
sub bucket_sql
{
    my ($times) = @_;
    my $width = int($times->{width} * pick(0.3, 1, 2, 3, 7.5)) || 1;
    return $times->{interval}->($width) . ($times->{base} =~ /int/ ? "::$times->{base}" : '');
}

sub value_predicate
{
    my ($table) = @_;
    my $column = pick(@{ $table->{columns} });
    my $value = $table->value($column);
    my $literal = $table->literal($column, $value);
    my @forms = ("k = " . $table->key, "k IN (1, 4, 8)", "k % 3 = 0", "$column IS NULL", "$column IS NOT DISTINCT FROM $literal",
        'v >= 0', "v = 'NaN'", "v + 0 = 0", "length(s) > 5", "left(s, 1) = 'a'", "k = (SELECT min(k) FROM dim WHERE name = 'dim 2')",
        'EXISTS (SELECT FROM dim WHERE dim.k = t.k AND dim.k > 2)', 't.k NOT IN (SELECT k FROM dim WHERE name = \'dim 1\')');
    push @forms, "$column < $literal", "$column = $literal" if defined $value && $column ne 'j';
    return pick(@forms);
}

sub predicate
{
    my ($table, $depth) = @_;
    $depth //= 2;
    return chance(0.6) ? time_predicate($table) : value_predicate($table) if $depth == 0 || chance(0.4);
    my ($left, $right) = (predicate($table, $depth - 1), predicate($table, $depth - 1));
    return pick("($left AND $right)", "($left AND $right)", "($left OR $right)", "($left) AND NOT coalesce($right, false)");
}

# A predicate of a statement that writes: rows of this writer, mostly few of them.
sub target
{
    my ($table) = @_;
    return $table->mine . ' AND ' . predicate($table);
}

# An UPDATE or an INSERT of rows by `shift` takes them from a range no longer than that, lest they meet
# each other on the way under a unique key.
sub movable
{
    my ($table, $shift) = @_;
    my $times = $table->{times};
    my $from = time_sql($times, $times->{text}->(near_time($times)));
    my $by = shift_sql($times, abs $shift);
    return $table->mine . " AND time >= $from AND time < $from + $by" . (chance(0.4) ? ' AND ' . predicate($table, 1) : '');
}

sub returning
{
    return '' if chance(0.6);
    return ' RETURNING ' . pick('*', 'time, k', 't.*, v + 0 IS NULL AS unknown', 'k * 2 AS twice');
}

sub conflict
{
    my ($table) = @_;
    return '' if chance(0.3);
    return ' ON CONFLICT DO NOTHING' if !$table->{key} || chance(0.4);
    return " ON CONFLICT ($table->{key}) DO UPDATE SET "
        . pick('v = excluded.v', "s = t.s || excluded.s, v = 1", '(v, s) = (excluded.v, left(excluded.s, 3))')
        . pick('', ' WHERE t.v IS DISTINCT FROM excluded.v', ' WHERE excluded.k > 2');
}

# Rows and the columns that are given, all of them or some.
sub rows
{
    my ($table, $count) = @_;
    my @columns = ('time', 'k', chance(0.5) ? @{ $table->{columns} } : some(@{ $table->{columns} }));
    push @columns, shift @columns if chance(0.3);
    my @rows = map { $table->row } 1 .. $count;
    # Few rows without a time, since one fails the statement; none where a trigger may drop the row, since a
    # hypertable looks for its chunk before.
    $rows[ int(rand(@rows)) ]{time} = undef if chance(0.02) && !$table->{normalized};
    $rows[ int(rand(@rows)) ]{k} = 77 if $table->{references} && chance(0.03);
    return (\@columns, @rows);
}

sub values_sql
{
    my ($table, $columns, @rows) = @_;
    return 'VALUES ' . join(', ', map { my $row = $_; '(' . join(', ', map { $table->literal($_, $row->{$_}) } @$columns) . ')' } @rows);
}

sub insert_values
{
    my ($table) = @_;
    my ($columns, @rows) = rows($table, chance(0.3) ? 1 : between(2, 25));
    my $target = chance(0.15) ? 'below AS t' : 't';
    my $list = join(', ', @$columns);
    my $conflict = $target eq 't' ? conflict($table) : '';
    return "INSERT INTO $target ($list) " . values_sql($table, $columns, @rows) . $conflict . returning();
}

# All columns, and the same with the times moved, where that is possible for every row.
sub moved_columns
{
    my ($table, $shift) = @_;
    my $list = join(', ', 'time', 'k', @{ $table->{columns} });
    return ($list, $list) if $table->{times}{extreme};
    return ($list, $list =~ s/^time/'time + ' . shift_sql($table->{times}, $shift)/er);
}

sub insert_select
{
    my ($table) = @_;
    my ($list, $moved) = moved_columns($table, some_shift($table->{times}));
    my $where = $table->mine . ' AND ' . predicate($table);
    my $order = pick('time, t::text', 't::text', 'time DESC, t::text');
    return "INSERT INTO t ($list) SELECT $moved FROM t WHERE $where ORDER BY $order LIMIT " . between(1, 30) . conflict($table) . returning();
}

sub assignments
{
    my ($table) = @_;
    my @columns = some(@{ $table->{columns} });
    my @set = map { "$_ = " . $table->literal($_, $table->value($_)) } @columns;
    push @set, 'v = v + 1' unless grep { $_ eq 'v' } @columns;
    return join(', ', @set);
}

sub update
{
    my ($table) = @_;
    my $where = target($table);
    return pick(
        'UPDATE t SET ' . assignments($table) . " WHERE $where" . returning(),
        "UPDATE t SET (v, s) = (SELECT k, name FROM dim WHERE dim.k = t.k) WHERE $where" . returning(),
        "UPDATE t SET s = name FROM (SELECT k AS key, name FROM dim) d WHERE key = k AND $where",
        "UPDATE t SET k = " . $table->key . " WHERE $where" . returning());
}

sub update_moving
{
    my ($table) = @_;
    my $times = $table->{times};
    return "UPDATE t SET time = " . time_sql($times, $table->time) . " WHERE k = " . $table->key . ' AND ' . predicate($table) . returning()
        if chance(0.2);
    my $shift = some_shift($times);
    my $set = 'time = time + ' . shift_sql($times, $shift) . pick('', ', v = v + 1');
    my $where = movable($table, $shift);
    return "UPDATE t SET $set FROM (SELECT k AS key FROM dim) d WHERE key = k AND $where" if chance(0.2);
    return "UPDATE t SET $set WHERE $where" . returning();
}

# Rows taken out and put in again elsewhere, by one statement.
sub delete_and_insert
{
    my ($table) = @_;
    my $shift = some_shift($table->{times});
    my $list = join(', ', 'time', 'k', @{ $table->{columns} });
    my $moved = $list =~ s/^time/'time + ' . shift_sql($table->{times}, $shift)/er;
    my $where = movable($table, $shift);
    return "WITH gone AS (DELETE FROM t WHERE $where RETURNING *) INSERT INTO t ($list) SELECT $moved FROM gone";
}

sub delete
{
    my ($table) = @_;
    my $where = target($table);
    return pick("DELETE FROM t WHERE $where", "DELETE FROM t USING (SELECT k AS key, name FROM dim) d WHERE key = k AND name = 'dim 1' AND $where")
        . pick('', '', ' RETURNING t.*', ' RETURNING t.time');
}

sub merge
{
    my ($table) = @_;
    my ($columns, @rows) = rows($table, between(1, 15));
    my %seen;
    @rows = grep { !$seen{ ($_->{time} // '') . " $_->{k}" }++ } @rows;
    my @names = map { "s.$_" } @$columns;
    my $list = join(', ', @$columns);
    my @set = ('v = coalesce(t.v, 0) + 1', "s = 'merged'");
    # To transition tables a move by MERGE is a DELETE and an INSERT, as in any partitioned table.
    push @set, 'time = t.time + ' . shift_sql($table->{times}, some_shift($table->{times})) unless $table->{key} || $table->{audited};
    my @actions = (
        'WHEN MATCHED AND t.v > 10 THEN DELETE',
        'WHEN MATCHED THEN UPDATE SET ' . pick(@set),
        'WHEN NOT MATCHED AND s.k % 4 = 1 THEN DO NOTHING',
        "WHEN NOT MATCHED THEN INSERT ($list) VALUES (" . join(', ', @names) . ')');
    return "MERGE INTO t USING (" . values_sql($table, $columns, @rows) . ") s($list) ON t.time = s.time AND t.k = s.k AND "
        . ($table->mine =~ s/\bk BETWEEN/t.k BETWEEN/r) . ' ' . join(' ', some(@actions));
}

# COPY with its rows, in one of its formats. psql does not tell of a COPY that fails, and keeps the number
# of rows of the statement before.
sub copy_rows
{
    my ($table) = @_;
    my ($columns, @rows) = rows($table, between(1, 40));
    my $list = join(', ', @$columns);
    my $where = chance(0.3) ? ' WHERE ' . pick('k > 2', "time IS NOT NULL AND k <> 3", 'v > 0') : '';
    if (chance(0.5))
    {
        my $csv = sub { defined $_[0] ? '"' . $_[0] =~ s/"/""/gr . '"' : 'none' };
        my @lines = map { my $row = $_; join(';', map { $csv->($row->{$_}) } @$columns) } @rows;
        my $header = pick('HEADER', 'HEADER MATCH');
        return "SELECT 1 AS one \\gset\nCOPY t ($list) FROM STDIN WITH (FORMAT csv, DELIMITER ';', NULL 'none', $header)$where;\n"
            . join("\n", join(';', @$columns), @lines) . "\n\\.\n";
    }
    my %escape = ("\\" => "\\\\", "\t" => "\\t", "\n" => "\\n");
    my $text = sub { defined $_[0] ? $_[0] =~ s/([\\\t\n])/$escape{$1}/gr : '\N' };
    my @lines = map { my $row = $_; join("\t", map { $text->($row->{$_}) } @$columns) } @rows;
    return "SELECT 1 AS one \\gset\nCOPY t ($list) FROM STDIN$where;\n" . join("\n", @lines) . "\n\\.\n";
}

sub copy_out_and_in
{
    my ($table) = @_;
    my ($list, $moved) = moved_columns($table, 40 * $table->{times}{width});
    return ("COPY (SELECT $moved FROM t WHERE " . target($table) . " ORDER BY t::text LIMIT 50) TO :'file' WITH (FORMAT binary)",
        "COPY t ($list) FROM :'file' WITH (FORMAT binary)");
}

sub prepared
{
    my ($table) = @_;
    my ($a, $b) = map { time_sql($table->{times}, $table->time) } 1 .. 2;
    my $k = $table->key;
    return pick("EXECUTE p_insert($a, $k, " . between(0, 9) . ')', "EXECUTE p_update($a, $b, " . between(0, 9) . ')', "EXECUTE p_delete($a, $k)",
        "SELECT put($a, $k, " . between(0, 9) . ')', "SELECT k, put(time + " . shift_sql($table->{times}, $table->{times}{width})
            . ", k, 1) FROM (SELECT DISTINCT ON (k) * FROM t WHERE " . $table->mine . ' ORDER BY k, time DESC, t::text) t');
}

# Positioned updates, each in a transaction of its own. The cursor reads all of the table, in an order of its own. Without a row
# PostgreSQL's error depends on whether there is a partition, hence the condition.
sub positioned
{
    my ($table) = @_;
    my $times = $table->{times};
    my $change = pick('UPDATE t SET v = 5', 'UPDATE t SET time = ' . time_sql($times, $table->time), 'DELETE FROM t');
    my $enough = 'SELECT count(*) > 9 AS enough FROM t WHERE ' . $table->mine . " \\gset\n\\if :enough\n";
    return ($enough . 'BEGIN', 'DECLARE c CURSOR FOR SELECT k FROM t WHERE ' . $table->mine . ' ORDER BY t::text FOR UPDATE',
        'MOVE ' . between(0, 9) . ' IN c', 'FETCH c', "$change WHERE CURRENT OF c", "COMMIT;\n\\endif\n");
}

my @writing = (
    [ 10, \&insert_values ], [ 4, \&insert_select ], [ 6, \&copy_rows ], [ 2, \&copy_out_and_in ], [ 6, \&update ], [ 6, \&update_moving ],
    [ 2, \&delete_and_insert ], [ 4, \&delete ], [ 6, \&merge ], [ 6, \&prepared ], [ 2, \&positioned ]);

sub weighted
{
    my @choices = @_;
    my $total = 0;
    $total += $_->[0] for @choices;
    my $at = rand($total);
    for (@choices) { return $_->[1] if ($at -= $_->[0]) < 0; }
}

# A step is a list of statements, each with its end: psql's metacommands and rows of COPY have their own.
sub complete { return [ map { /\n\z/ ? $_ : "$_;\n" } @_ ]; }

# Several statements as one transaction, some of it in savepoints.
sub transaction
{
    my ($table) = @_;
    my @statements = 'BEGIN' . pick('', ' ISOLATION LEVEL REPEATABLE READ', ' ISOLATION LEVEL SERIALIZABLE');
    for (1 .. between(1, 3))
    {
        my $writing;
        do { $writing = weighted(@writing) } while $writing == \&positioned;
        push @statements, chance(0.5) ? ('SAVEPOINT s', $writing->($table), pick('ROLLBACK TO s', 'RELEASE s')) : $writing->($table);
    }
    return (@statements, pick('COMMIT', 'COMMIT', 'ROLLBACK'));
}

sub writing_step
{
    my ($table) = @_;
    return { statements => complete(chance(0.12) ? transaction($table) : weighted(@writing)->($table)) };
}

# One statement that writes, of those after which psql knows whether it failed.
sub single_write
{
    my ($table) = @_;
    my @single = grep { $_->[1] != \&copy_rows && $_->[1] != \&copy_out_and_in && $_->[1] != \&positioned } @writing;
    return complete(weighted(@single)->($table))->[0];
}

sub reading_step
{
    my ($table) = @_;
    my $where = predicate($table);
    my ($a, $b) = map { time_sql($table->{times}, $table->time) } 1 .. 2;
    my $bucket = bucket_sql($table->{times});
    my $ordered = sub { return { statements => complete(@_), ordered => 1 } };
    my $any = sub { return { statements => complete(@_) } };
    return weighted(
        [ 3, sub { $any->("SELECT * FROM t WHERE $where") } ],
        [ 3, sub { $ordered->("SELECT * FROM t WHERE $where ORDER BY time " . pick('', 'DESC') . ", t::text LIMIT " . between(1, 20) . pick('', ' OFFSET 3')) } ],
        [ 3, sub { $any->("SELECT count(*), count(v), min(time), max(time), min(v + 0), max(v + 0), sum(v) FILTER (WHERE abs(v) BETWEEN 1 AND 1000), sum(k), count(DISTINCT k) FROM t WHERE $where") } ],
        [ 3, sub { $any->("SELECT k, count(*), max(time), array_agg(time ORDER BY time) FROM t WHERE $where GROUP BY k" . pick('', ' HAVING count(*) > 2')) } ],
        [ 3, sub { $any->("SELECT count(*), count(v), sum(k), avg(k), min(k), max(time) FROM t WHERE $where") } ],
        [ 3, sub { my $key = pick('k', "time_bucket($bucket, time)", "k, time_bucket($bucket, time)"); $any->("SELECT $key, count(*), count(v), sum(k), max(time) FROM t WHERE $where GROUP BY $key") } ],
        [ 2, sub { $any->("SELECT time_bucket($bucket, time) AS bucket, k % 2 AS half, count(*), sum(k) FROM t WHERE $where GROUP BY GROUPING SETS ((1, 2), (1), ())") } ],
        [ 2, sub { $any->(pick('SELECT DISTINCT k, k + 1', 'SELECT count(DISTINCT k), max(k)') . " FROM t WHERE $where") } ],
        [ 2, sub { my $way = pick('', ' DESC'); $any->("SELECT DISTINCT ON (k) k, time FROM t WHERE $where ORDER BY k" . pick('', ' DESC') . ", time$way") } ],
        [ 2, sub { $any->('SELECT k, ' . pick('last(k, time), max(time)', 'first(k, time), min(time)') . " FROM t WHERE $where GROUP BY k") } ],
        [ 2, sub { $any->("SELECT DISTINCT ON (k) k, time, s FROM t WHERE $where ORDER BY k, time DESC, t::text") } ],
        [ 2, sub { $any->("SELECT time, k, row_number() OVER w, lag(k) OVER w, count(*) OVER (PARTITION BY k) FROM t WHERE $where WINDOW w AS (PARTITION BY k ORDER BY time, t::text)") } ],
        [ 2, sub { $any->("SELECT name, count(*), max(time) FROM t " . pick('', 'LEFT ', 'FULL ') . "JOIN dim ON dim.k = t.k GROUP BY name") } ],
        [ 2, sub { $any->("SELECT dim.k, last.time, last.s FROM dim, LATERAL (SELECT * FROM t WHERE t.k = dim.k AND time <= $a ORDER BY time DESC, t::text LIMIT 1) last") } ],
        [ 1, sub { $any->("SELECT a.time, a.k, b.k FROM t a JOIN t b ON a.time = b.time AND a.k < b.k WHERE a.time > $a") } ],
        [ 1, sub { $any->("SELECT time, k FROM t WHERE time < $a " . pick('UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT ALL') . " SELECT time, k FROM t WHERE time > $b") } ],
        [ 1, sub { $any->("SELECT min(time), max(time) FROM t") } ],
        [ 1, sub { $ordered->("SELECT time FROM t ORDER BY time " . pick('', 'DESC') . ' LIMIT 3') } ],
        [ 3, sub { $any->("EXECUTE p_select($a, $b)") } ],
        [ 1, sub { $any->('EXECUTE p_last(' . $table->key . ')') } ],
        [ 1, sub { $any->(pick('COPY t TO STDOUT', 'COPY t (k, time) TO STDOUT WITH (FORMAT csv, HEADER)', "COPY (SELECT * FROM t WHERE $where) TO STDOUT")) } ],
        [ 1, sub { $any->("SELECT * FROM t WHERE $where " . pick('FOR UPDATE', 'FOR NO KEY UPDATE', 'FOR SHARE', 'FOR KEY SHARE', 'FOR UPDATE SKIP LOCKED')) } ],
        [ 1, sub { $ordered->('BEGIN', 'DECLARE c SCROLL CURSOR ' . pick('', 'WITH HOLD ') . "FOR SELECT time, k FROM t WHERE $where ORDER BY time, k",
                'FETCH 5 FROM c', 'MOVE 3 IN c', 'FETCH BACKWARD 2 FROM c', 'FETCH LAST FROM c', 'COMMIT', 'FETCH FIRST FROM c', 'CLOSE c') } ],
        [ 1, sub { $any->("SELECT put_all($a, " . between(1, 8) . ')') } ],
    )->();
}

1;
