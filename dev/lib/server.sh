# shellcheck shell=bash
# Sourced after shell.sh: a PostgreSQL of our own, made from the machine's packages.
#
# PostgreSQL 15 looks for extensions in one place, beside its installation. So that nothing of ours
# is put into the system's directories, and two checkouts do not meet there, we give every state
# directory an installation tree: copied programs, links to everything else. The programs find
# libraries and extensions relative to themselves.

PG_BIN_SYSTEM=$(pg_config --bindir)

# make_server_tree DIR: the tree; afterwards DIR/bin has the programs.
make_server_tree() {
    local dir=$1 part from to
    [[ -x $dir/bin/postgres && $("$dir/bin/postgres" --version) == $(postgres_system --version) ]] &&
        return
    rm -rf "${dir:?}/usr" "${dir:?}/bin"
    for part in bindir pkglibdir sharedir; do
        from=$(pg_config --$part) to=$dir$(pg_config --$part)
        mkdir -p "$to"
        if [[ $part == bindir ]]; then cp "$from"/* "$to"; else ln -s "$from"/* "$to"; fi
    done
    # Extensions are files of ours beside links to theirs.
    to=$dir$(pg_config --sharedir)/extension
    rm "$to" && mkdir "$to" && ln -s "$(pg_config --sharedir)"/extension/* "$to"
    ln -s "$dir$(pg_config --bindir)" "$dir/bin"
}
postgres_system() { "$PG_BIN_SYSTEM/postgres" "$@"; }

# install_extension TREE BUILD: by rename, since copying over a mapped library kills its backends.
install_extension() {
    local tree=$1 build=$2 lib share file
    lib=$tree$(pg_config --pkglibdir) share=$tree$(pg_config --sharedir)/extension
    install_by_rename "$build/extension/varve.so" "$lib"
    for file in "$build"/extension/varve--*.sql "$build"/extension/varve.control; do
        install_by_rename "$file" "$share"
    done
}
install_by_rename() {
    local target=$2/${1##*/}
    cmp -s "$1" "$target" && return
    cp "$1" "$target.new" && mv "$target.new" "$target"
}

# make_cluster TREE DATA SOCKET_DIR PORT [SETTING...]: initdb and configuration; does not start it.
make_cluster() {
    local tree=$1 data=$2 socket=$3 port=$4
    shift 4
    as_server_user "$tree/bin/initdb" --pgdata "$data" --username postgres --auth trust \
        --encoding UTF8 --locale C.UTF-8 --no-sync >/dev/null
    as_server_user tee -a "$data/postgresql.conf" >/dev/null <<EOF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$socket'
shared_preload_libraries = 'varve'
$(printf '%s\n' "$@")
EOF
}

start_cluster() { as_server_user "$1/bin/pg_ctl" --pgdata "$2" --log "$2/../postgresql.log" --wait --silent start; }
stop_cluster() { as_server_user "$1/bin/pg_ctl" --pgdata "$2" --wait --silent --mode "${3:-fast}" stop; }
cluster_runs() { as_server_user "$1/bin/pg_ctl" --pgdata "$2" status >/dev/null 2>&1; }

# free_port: one that nobody listens on now.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 20000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}
