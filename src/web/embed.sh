#!/bin/sh
# embed.sh FILE… : each file as a C string constant web_<name>, on standard output.
set -eu
cr=$(printf '\r')
echo "/* Made by src/web/embed.sh; edit the files it was made from. */"
for file in "$@"; do
    printf 'static const char web_%s[] =\n' "$(basename "$file" | tr -c 'a-z0-9\n' _)"
    sed -e 's/[\\"?]/\\&/g' -e "s/$cr\$/\\\\r/" -e 's/.*/    "&\\n"/' "$file"
    echo '    "";'
done
