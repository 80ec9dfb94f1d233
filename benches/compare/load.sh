#!/usr/bin/env bash
# The open generator beside wrk and oha: requests per second on one core against the same server on another, a GET of
# the key set of the mock IdP over http with 32 connections; then a server that freezes 400 ms every 2 s, where the 99th
# percentile is known beforehand. Prints rates and ratios.
#
#   benches/compare/load.sh [SECONDS_FOR_EACH]     at least 4; needs wrk, python3 and two cores
#
# SERVER_CORE and CLIENT_CORE choose the cores, ROUNDS how often each of the three has its turn.
set -euo pipefail
cd "$(dirname "$0")/../.."
source benches/compare/tools.sh
seconds=${1:-5} rounds=${ROUNDS:-3} server_core=${SERVER_CORE:-0} client_core=${CLIENT_CORE:-1}
cores 2
need wrk "Debian has it in the package wrk"
need python3 "Debian has it in the package python3"
install_oha

cargo build --release --quiet --bin oidcheck --bin mock-idp
target=$target/release
folder=$(mktemp -d)
server=
stop() { [ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; } || true; server=; }
trap 'stop; rm -rf "$folder"' EXIT

taskset -c "$server_core" "$target/mock-idp" --threads 1 >"$folder/server" 2>&1 &
server=$!
for _ in $(seq 100); do grep -q READY "$folder/server" && break; sleep 0.1; done
url=$(sed -n 's/^READY //p' "$folder/server")

# More than any server gives: what is left is what the generator and the server can do. No warm-up: what was due in it
# would still be waiting when it is over. The answers of whole seconds are counted, without the first and the last.
printf 'flow = ["jwks"]\n[workload]\nrate = 400000\nconnections = 32\n' >"$folder/jwks.toml"
printf 'flow = ["client_credentials"]\naccess_tokens = "may_repeat"\n[workload]\nrate = 5000\nconnections = 4096\n' >"$folder/freeze.toml"
cat >"$folder/freezes.provider" <<PROVIDER
issuer = "$url/f/token_endpoint.freezes"
[[client]]
id = "load"
auth = "client_secret_basic"
secret = "load-secret-0123456789abcdef"
PROVIDER

ours() {
  taskset -c "$client_core" "$target/oidcheck" load "$@" --duration "${seconds}s" --quiet --out "$folder/ours" \
    >"$folder/told" || true
}
figure() { python3 -c 'import json,sys; run = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$folder/ours/load.json" "$1"; }

by_wrk() { taskset -c "$client_core" wrk -t1 -c32 -d"$1" "$url/jwks" | awk '/Requests\/sec/ { print $2 }'; }
by_oha() { taskset -c "$client_core" "$oha" --no-tui -c 32 -z "$1" "$url/jwks" | awk '/Requests\/sec/ { print $2 }'; }
by_us() {
  ours "$folder/jwks.toml" --issuer "$url" --warmup 0s
  figure '(lambda seconds: sum(seconds) / len(seconds))([s["requests"] for s in run["series"]][1:-1])'
}

# In turns: who else is at work on the machine disturbs all three.
by_wrk 1s >/dev/null
for _ in $(seq "$rounds"); do
  echo "$(by_wrk "${seconds}s") $(by_us) $(by_oha "${seconds}s")"
done | awk '
  function median(values, count,   i, j, held) {
    for (i = 2; i <= count; i++) for (j = i; j > 1 && values[j - 1] > values[j]; j--) {
      held = values[j]; values[j] = values[j - 1]; values[j - 1] = held
    }
    return values[int((count + 1) / 2)]
  }
  {
    printf "requests/s: wrk %.0f, oidcheck (open workload) %.0f, oha %.0f\n", $1, $2, $3
    of_wrk[NR] = $2 / $1; of_oha[NR] = $2 / $3
  }
  END { printf "oidcheck makes %.2f of the rate of wrk and %.2f of that of oha (medians)\n", median(of_wrk, NR), median(of_oha, NR) }'

ours "$folder/freeze.toml" -p "$folder/freezes.provider" --warmup 1s
# Every 2 s, arrivals of 400 ms wait for 400 ms at most, evenly: 1 in 100 waits longer than 400 (1 - 0.01 / 0.2) ms.
figure '"freezes of 400 ms every 2 s at 5000/s: p99 %.0f ms, %.2f of the true 380 ms (kept pace: %s, errors: %d)" % (run["all"]["latency_ms"]["p99"], run["all"]["latency_ms"]["p99"] / 380, run["kept_pace"], sum(run["all"]["errors"].values()))'
