# A private PostgreSQL cluster on a Unix socket: to be sourced.
#
#   pg_start DIR [durable]   makes the cluster in DIR the first time, starts it, makes the two roles;
#                            exports PGHOST and PGPORT. Without `durable` it trades safety for speed.
#   pg_stop DIR              fast shutdown, waits until the server is gone
#   pg_database NAME         an empty database of the owner's, unless it is there
#   pg_migrate NAME          brings its schema up to date, as the owner
#   pg_fresh NAME            a new migrated database (copied from a template made once)
#   pg_home DIR              prints a folder for DIR's cluster that the server's user can reach
#
# PostgreSQL refuses to run as root: root starts it as user `postgres`. Who may enter the socket's
# folder (0700: the server's user, and root) may be any role: there is no password and no TCP port.

PG_OWNER=jamund_owner
PG_DAEMON=jamund
PG_CONNECTIONS=200 # tests run side by side, and some have two daemons of 11 each
PG_SOCKET_MAX=80 # sun_path holds 107 bytes with the socket's own name
PG_BIN=$(ls -d /usr/lib/postgresql/15/bin 2>/dev/null || true)
PG_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PG_MIGRATIONS=$PG_TOP/migrations

pg_as() { # run as the server's user
    if [ "$(id -u)" = 0 ]; then
        (cd / && exec setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@")
    else
        "$@"
    fi
}

pg_home() {
    local hash dir=$1
    mkdir -p "$dir" && dir=$(cd "$dir" && pwd)
    if ! pg_as test -x "$dir"; then # e.g. below /root
        hash=$(printf %s "$dir" | sha256sum | cut -c1-12)
        dir=/var/lib/jamund/$hash
        mkdir -p "$dir"
    fi
    printf '%s\n' "$dir"
}

pg_sockets() { # DIR -> the socket's folder, short enough for sun_path
    local hash
    if [ ${#1} -le $PG_SOCKET_MAX ]; then
        printf '%s\n' "$1/socket"
    else
        hash=$(printf %s "$1" | sha256sum | cut -c1-12)
        printf '%s\n' "/tmp/jamund-$(id -u)-$hash"
    fi
}

pg_folder() { # a folder that only the server's user (and root) may enter
    [ -d "$1" ] || mkdir -m 700 "$1"
    if [ "$(id -u)" = 0 ]; then chown postgres: "$1"; fi
    pg_as test -O "$1" || { echo "pg.sh: $1 belongs to somebody else" >&2; return 1; }
    pg_as chmod 700 "$1"
}

pg_make() { # DIR
    pg_folder "$1/data.new"
    pg_as "$PG_BIN/initdb" --pgdata="$1/data.new" --username=postgres --auth=trust --no-sync \
        --locale=C.UTF-8 --encoding=UTF8 >"$1/initdb.log" 2>&1 || { cat "$1/initdb.log" >&2; return 1; }
    mv "$1/data.new" "$1/data" # so that a half-made cluster is never taken for one
}

pg_pid() { # DIR -> the server's process
    head -n 1 "$1/data/postmaster.pid" 2>/dev/null
}

pg_running() { # DIR; a zombie that nobody collects is not running
    local state
    state=$(ps -o stat= -p "$(pg_pid "$1" || echo 0)" 2>/dev/null) && [[ $state != Z* ]]
}

pg_wait_gone() { # DIR
    local i
    for ((i = 0; i < 600; i++)); do
        pg_running "$1" || return 0
        sleep 0.1
    done
    return 1
}

# After a kill -9 the server forgives its old pid file, unless a zombie still has the number. Its
# backends need a moment to see that they are alone; no server starts as long as one is attached to
# the shared memory, whose number is in that file.
pg_bury() { # DIR
    local i shm
    shm=$(awk 'NR == 7 { print $2 }' "$1/data/postmaster.pid" 2>/dev/null || true)
    for ((i = 0; i < 600; i++)); do
        awk -v id="${shm:-none}" '$2 == id && $7 > 0 { found = 1 } END { exit !found }' /proc/sysvipc/shm || break
        sleep 0.1
    done
    for ((i = 0; i < 20; i++)); do
        ps -p "$(pg_pid "$1" || echo 0)" >/dev/null 2>&1 || return 0
        sleep 0.1
    done
    rm -f "$1/data/postmaster.pid"
}

pg_start() { # DIR [durable]
    local dir=$1 sockets options
    [ -n "$PG_BIN" ] || { echo 'pg.sh: PostgreSQL 15 is missing (make deps)' >&2; return 1; }
    mkdir -p "$dir"
    sockets=$(pg_sockets "$dir")
    pg_folder "$sockets" || return 1
    rm -rf "$dir/data.new"
    [ -d "$dir/data" ] || pg_make "$dir" || return 1
    options="-c listen_addresses= -c unix_socket_directories='$sockets' -c port=5432"
    options+=" -c max_connections=$PG_CONNECTIONS -c timezone=UTC"
    [ "${2:-}" = durable ] || options+=' -c fsync=off -c synchronous_commit=off -c full_page_writes=off'
    if ! pg_running "$dir"; then
        pg_bury "$dir"
        pg_as "$PG_BIN/pg_ctl" --pgdata="$dir/data" --log="$dir/data/server.log" --wait --silent \
            --options="$options" start </dev/null || { pg_as tail "$dir/data/server.log" >&2; return 1; }
    fi
    unset PGDATABASE PGUSER PGPASSWORD PGSERVICE PGHOSTADDR
    export PGHOST=$sockets PGPORT=5432
    pg_roles
}

pg_stop() { # DIR
    pg_running "$1" || return 0
    kill -INT "$(pg_pid "$1")" 2>/dev/null || true
    pg_wait_gone "$1" || { kill -QUIT "$(pg_pid "$1")" && pg_wait_gone "$1"; }
}

pg_sql() { # as the superuser; psql's arguments or standard input
    psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --username=postgres "$@"
}

pg_roles() {
    pg_sql --dbname=postgres --file="$PG_MIGRATIONS/roles.sql"
}

pg_database() { # NAME
    if [ -z "$(pg_sql --dbname=postgres -c "select 1 from pg_database where datname = '$1'")" ]; then
        pg_sql --dbname=postgres -c "create database \"$1\" owner $PG_OWNER"
    fi
    pg_sql --dbname=postgres -c "revoke all on database \"$1\" from public" \
        -c "grant connect on database \"$1\" to $PG_DAEMON"
}

pg_migrate() { # NAME; $JAMUND is the binary
    local owner="host=$PGHOST port=$PGPORT user=$PG_OWNER dbname=$1"
    if "${JAMUND:-false}" --help 2>/dev/null | grep -q '^  migrate '; then
        "$JAMUND" migrate --migrations-dir="$PG_MIGRATIONS" --owner-database="$owner"
    else # until there is the command
        find "$PG_MIGRATIONS" -name '0*.sql' | sort >"/tmp/jamund-files.$$"
        find "$PG_MIGRATIONS/api" -name '*.sql' 2>/dev/null | sort >>"/tmp/jamund-files.$$"
        xargs -a "/tmp/jamund-files.$$" -r printf '\\i %s\n' |
            psql -X -q -v ON_ERROR_STOP=1 -1 "$owner"
        rm -f "/tmp/jamund-files.$$"
    fi
}

pg_template() { # one of those who need it makes it
    [ -z "$(pg_sql --dbname=postgres -c "select 1 from pg_database where datname = 'jamund_template'")" ] || return 0
    pg_database jamund_new && JAMUND_MESSAGE_WAIT=0 pg_migrate jamund_new >&2 || return 1 # tests wait for no mail
    pg_sql --dbname=postgres -c 'alter database jamund_new rename to jamund_template'
}

pg_fresh() { # NAME; several may ask at once
    (flock 9 && pg_template) 9>>"${TEST_CLUSTER:-/tmp}/template.lock" || return 1
    pg_sql --dbname=postgres -c 'set client_min_messages = warning' \
        -c "drop database if exists \"$1\" with (force)" \
        -c "create database \"$1\" owner $PG_OWNER template jamund_template"
    pg_database "$1"
}
