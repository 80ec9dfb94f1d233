#!/usr/bin/env bash
# with.sh NAME COMMAND [ARGUMENT…]: starts the provider NAME on a free port, runs COMMAND with the path of its provider
# file in $PROVIDER_FILE, stops the provider, and returns COMMAND's exit code (2 for a wrong NAME, 3 when the provider
# does not start). The folders here are the names.
#
# Variables: TLS=1 and those of NAME/start.sh; READY_WITHIN=seconds (300: the first start installs the product); KEEP=1
# leaves the provider file and log in place.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

name=${1:-}
if [ -z "$name" ] || [ ! -x "$here/$name/start.sh" ]; then
  echo "NAME is one of: $(cd "$here" && echo */ | tr -d /)" >&2
  exit 2
fi
shift

WORK=$(mktemp -d "${TMPDIR:-/tmp}/oidcheck-provider.XXXXXX")
export WORK
log=$WORK/provider.log
: >"$log"
pid=

stop() {
  if [ -n "$pid" ]; then
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  fi
  if [ "${KEEP:-}" = 1 ]; then echo "kept: $WORK" >&2; else rm -rf "$WORK"; fi
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$here/$name/start.sh" "$("$here/free_port")" >"$log" 2>&1 &
pid=$!

deadline=$((SECONDS + ${READY_WITHIN:-300}))
until grep -q '^READY ' "$log"; do
  if ! kill -0 "$pid" 2>/dev/null || [ "$SECONDS" -ge "$deadline" ]; then
    echo "with.sh: $name did not start; its output ends with:" >&2
    tail -n 20 "$log" >&2
    exit 3
  fi
  sleep 0.2
done

# said WORD: what start.sh printed after WORD.
said() { sed -n "s/^$1 //p" "$log" | head -n 1; }
issuer=$(said READY)
ca=$(said CA)
client_key=$(said CLIENT_KEY)
version=$(said VERSION)

# The provider file: the preset with the version, the issuer and the authority of this start, the client whose key was
# made for this start, and the provider's known deviations.
file=$WORK/provider.toml
{
  sed -e "s|^name = \"\(.*\)\"|name = \"\1 $version\"|" -e "s|^issuer = .*|issuer = \"$issuer\"${ca:+\\
cacert = \"$ca\"}|" "$root/src/provider/presets/$name.toml"
  if [ -n "$client_key" ]; then
    printf '\n[[client]]\nid = "conformance-private-key-jwt"\nauth = "private_key_jwt"\n'
    printf 'key_file = "%s"\nkey_id = "client-1"\n' "$client_key"
    printf 'redirect_uris = ["https://127.0.0.1:8765/callback", "https://127.0.0.1:8765/callback2"]\n'
    printf 'post_logout_redirect_uris = ["https://127.0.0.1:8765/post-logout"]\n'
  fi
  if [ -f "$here/$name/known.toml" ]; then
    echo
    cat "$here/$name/known.toml"
  fi
} >"$file"

status=0
PROVIDER_FILE=$file "$@" || status=$?
exit "$status"
