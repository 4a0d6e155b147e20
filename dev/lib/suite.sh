# shellcheck shell=bash
# Sourced after shell.sh by dev/suite/*. A suite prints what failed and, as its last line,
# "N passed, N failed, N skipped", with the reason of skips behind a colon.

PASSED=0 FAILED=0 SKIPPED=0 REASON=
SUITE_WORK=$(mktemp -d /tmp/varve-suite.XXXXXX)
chmod 755 "$SUITE_WORK"
at_exit() { :; }
trap 'at_exit; rm -rf "$SUITE_WORK"' EXIT

count() {
    case $1 in
        passed) PASSED=$((PASSED + $2)) ;;
        failed) FAILED=$((FAILED + $2)) ;;
        skipped) SKIPPED=$((SKIPPED + $2)) REASON=${3:-} ;;
    esac
}

# finish_suite STATUS: a suite that ran nothing, or that broke without counting it, has failed.
finish_suite() {
    if (($1 != 0 && FAILED == 0)); then FAILED=1; fi
    if ((PASSED + FAILED + SKIPPED == 0)); then FAILED=1 && say "no test was run"; fi
    say "$PASSED passed, $FAILED failed, $SKIPPED skipped${REASON:+: $REASON}"
    exit $((FAILED > 0))
}

# The first number behind "key": in a GoogleTest report, which is the total.
json_number() { grep -o -m1 "\"$1\": [0-9]*" "$2" | grep -o '[0-9]*'; }

# build_preset NAME [TARGET...]: configured once, built quietly; a failure shows the compiler's words.
build_preset() {
    local preset=$1 log=$SUITE_WORK/build.log
    shift
    cd "$ROOT"
    build() { cmake --preset "$preset" && cmake --build --preset "$preset" ${1:+--target "$@"}; }
    # Two suites may run beside each other.
    mkdir -p build
    (flock 9 && build "$@") 9>"build/$preset.lock" >"$log" 2>&1 ||
        { grep -E -A8 'error|Error|FAILED' "$log" | tail -60; count failed 1; finish_suite 1; }
}

# with_cluster [SETTING...]: a throw-away cluster with the extension of the release build, for the
# rest of the suite. Exports PG* and VARVE_SERVER.
with_cluster() {
    source "$ROOT/dev/lib/server.sh"
    make_server_tree "$SUITE_WORK/server"
    install_extension "$SUITE_WORK/server" "$ROOT/build/release"
    chown "$(server_user)" "$SUITE_WORK"
    PGPORT=$(free_port)
    export PGHOST=$SUITE_WORK PGPORT PGUSER=postgres PGDATABASE=postgres VARVE_SERVER=$SUITE_WORK/server
    make_cluster "$VARVE_SERVER" "$SUITE_WORK/data" "$SUITE_WORK" "$PGPORT" \
        'fsync = off' 'max_locks_per_transaction = 256' "$@"
    at_exit() { stop_cluster "$VARVE_SERVER" "$SUITE_WORK/data" immediate 2>/dev/null || true; }
    start_cluster "$VARVE_SERVER" "$SUITE_WORK/data" ||
        { cat "$SUITE_WORK/postgresql.log"; count failed 1; finish_suite 1; }
}

# pg_regress_each PROGRAM DIR EXTENSION [NAME...]: each test in a database of its own, so that ids of
# chunks do not depend on which tests ran before. What a new expectation should be is left in
# build/results/, by the name of DIR; look at it, then copy it.
pg_regress_each() {
    local program=$1 dir=$2 suffix=$3 name names status=0
    shift 3
    names=("$@")
    if ((${#names[@]} == 0)); then
        for name in "$dir"/*/*."$suffix"; do names+=("$(basename "$name" ".$suffix")"); done
    fi
    local results=$ROOT/build/results/${dir##*/}
    mkdir -p "$results" "$SUITE_WORK/out"
    chown "$(server_user)" "$SUITE_WORK/out"
    # The server's user reads the tests, and may not be let into the checkout.
    cp -r "$dir" "$SUITE_WORK/in"
    for name in "${names[@]}"; do
        if as_server_user "$program" \
            --inputdir="$SUITE_WORK/in" --outputdir="$SUITE_WORK/out" --bindir="$VARVE_SERVER/bin" \
            --host="$PGHOST" --port="$PGPORT" --user=postgres --dbname="t_$name" --load-extension=varve \
            "$name" >"$SUITE_WORK/log" 2>&1; then
            count passed 1
        else
            status=1
            count failed 1
            say "--- $name"
            if [[ -s $SUITE_WORK/out/regression.diffs ]]; then
                head -n 80 "$SUITE_WORK/out/regression.diffs"
            else
                cat "$SUITE_WORK/log"
            fi
        fi
        rm -f "$SUITE_WORK/out/regression.diffs"
        cp "$SUITE_WORK/out/results/$name.out" "$results/" 2>/dev/null || true
    done
    if ! cluster_runs "$VARVE_SERVER" "$SUITE_WORK/data" || grep -q 'was terminated by signal' "$SUITE_WORK/postgresql.log"; then
        status=1
        count failed 1
        grep -B2 -A4 'was terminated by signal' "$SUITE_WORK/postgresql.log" | head -20
    fi
    finish_suite "$status"
}
