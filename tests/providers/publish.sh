#!/usr/bin/env bash
# publish.sh [NAME…]: runs the providers (oidc-provider, authlib and keycloak by default) over TLS in their default
# settings and writes reports/providers/ anew: a page for each and the matrix. Run it on a quiet machine.
# Variables: OIDCHECK as for run.sh; RUNS=folder for the runs themselves (target/providers).
set -euo pipefail
cd "$(dirname "$0")/../.."
names=("$@")
[ $# -gt 0 ] || names=(oidc-provider authlib keycloak)
runs=${RUNS:-target/providers}
oidcheck=${OIDCHECK:-target/release/oidcheck}
[ -n "${OIDCHECK:-}" ] || cargo build --release -q

mkdir -p reports/providers
saved=()
for name in "${names[@]}"; do
  TLS=1 OIDCHECK=$oidcheck tests/providers/run.sh "$name" --deny-stale --report markdown --out "$runs/$name"
  cp "$runs/$name/summary.md" "reports/providers/$name.md"
  saved+=("$runs/$name/run.json")
done
"$oidcheck" report "${saved[@]}" --matrix --report markdown --out "$runs/matrix"
cp "$runs/matrix/summary.md" reports/providers/matrix.md
