#!/bin/bash
# form/openapi against a JSON Schema validator, and the validator of replies against planted faults.
set -euo pipefail
here=$(dirname "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${BUILD:-build/release}/tests/unit/openapi_test" "$folder"
PYTHONPATH="$here/../lib" python3 "$here/../lib/openapi.py" --self-test "$folder"
