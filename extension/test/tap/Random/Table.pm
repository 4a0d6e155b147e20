# One random case: a table `t` that some states make a hypertable, a small table `dim` beside it, and
# what else belongs to the definition.
package Random::Table;
use strict;
use warnings;
use Random::Values;

# Options: `keys`, the first and last value of k that statements write; `kinds`, keys of %TIMES.
sub new
{
    my ($class, %option) = @_;
    my $kind = pick(@{ $option{kinds} // [ sort keys %TIMES ] });
    my %times = %{ $TIMES{$kind} };
    $times{width} = pick(@{ $times{widths} });
    # Where times lie so far out that adding to them may overflow, conditions do no arithmetic: whether one
    # is evaluated for a row depends on the plan. A smallint always lies so.
    $times{extreme} = chance(0.3) || $kind eq 'smallint';
    my @columns = grep { chance(0.4) || /^[vs]$/ } sort keys %COLUMNS;
    my $self = {
        times => \%times,
        columns => \@columns,
        key => pick(undef, 'time, k', 'k, time'),
        references => chance(0.4),
        audited => chance(0.4),
        normalized => chance(0.3),
        generated => chance(0.3),
        lost => chance(0.4),
        checked => chance(0.3),
        keys => $option{keys} // [ 0, 9 ],
        half => int(rand(2)),
    };
    return bless $self, $class;
}

# The same table, for a writer of other keys.
sub with_keys { my ($self, $first, $last) = @_; return bless { %$self, keys => [ $first, $last ] }, ref $self; }

sub value { my ($self, $column) = @_; return chance(0.08) ? undef : $COLUMNS{$column}[1]->(); }
sub key { my ($self) = @_; return between(@{ $self->{keys} }); }
sub time { my ($self) = @_; return any_time($self->{times}); }

# Restricts a statement to the rows of this writer.
sub mine { my ($self) = @_; return "k BETWEEN $self->{keys}[0] AND $self->{keys}[1]"; }

# A row as name => text.
sub row
{
    my ($self) = @_;
    return { time => $self->time, k => $self->key, map { ($_ => $self->value($_)) } @{ $self->{columns} } };
}

sub literal
{
    my ($self, $column, $text) = @_;
    return 'NULL' unless defined $text;
    return time_sql($self->{times}, $text) if $column eq 'time';
    return $text if $column eq 'k';
    return quoted($text) . '::' . $COLUMNS{$column}[0];
}

sub columns_sql
{
    my ($self) = @_;
    my @columns = ("time $self->{times}{type} NOT NULL", 'k int NOT NULL' . ($self->{references} ? ' REFERENCES dim' : ''));
    @columns = reverse @columns if chance(0.3);
    push @columns, map { "$_ $COLUMNS{$_}[0]" . ($_ eq 'x' ? ' DEFAULT 7' : '') } @{ $self->{columns} };
    unshift @columns, 'lost text' if $self->{lost};
    push @columns, 'g bigint GENERATED ALWAYS AS (k * 10) STORED' if $self->{generated};
    push @columns, "PRIMARY KEY ($self->{key})" if $self->{key};
    push @columns, "CHECK (v <> -25 OR s <> '')" if $self->{checked};
    return join(', ', @columns);
}

# What a database needs before.
use constant TYPES => 'CREATE DOMAIN instant AS timestamptz; CREATE DOMAIN tick AS int CHECK (VALUE <> 5)';

# What the schema of a state needs before the state adopts the table.
sub definition
{
    my ($self) = @_;
    my @sql = (
        'CREATE TABLE dim (k int PRIMARY KEY, name text)',
        "INSERT INTO dim SELECT k, 'dim ' || k % 4 FROM generate_series($self->{keys}[0], $self->{keys}[1]) k",
        'CREATE TABLE t (' . $self->columns_sql . ')');
    push @sql, 'ALTER TABLE t DROP lost' if $self->{lost};
    push @sql, 'CREATE INDEX ON t (k, time DESC)' if chance(0.4);
    push @sql, 'CREATE INDEX ON t (v) WHERE k < 5' if chance(0.3);
    push @sql, 'CREATE INDEX ON t (left(s, 10))' if chance(0.2);
    push @sql, 'CREATE VIEW below AS SELECT * FROM t WHERE k % 2 = 0 WITH CHECK OPTION';
    push @sql, $self->audit if $self->{audited};
    push @sql, $self->normalize if $self->{normalized};
    push @sql, $self->functions;
    return map { "$_;\n" } @sql;
}

# Counts what statement triggers see in their transition tables, which a row that moves to another
# chunk must not change.
sub audit
{
    my @sql = (
        'CREATE TABLE log (what text, rows bigint, keys bigint, old_keys bigint)',
        q{CREATE FUNCTION log_new() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO log SELECT TG_OP, count(*), sum(k) FROM new_rows; RETURN NULL; END'},
        q{CREATE FUNCTION log_old() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO log SELECT TG_OP, count(*), NULL, sum(k) FROM old_rows; RETURN NULL; END'});
    push @sql, "CREATE TRIGGER log_$_ AFTER $_ ON t REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION log_new()"
        for 'INSERT', 'UPDATE';
    push @sql, 'CREATE TRIGGER log_DELETE AFTER DELETE ON t REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION log_old()';
    return @sql;
}

sub normalize
{
    return (
        q{CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN IF NEW.s LIKE ''f%'' THEN RETURN NULL; END IF; NEW.s := replace(NEW.s, ''a'', ''A''); RETURN NEW; END'},
        'CREATE TRIGGER tidy BEFORE INSERT OR UPDATE ON t FOR EACH ROW WHEN (NEW.k <> 3) EXECUTE FUNCTION tidy()');
}

sub functions
{
    my ($self) = @_;
    my $type = $self->{times}{base};
    my $conflict = $self->{key} ? "ON CONFLICT ($self->{key}) DO UPDATE SET v = excluded.v" : '';
    return (
        "CREATE FUNCTION put($type, int, float8) RETURNS float8 LANGUAGE sql AS 'INSERT INTO t (time, k, v) VALUES (\$1, \$2, \$3) $conflict RETURNING v'",
        "CREATE FUNCTION put_all(first $type, n int) RETURNS text LANGUAGE plpgsql AS \$\$
         DECLARE done int := 0; failed text := ''; r record;
         BEGIN
            FOR r IN SELECT * FROM t WHERE time <= first ORDER BY time DESC, t::text LIMIT n LOOP
                BEGIN
                    INSERT INTO t (time, k, v) VALUES (r.time + " . shift_sql($self->{times}, $self->{times}{width}) . ", r.k, r.v);
                    done := done + 1;
                EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN failed := failed || SQLSTATE;
                END;
            END LOOP;
            RETURN done || ' ' || failed;
         END \$\$");
}

# What each session prepares.
sub preparation
{
    my ($self) = @_;
    my $type = $self->{times}{base};
    my $nothing = $self->{key} ? 'ON CONFLICT DO NOTHING' : '';
    return map { "PREPARE $_;\n" } (
        "p_insert($type, int, float8) AS INSERT INTO t (time, k, v) VALUES (\$1, \$2, \$3), (\$1 + "
            . shift_sql($self->{times}, $self->{times}{width}) . ", \$2, 0) $nothing RETURNING time, k, v",
        "p_update($type, $type, float8) AS UPDATE t SET v = \$3 WHERE time BETWEEN \$1 AND \$2 AND " . $self->mine,
        "p_delete($type, int) AS DELETE FROM t WHERE time >= \$1 AND k = \$2 AND k % 3 = 0 RETURNING *",
        "p_select($type, $type) AS SELECT * FROM t WHERE time >= \$1 AND time < \$2 AND " . $self->mine,
        "p_last(int) AS SELECT time, k FROM t WHERE k = \$1 ORDER BY time DESC LIMIT 1");
}

1;
