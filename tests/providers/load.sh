#!/usr/bin/env bash
# load.sh NAME [oidcheck arguments…]: starts the provider NAME on a free port and loads it for some seconds with every
# scenario that is shipped. Returns 1 where answers were wrong or a threshold failed, 3 where something could not be
# measured (2 and 3 as with.sh does, too).
#
# Variables: those of with.sh; OIDCHECK=path of a binary (by default it is built); OUT=folder for the reports.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

if [ "${1:-}" = --each ]; then
  # Inside of with.sh.
  shift
  status=0
  while read -r scenario _; do
    echo "-- load: $scenario"
    code=0
    "$OIDCHECK" load "$scenario" -p "$PROVIDER_FILE" --quiet --duration 2s --warmup 0 ${OUT:+--out "$OUT/$scenario"} "$@" || code=$?
    # What is wrong weighs more than what could not be measured.
    case $code in
    0) ;;
    1) status=1 ;;
    *) [ "$status" = 1 ] || status=$code ;;
    esac
  done < <("$OIDCHECK" load --list)
  exit "$status"
fi

if [ -z "${OIDCHECK:-}" ]; then
  cargo build --release -q --manifest-path "$root/Cargo.toml"
  OIDCHECK=${CARGO_TARGET_DIR:-$root/target}/release/oidcheck
fi
export OIDCHECK
name=${1:-}
shift || true
exec "$here/with.sh" "$name" "$here/load.sh" --each "$@"
