#!/usr/bin/env bash
# Makes a PostgreSQL database ready for time-series analytics:
#   1. installs the extension           4. configures compression and retention
#   2. creates the hypertables          5. creates sample data
#   3. sets up the aggregates
# Connects by PG* variables; running it again changes nothing. Options are those of `varve setup`:
# --dry-run prints the SQL, --no-sample leaves the tables empty, --sample-days N, --force, --help.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
varve=${VARVE_BIN:-$root/build/release/platform/varve}
[[ -x $varve ]] || {
    echo "error: $varve is missing: build it (cmake --preset release && cmake --build --preset release --target varve-cli), or set VARVE_BIN" >&2
    exit 1
}
exec "$varve" setup "$@"
