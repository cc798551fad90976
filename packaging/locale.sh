#!/usr/bin/env bash
# Compiles the translations into a folder such as /usr/share/locale:
#   packaging/locale.sh DEST          makes DEST/LANG/LC_MESSAGES/sotto.mo
# For a build in the source tree DEST is target/locale, where programs in target/debug look.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ $# -lt 1 ]]; then
    echo "usage: packaging/locale.sh DEST [--pseudo]" >&2
    exit 2
fi
exec python3 po/compile.py "$@"
