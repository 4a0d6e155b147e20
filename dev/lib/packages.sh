# shellcheck shell=bash
# Sourced after shell.sh: the Debian packages that each task needs.

PACKAGES_UP=(
    postgresql-15 postgresql-server-dev-15 libpq-dev
    g++-12 cmake ninja-build pkg-config
    librdkafka-dev libboost1.81-dev libsimdjson-dev libtomlplusplus-dev libcli11-dev
    libspdlog-dev prometheus-cpp-dev libssl-dev libzstd-dev zlib1g-dev
    curl
)
PACKAGES_TEST=(
    ccache clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev shellcheck
    libgtest-dev libgmock-dev librapidcheck-dev libipc-run-perl chromium
)
PACKAGES_BENCH=(libbenchmark-dev liblz4-dev kcat)

# install_packages NAME...: those that are missing. Debian makes and starts a cluster of its own
# with the first PostgreSQL package unless it is told not to.
install_packages() {
    local missing=() name
    for name in "$@"; do
        dpkg-query -W -f '${Status}\n' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
    done
    # Node.js may come from elsewhere than Debian.
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
    ((${#missing[@]})) || return 0
    say "  missing: ${missing[*]}"
    if [[ ! -e /etc/postgresql-common/createcluster.conf ]]; then
        as_root mkdir -p /etc/postgresql-common/createcluster.d
        as_root tee /etc/postgresql-common/createcluster.d/varve.conf >/dev/null <<<'create_main_cluster = false'
    fi
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
