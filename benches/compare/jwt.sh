#!/usr/bin/env bash
# Validates the same ID Tokens with this crate, with jsonwebtoken, with PyJWT and with npm's jose, one after another
# in one run on one core, and prints rates and ratios.
#
#   benches/compare/jwt.sh [SECONDS_FOR_EACH]      needs python3 with pip and node with npm
#
# CLIENT_CORE chooses the core.
set -euo pipefail
cd "$(dirname "$0")/../.."
source benches/compare/tools.sh
here=$PWD/benches/compare
seconds=${1:-2} core=${CLIENT_CORE:-1}
cores $((core + 1))
install_pyjwt
install_jose

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cargo bench --quiet --no-default-features --bench jwt --no-run
taskset -c "$core" cargo bench --quiet --no-default-features --bench jwt -- --export "$folder/subjects.json"
taskset -c "$core" python3 "$here/jwt_pyjwt.py" "$folder/subjects.json" "$seconds" > "$folder/pyjwt.json"
# It imports what is installed beside it.
cp "$here/jwt_jose.mjs" "$jose/"
taskset -c "$core" node "$jose/jwt_jose.mjs" "$folder/subjects.json" "$seconds" > "$folder/jose.json"

python3 - "$folder" <<'PRINT'
import json
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
subjects, pyjwt, jose = (
    json.loads((folder / name).read_text()) for name in ("subjects.json", "pyjwt.json", "jose.json")
)
print("validations per second; in brackets how many times as many oidcheck does")
print(f"{'':8}{'oidcheck':>10}{'the signature alone':>22}{'jsonwebtoken':>20}{'PyJWT':>20}{'jose':>20}")
for subject in subjects:
    alg = subject["alg"]
    own = subject["rates"]["oidcheck"]
    bare = subject["rates"]["signature"]
    others = (subject["rates"]["jsonwebtoken"], pyjwt[alg], jose[alg])
    cells = f"{bare:>15.0f} ({own / bare:.2f})" + "".join(f"{rate:>12.0f} ({own / rate:5.2f})" for rate in others)
    print(f"{alg:8}{own:>10.0f}{cells}")
PRINT
