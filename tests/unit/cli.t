#!/bin/bash
# The command line: help, exit codes, tables. No daemon.
. "$(dirname "$0")/../lib/tap.sh"
export PGHOST=/nowhere # no command here gets as far as a database

run() { # prints output and status together
    local out rc=0
    out=$(timeout 60 "$JAMUND" "$@" 2>&1 </dev/null) || rc=$?
    printf '%s\n[%d]' "$out" $rc
}

like 'help lists the commands' "$(run --help)" $'\n  config .*\n  errors .*\\[0\\]$'
like 'nothing: the list, and 2' "$(run)" $'\n  config .*\\[2\\]$'
like 'version' "$(run --version)" $'^jamund [0-9.]+\n\\[0\\]$'
for command in $("$JAMUND" --help | sed -nE 's/^  ([a-z-]+)  .*/\1/p'); do
    usage=2; [ "$command" = deliver ] && usage=64 # what mail servers read: sysexits.h
    like "$command has help of its own" "$(run "$command" --help)" "^jamund $command.*: .*\\[0\\]"
    like "$command refuses an unknown option" "$(run "$command" --no-such-option)" "--no-such-option.*\\[$usage\\]\$"
done
like 'help needs no good settings' "$(JAMUND_LISTEN=x run --help)" '\[0\]$'
like 'unknown command: 2' "$(run frobnicate)" $'no command frobnicate.*\n\\[2\\]$'
like 'unknown setting as a flag: 2' "$(run config --listne=1)" $'--listne.*\n\\[2\\]$'
like 'bad setting: 2, named' "$(JAMUND_READ_CONNS=0 run errors)" $'environment: read_conns .*\n\\[2\\]$'
like 'too many words: 2' "$(run errors now)" $'usage: jamund errors.*\n\\[2\\]$'
like 'config tells where from' "$(run config --zone=UTC)" 'zone +=\ UTC +# flag'
like 'config hides secrets' "$(JAMUND_SMTP_PASSWORD=hunter2 run config)" 'smtp_password += \(hidden\)'
is 'config has a row for each setting' "$("$JAMUND" config | wc -l)" \
    "$(grep -c '^CONF(' "$(dirname "$0")/../../include/base/conf.def")"
is 'errors has a row for each error' "$("$JAMUND" errors | grep -c '^| `')" \
    "$(grep -c '^ERR(' "$(dirname "$0")/../../include/base/err.def")"
complete_words() { # WORD... -> what bash offers for the last one
    # shellcheck disable=SC2034,SC2294
    (eval "$("$JAMUND" completion)" && COMP_WORDS=("$@") && COMP_CWORD=$(($# - 1)) && _jamund 2>/dev/null
        echo "${COMPREPLY[*]}")
}
is 'completion offers commands' "$(complete_words jamund ser)" serve
is 'completion offers settings' "$(complete_words jamund serve --listen-)" --listen-shared=
is 'the manual has every command' "$("$JAMUND" manual | sed -n '/^.SH COMMANDS/,/^.SH SETTINGS/p' | grep -c '^\.B ')" \
    "$("$JAMUND" --help | grep -cE '^  [a-z-]+  ')"
is 'the manual has every setting' "$("$JAMUND" manual | sed -n '/^.SH SETTINGS/,$p' | grep -c '^\.B ')" \
    "$(grep -c '^CONF(' "$(dirname "$0")/../../include/base/conf.def")"
done_testing
