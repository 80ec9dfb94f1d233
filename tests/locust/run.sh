#!/usr/bin/env bash
# Workers under a real Locust master: two together, one of two killed, and a master that is killed and comes back.
#   tests/locust/run.sh
# Needs python3 with venv; Locust comes from PyPI into target/locust. OIDCHECK names the binary.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$root"
oidcheck=${OIDCHECK:-$root/target/release/oidcheck}
# What it was tested with: Locust does not promise that workers and masters of different versions understand each other.
locust_version='2.47.*'

work=$root/target/locust
venv=$work/venv
out=$work/out
rm -rf "$out"
mkdir -p "$out"

if ! "$venv/bin/locust" --version >/dev/null 2>&1; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "locust==$locust_version"
fi
"$venv/bin/locust" --version

processes=()
stop_all() {
  for pid in "${processes[@]}"; do
    kill "$pid" 2>/dev/null || true
  done
}
trap stop_all EXIT

fail() {
  echo "$*" >&2
  tail -n 20 "$out"/*.log >&2
  exit 1
}

# until_says FILE TEXT: waits until a log has it.
until_says() {
  for _ in $(seq 300); do
    if grep -q "$2" "$1" 2>/dev/null; then
      return
    fi
    sleep 0.1
  done
  fail "no '$2' in $1"
}

# ended PID NAME CODE: waits for a process, which must end so.
ended() {
  local status=0
  wait "$1" || status=$?
  if [ "$status" != "$3" ]; then
    fail "$2 ended with exit code $status, not $3"
  fi
}

"$oidcheck" mock --strict --port 0 >"$out/mock.log" 2>&1 &
processes+=($!)
until_says "$out/mock.log" READY
issuer=$(sed -n 's/^READY //p' "$out/mock.log")
"$oidcheck" init mock | sed "s#^issuer = .*#issuer = \"$issuer\"#" >"$out/provider.toml"
provider=$out/provider.toml

# worker NAME: starts one; sets `pid`.
worker() {
  "$oidcheck" load client_credentials --worker --master "127.0.0.1:$port" \
    -p "$provider" --out "$out/$1" >"$out/$1.log" 2>&1 &
  pid=$!
  processes+=("$pid")
}

# master NAME TIME WORKERS [OPTION…]: starts one; sets `pid`.
master() {
  "$venv/bin/locust" -f "$here/locustfile.py" --master --master-bind-host 127.0.0.1 --master-bind-port "$port" \
    --headless --users 8 --spawn-rate 8 --run-time "$2" --expect-workers "$3" --csv "$out/$1" "${@:4}" \
    >"$out/$1.log" 2>&1 &
  pid=$!
  processes+=("$pid")
}

echo "-- two workers, one of which is there before the master"
port=$("$root/tests/providers/free_port")
worker a && a=$pid
until_says "$out/a.log" "waits for the Locust master"
master both 10s 2 && m=$pid
worker b && b=$pid
ended "$m" "the master" 0
ended "$a" "worker a" 0
ended "$b" "worker b" 0
"$oidcheck" report "$out/a/load.json" "$out/b/load.json" --report json,html --out "$out/sum"
python3 "$here/check.py" sum "$out/both_stats.csv" "$out/sum/load.json" "$out/a/load.json" "$out/b/load.json"

echo "-- one of two workers is killed"
port=$("$root/tests/providers/free_port")
master killed 15s 2 --enable-rebalancing && m=$pid
worker c && c=$pid
worker d && d=$pid
until_says "$out/c.log" "4 users at work"
until_says "$out/d.log" "4 users at work"
sleep 4
kill -KILL "$d"
until_says "$out/killed.log" "setting state to missing"
ended "$m" "the master" 0
ended "$c" "worker c" 0
python3 "$here/check.py" survivor "$out/killed_stats.csv" "$out/c/load.json"

echo "-- two swarms, begun and stopped on the web page"
port=$("$root/tests/providers/free_port")
web=$("$root/tests/providers/free_port")
"$venv/bin/locust" -f "$here/locustfile.py" --master --master-bind-host 127.0.0.1 --master-bind-port "$port" \
  --web-host 127.0.0.1 --web-port "$web" >"$out/web.log" 2>&1 &
m=$!
processes+=("$m")
worker f && f=$pid
until_says "$out/f.log" "ready"
for swarm in 1 2; do
  python3 "$here/page.py" "http://127.0.0.1:$web/swarm" user_count=4 spawn_rate=4 >>"$out/page.log"
  sleep 4
  python3 "$here/page.py" "http://127.0.0.1:$web/stop" any=thing >>"$out/page.log"
  folder=$out/f/$([ "$swarm" = 1 ] || echo "swarm-$swarm")
  for _ in $(seq 100); do
    [ -e "$folder/load.json" ] && break
    sleep 0.1
  done
  # The page tells the same for two seconds.
  sleep 2.1
  python3 "$here/page.py" "http://127.0.0.1:$web/stats/requests" >"$out/swarm-$swarm.json"
  python3 "$here/check.py" page "$out/swarm-$swarm.json" "$folder/load.json"
done
kill -TERM "$m"
ended "$m" "the master" 0
ended "$f" "worker f" 0

echo "-- a provider whose answers are wrong"
port=$("$root/tests/providers/free_port")
sed "s#^issuer = .*#issuer = \"$issuer/f/token_response.token_type_wrong\"#" "$out/provider.toml" >"$out/wrong.toml"
provider=$out/wrong.toml
master wrong 4s 1 && m=$pid
worker g && g=$pid
provider=$out/provider.toml
ended "$m" "the master" 1
ended "$g" "worker g" 1
python3 "$here/check.py" wrong "$out/wrong_failures.csv" "$out/g/load.json"

echo "-- the master is killed and comes back"
port=$("$root/tests/providers/free_port")
master gone 60s 1 && m=$pid
worker e && e=$pid
until_says "$out/e.log" "8 users at work"
sleep 2
kill -KILL "$m"
until_says "$out/e.log" "vanished"
master back 6s 1 && m=$pid
ended "$m" "the master" 0
# The first swarm was interrupted.
ended "$e" "worker e" 3
python3 "$here/check.py" back "$out/back_stats.csv" "$out/e/load.json" "$out/e/swarm-2/load.json"
