#!/usr/bin/env bash
# The token endpoint on one core: requests per second, beside an answer that costs nothing and beside the bare
# signature, and the memory after 100,000 and after 1,100,000 requests.
#
#   mock-idp/benches/wrk/run.sh [rate|memory]      both by default; needs wrk, taskset (util-linux), two cores
#
# SERVER_CORE and CLIENT_CORE choose the cores, SECONDS_EACH the length of a measurement. On a machine with other
# work to do the rate per second of processor time says more than the one per second.
set -euo pipefail
cd "$(dirname "$0")"
server_core=${SERVER_CORE:-0} client_core=${CLIENT_CORE:-1} seconds=${SECONDS_EACH:-10}
manifest=../../Cargo.toml

cargo build --release --quiet --manifest-path "$manifest" --bin mock-idp --example bare_signing --example bare_hyper
target=$(cargo metadata --manifest-path "$manifest" --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
out=$(mktemp)
server=
stop() { [ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; } || true; server=; }
trap 'stop; rm -f "$out"' EXIT

# start PROGRAM ARGUMENT… → $server, $url
start() {
  : >"$out"
  taskset -c "$server_core" "$target/release/$@" >"$out" 2>&1 &
  server=$!
  for _ in $(seq 100); do grep -q READY "$out" && break; sleep 0.1; done
  url=$(sed -n 's/^READY //p' "$out")
}
load() { taskset -c "$client_core" wrk -t1 -c32 "$@"; }
ticks() { awk '{ print $14 + $15 }' "/proc/$server/stat"; }
resident() { awk '/VmRSS/ { print int($2 / 1024) }' "/proc/$server/status"; }

# rate NAME WRK-ARGUMENT…
rate() {
  local name=$1 before after answer; shift
  load -d1s "$@" >/dev/null
  before=$(ticks)
  answer=$(load -d"${seconds}s" "$@")
  after=$(ticks)
  awk -v name="$name" -v ticks=$((after - before)) -v hertz="$(getconf CLK_TCK)" '
    /requests in/ { count = $1 } /Requests\/sec/ { rate = $2 } /Non-2xx/ { wrong = "   " $0 }
    END { printf "%-34s %8.0f /s %8.0f /s of processor time%s\n", name, rate, count * hertz / ticks, wrong }' <<<"$answer"
}

rates() {
  taskset -c "$server_core" "$target/release/examples/bare_signing"
  start examples/bare_hyper
  rate "an answer that costs nothing" "$url/"
  stop
  start mock-idp --threads 1
  rate "client_credentials, ES256" -s client_credentials.lua "$url/token"
  stop
  taskset -c "$server_core" "$target/release/examples/bare_signing"
}

# requests SCRIPT COUNT: sends at least so many
requests() {
  local sent=0 some
  while [ "$sent" -lt "$2" ]; do
    some=$(load -d2s -s "$1" "$url/token" | awk '/requests in/ { print $1 }')
    sent=$((sent + some))
  done
  echo "$sent"
}

memory() {
  local script first then
  for script in client_credentials login issuers; do
    start mock-idp --threads 1
    first=$(requests $script.lua 100000); then=$(resident)
    printf '%-20s %9d requests: %4d MB' "$script" "$first" "$then"
    first=$((first + $(requests $script.lua 1000000)))
    printf '   %9d requests: %4d MB\n' "$first" "$(resident)"
    stop
  done
}

case ${1:-both} in
  rate) rates ;;
  memory) memory ;;
  both) rates; memory ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
