# shellcheck shell=bash
# shellcheck disable=SC2154
# Sourced by dev/up: its processes, known by pid files in $run. $state, $run, $log, $port and $pg_port are set.

# A pid file may be older than the machine's last boot: a process is ours only if its command line
# names our state directory.
is_running() {
    local pid
    pid=$(cat "$run/$1.pid" 2>/dev/null) && [[ -n $pid ]] &&
        tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$state/"
}

# start_process NAME COMMAND...: in a session of its own, so that a closed terminal does not end it.
start_process() {
    local name=$1
    shift
    with_settings setsid --fork bash -c 'echo $$ >"$0"; exec "${@:2}" >>"$1" 2>&1 </dev/null' \
        "$run/$name.pid" "$log/$name.log" "$@"
    wait_for "$name" 5 is_running "$name"
}

stop_process() {
    local name=$1 pid signal=TERM i
    is_running "$name" || { rm -f "$run/$name.pid" && return 0; }
    pid=$(<"$run/$name.pid")
    if [[ $name == postgresql ]]; then signal=INT; fi  # fast shutdown: do not wait for clients
    kill -s "$signal" "$pid"
    for ((i = 0; i < 150; i++)); do
        is_running "$name" || break
        sleep 0.1
    done
    if is_running "$name"; then
        say "  $name does not stop by itself: ended"
        kill -KILL "$pid"
    fi
    rm -f "$run/$name.pid"
}

# wait_for WHAT SECONDS COMMAND...
wait_for() {
    local what=$1 tries=$(($2 * 10)) i
    shift 2
    for ((i = 0; i < tries; i++)); do
        if "$@"; then return; fi
        sleep 0.1
    done
    die "$what did not come up"
}

# with_settings COMMAND...: as the server's user, pointed at our cluster, broker and ports.
with_settings() {
    as_server_user env PGHOST="$run" PGPORT="$pg_port" PGUSER=varve PGDATABASE=varve \
        VARVE_BIN="$state/bin/varve" VARVE_KAFKA__BOOTSTRAP_FILE="$run/kafka.bootstrap" \
        VARVE_DEVBROKER__BOOTSTRAP_FILE="$run/kafka.bootstrap" VARVE_API__PORT="$port" \
        VARVE_API__WEB_ROOT="$state/web" "$@"
}

# The server's user must get at the state directory. Where a parent shuts it out (a clone in root's
# home), the state lives elsewhere and .varve is a link to it.
make_reachable() {
    if ! as_server_user test -x "$state" 2>/dev/null; then
        local elsewhere
        elsewhere=/var/lib/varve/$(sha256sum <<<"$state" | cut -c1-12)
        as_root mkdir -p "$elsewhere"
        cp -a "$state/." "$elsewhere/" && rm -rf "$state" && ln -s "$elsewhere" "$state"
        state=$elsewhere run=$elsewhere/run log=$elsewhere/log
        say "  $(server_user) cannot enter the checkout: the state lives in $state"
    fi
    chown "$(server_user)" "$state" "$run" "$log"
    chmod 700 "$run"
    # The name of a socket has room for about 107 bytes.
    ((${#run} < 85)) || die "the path of the state directory is too long for a socket: choose one with --state"
}
