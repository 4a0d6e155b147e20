# shellcheck shell=bash
# Sourced by the scripts of dev/: where things are, how to speak, how to run as whom.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Two checkouts of the same sources share what ccache keeps.
export CCACHE_BASEDIR=$ROOT CCACHE_NOHASHDIR=1

say() { printf '%s\n' "$*"; }
die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# step "what it does" command...: announces, runs, and says how long it took.
step() {
    local what=$1 begin end
    shift
    begin=$(date +%s%N)
    printf '%-58s' "$what"
    [[ -t 1 ]] || printf '\n'
    "$@"
    end=$(date +%s%N)
    printf '%6d.%d s\n' $(((end - begin) / 1000000000)) $((((end - begin) / 100000000) % 10))
}

# PostgreSQL refuses to run as root: then its processes belong to Debian's user `postgres`.
server_user() { if [[ $(id -u) == 0 ]]; then echo postgres; else id -un; fi; }
as_server_user() {
    if [[ $(id -u) == 0 ]]; then
        # -p keeps PG* and the like; HOME must not stay root's.
        HOME=/tmp runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "this needs root, and sudo is missing: $*"
    fi
}
