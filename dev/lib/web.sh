# shellcheck shell=bash
# Sourced after shell.sh: the dashboard's packages and its build.

WEB=$ROOT/web

# web_packages: what package-lock.json names, installed when it changed. Prints why it cannot.
web_packages() {
    local tool stamp=$WEB/node_modules/.installed
    for tool in node npm; do
        command -v $tool >/dev/null || { say "$tool is not installed" && return 1; }
    done
    cmp -s "$WEB/package-lock.json" "$stamp" && return
    (cd "$WEB" && npm ci --no-audit --no-fund --loglevel=error) >/dev/null 2>&1 ||
        { say "npm ci failed: the npm registry cannot be reached" && return 1; }
    cp "$WEB/package-lock.json" "$stamp"
}

# web_build: types checked, and the bundle in web/dist.
web_build() { (cd "$WEB" && npm run --silent build -- --logLevel warn); }
