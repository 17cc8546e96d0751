#!/bin/bash
# deps.sh run|check|bench: installs the Debian packages that are missing (nothing missing: nothing
# asked of the network). `run` is what building and running need, `check` also what the tests need,
# `bench` also what `make bench` measures against.
set -euo pipefail
cd "$(dirname "$0")/../.."

run_packages=(build-essential pkg-config libevent-dev libpq-dev libjansson-dev libical-dev libseccomp-dev libgmime-3.0-dev
    libxml2-dev libcurl4-openssl-dev libsodium-dev zlib1g-dev postgresql-15 postgresql-client-15 tzdata curl jq perl
    util-linux procps python3 coinor-cbc) # cbc: proves more plans; without it their gap is told
check_packages=(git libcmocka-dev postgresql-15-pgtap postgresql-15-plpgsql-check
    libtap-parser-sourcehandler-pgtap-perl
    python3-aiosmtpd python3-icalendar python3-caldav vdirsyncer python3-recurring-ical-events python3-jsonschema python3-cryptography python3-yaml
    clang-14 libclang-rt-14-dev clang-format docker-compose haproxy dovecot-imapd
    liblemon-dev)
# Readers in JavaScript need a node and its npm; another than Debian's will do.
command -v npm >/dev/null || check_packages+=(nodejs npm)

bench_packages=(nginx-light radicale cyrus-caldav) # nginx: unless there is another one

mta=()
wanted=("${run_packages[@]}")
[ "${1:-check}" = run ] || wanted+=("${check_packages[@]}")
if [ "${1:-check}" = bench ]; then
    for p in "${bench_packages[@]}"; do
        [ "$p" = nginx-light ] && [ -x /usr/sbin/nginx ] || wanted+=("$p")
    done
    # Cyrus wants a mail server: the smallest that can do no harm, unless there is one.
    [ -x /usr/sbin/sendmail ] || mta=(msmtp-mta)
fi

missing() {
    local p
    for p in "$@"; do
        dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || printf '%s\n' "$p"
    done
}

root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt() {
    root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 \
        -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# The server package makes and starts a cluster of the machine's own when it is installed. We need
# none: tell it so for this one installation. A cluster that is there already is left alone.
install_server() {
    local conf=/etc/postgresql-common/createcluster.conf
    apt install --no-install-recommends postgresql-common
    root cp -p $conf $conf.jamund
    echo 'create_main_cluster = false' | root tee -a $conf >/dev/null
    apt install --no-install-recommends postgresql-15 || failed=1
    root mv $conf.jamund $conf
    [ -z "${failed:-}" ]
}

# Debian starts a server as soon as it is installed, and with the machine, unless told otherwise:
# a policy that says no, for this one installation (one that is there is put back), and no start at boot.
install_quietly() { # SERVICE PACKAGE...
    local service=$1
    shift
    local policy=/usr/sbin/policy-rc.d failed=
    [ ! -e $policy ] || root mv $policy $policy.jamund
    printf '#!/bin/sh\nexit 101\n' | root tee $policy >/dev/null
    root chmod 755 $policy
    apt install --no-install-recommends "$@" || failed=1
    root update-rc.d "$service" disable || true
    root rm $policy
    [ ! -e $policy.jamund ] || root mv $policy.jamund $policy
    [ -z "$failed" ]
}

# What the tests have of npm, by its lock file, once: into build/npm. The mark is the lock file itself.
install_npm() {
    local from=tests/lib/npm into=build/npm
    if cmp -s $from/package-lock.json $into/installed; then return; fi
    mkdir -p $into
    cp $from/package.json $from/package-lock.json $into
    npm ci --prefix $into --ignore-scripts --no-audit --no-fund </dev/null
    cp $from/package-lock.json $into/installed
}

has() { printf '%s\n' "${todo[@]}" | grep -qx "$1"; }

mapfile -t todo < <(missing "${wanted[@]}")
if [ ${#todo[@]} != 0 ]; then
    echo "Installing: ${todo[*]}"
    apt update || true # an old list may still do
    if has postgresql-15; then install_server; fi
    if has nginx-light; then install_quietly nginx nginx-light; fi
    if has dovecot-imapd; then install_quietly dovecot dovecot-imapd; fi
    if has radicale; then install_quietly radicale radicale; fi
    if has cyrus-caldav; then install_quietly cyrus-imapd cyrus-caldav "${mta[@]}"; fi
    apt install --no-install-recommends "${todo[@]}"
fi
[ "${1:-check}" = run ] || install_npm
