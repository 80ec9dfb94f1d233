#!/usr/bin/env bash
# run.sh NAME [oidcheck arguments…]: starts the provider NAME on a free port, runs oidcheck against it, stops it, and
# returns oidcheck's exit code (2 for a wrong NAME, 3 when the provider does not start). The folders here are the names.
#
# Variables: those of with.sh; OIDCHECK=path of a binary (by default it is built).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

if [ -z "${OIDCHECK:-}" ]; then
  # Built before the provider starts, so that it does not wait for the compiler.
  cargo build --release -q --manifest-path "$root/Cargo.toml"
  OIDCHECK=${CARGO_TARGET_DIR:-$root/target}/release/oidcheck
fi
export OIDCHECK
name=${1:-}
shift || true
# shellcheck disable=SC2016
exec "$here/with.sh" "$name" bash -c '"$OIDCHECK" run -p "$PROVIDER_FILE" "$@"' run.sh "$@"
