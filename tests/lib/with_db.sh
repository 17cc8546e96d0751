#!/bin/bash
# with_db.sh COMMAND...: runs it on a throw-away cluster (PGHOST, PGPORT; JAMUND_TEST_DIR is its
# folder, which pg.sh's functions take). Inside another with_db.sh the cluster is shared.
set -euo pipefail
. "$(dirname "$0")/pg.sh"

if [ -n "${JAMUND_TEST_DIR:-}" ]; then exec "$@"; fi

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
export JAMUND_TEST_DIR=$dir
"$@"
