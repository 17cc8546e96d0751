#!/bin/bash
# with_db.sh COMMAND...: runs it on a throw-away cluster (PGHOST, PGPORT; TEST_CLUSTER is its
# folder, which pg.sh's functions take). Inside another with_db.sh the cluster is shared.
set -euo pipefail
. "$(dirname "$0")/pg.sh"

if [ -n "${TEST_CLUSTER:-}" ]; then exec "$@"; fi

end() {
    trap - EXIT INT TERM
    pg_stop "$dir" || true
    rm -rf "$dir" "$(pg_sockets "$dir")"
}
dir=$(mktemp -d /tmp/jamund-test.XXXXXX)
chmod 711 "$dir"
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
pg_start "$dir"
export TEST_CLUSTER=$dir PATH=$PG_BIN:$PATH # psql itself, not the wrapper that looks for it each time
"$@"
