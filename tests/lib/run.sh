#!/bin/bash
# The body of `make run`: a private database, the daemon on it, and what to type next. Ctrl-C stops
# both. What is kept lives in ./run (or $JAMUND_STATE): the server's key, the database, the mails
# that no SMTP server takes, a coordinator's token, the settings in force. Removing that folder starts
# from nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib/pg.sh

JAMUND=$(realpath "${JAMUND:-build/release/jamund}")
state=${JAMUND_STATE:-$PWD/run}
unset JAMUND_STATE # it is no setting of the daemon's
daemon=
READY_TRIES=600 # a tenth of a second each

main() {
    mkdir -p "$state"
    only_one
    stop_left_over
    trap stop EXIT
    trap 'exit 0' INT TERM HUP
    make_key
    start_database
    "$JAMUND" migrate
    load_sample
    make_token
    start_daemon
    greet
    wait "$daemon" || true # until it ends or Ctrl-C
}

# The lock goes with this process, however it ends: its children do not hold it (9>&-).
only_one() {
    exec 9>"$state/lock"
    flock --nonblock 9 || { echo "It runs already (its folder is $state)." >&2; exit 1; }
}

# After a kill -9 of this script the daemon may still be there; the database's server too, which
# pg_start takes over.
stop_left_over() {
    local pid
    pid=$(cat "$state/jamund.pid" 2>/dev/null || true)
    if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/exe")" -ef "$JAMUND" ]; then stop_pid "$pid"; fi
    rm -f "$state/jamund.pid"
}

stop_pid() { # TERM, and KILL for who does not go
    local i
    kill -TERM "$1" 2>/dev/null || return 0
    for ((i = 0; i < READY_TRIES; i++)); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null || true
}

make_key() {
    [ -s "$state/secret.key" ] && return
    (umask 077 && od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n' >"$state/secret.key.new")
    mv "$state/secret.key.new" "$state/secret.key"
}

start_database() {
    cluster=$(pg_home "$state/pg")
    pg_start "$cluster" durable 9>&-
    pg_database jamund
    mkdir -p "$state/spool"
    write_settings
}

# A file, so that commands typed in another terminal find the same database (JAMUND_CONFIG). The
# addresses are those in force now: the environment's, or the default.
write_settings() {
    local now name
    unset JAMUND_CONFIG JAMUND_DATABASE JAMUND_OWNER_DATABASE # what is ours to say
    if [ -n "${JAMUND_LISTEN:-}" ]; then export JAMUND_PUBLIC_URL=${JAMUND_PUBLIC_URL:-http://$JAMUND_LISTEN}; fi
    now=$("$JAMUND" config)
    {
        echo '# Written anew by each `make run`.'
        for name in listen admin_listen public_url; do
            printf '%s = %s\n' $name "$(awk -v name=$name '$1 == name { print $3 }' <<<"$now")"
        done
        echo "database = host=$PGHOST port=$PGPORT dbname=jamund user=$PG_DAEMON"
        echo "owner_database = host=$PGHOST port=$PGPORT dbname=jamund user=$PG_OWNER"
        echo "migrations_dir = $PG_MIGRATIONS"
        echo "daemon_role = $PG_DAEMON"
        echo "secret_key_file = $state/secret.key"
        echo "spool_dir = $state/spool"
        echo 'message_wait = 3' # who tries it out should not wait long for a mail,
        echo 'sweep_every = 1s' # or for the next expert to be asked
    } >"$state/jamund.conf"
    export JAMUND_CONFIG=$state/jamund.conf
}

load_sample() { # the first time; the mark goes with the cluster
    [ -e "$cluster/sample" ] && return
    echo 'Loading the sample data …'
    "$JAMUND" sample | grep -E '(unchanged|them)$' # not each row of the rosters, nor each holiday
    touch "$cluster/sample"
}

make_token() {
    [ -s "$state/token" ] && ! [ "$cluster/sample" -nt "$state/token" ] && return # a file system may tell whole seconds alone
    (umask 077 && "$JAMUND" token add coordinator-1@example.kr --label=run >"$state/token.new")
    mv "$state/token.new" "$state/token"
}

setting() { # NAME -> its value in force
    sed -n "s/^$1 = //p" "$state/jamund.conf"
}

start_daemon() {
    local i ready
    ready=http://$(setting admin_listen)/readyz
    if curl -s -o /dev/null "$ready"; then echo "Somebody else answers at $ready" >&2; exit 1; fi
    setsid "$JAMUND" serve 9>&- & # Ctrl-C is for this script: a second signal would cut the calls
    daemon=$!
    echo $daemon >"$state/jamund.pid"
    for ((i = 0; i < READY_TRIES; i++)); do
        if curl -fs -o /dev/null "$ready"; then return; fi
        kill -0 $daemon 2>/dev/null || { echo 'The daemon did not start; it said why above.' >&2; exit 1; }
        sleep 0.1
    done
    echo 'The daemon did not become ready.' >&2
    exit 1
}

greet() {
    local url
    url=$(setting public_url)
    cat <<END

Jamund is ready at $url (the data is in $state; Ctrl-C stops it)

In a second terminal:

  export TOKEN=$(cat "$state/token")  # a coordinator's
  curl -s -H "Authorization: Bearer \$TOKEN" $url/v1/experts | jq '.items[0]'
  curl -s -H "Authorization: Bearer \$TOKEN" '$url/v1/requests?state=open' | jq '.items[0]'
  make demo

END
}

stop() {
    trap - EXIT
    trap '' INT TERM HUP
    if [ -n "$daemon" ]; then stop_pid "$daemon"; fi
    wait 2>/dev/null || true
    rm -f "$state/jamund.pid"
    if [ -n "${cluster:-}" ]; then pg_stop "$cluster"; fi
    echo 'Stopped.'
}

main
