#!/usr/bin/env bash
# Validates the same ID Tokens with this crate, with jsonwebtoken, with PyJWT and with npm's jose, one after another
# in one run, and prints rates and ratios. PyJWT and jose are installed from their registries into a folder that is
# removed again; needs python3 and node.
#
#   benches/compare/jwt.sh [SECONDS_FOR_EACH]
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/benches/compare
seconds=${1:-2}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --target "$folder/python" 'pyjwt[crypto]==2.15.1'
(cd "$folder" && npm install --silent --no-audit --no-fund jose@6.2.17 >/dev/null)

cargo bench --quiet --no-default-features --bench jwt -- --export "$folder/subjects.json"
PYTHONPATH="$folder/python" python3 "$here/jwt_pyjwt.py" "$folder/subjects.json" "$seconds" > "$folder/pyjwt.json"
cp "$here/jwt_jose.mjs" "$folder/jwt_jose.mjs"
node "$folder/jwt_jose.mjs" "$folder/subjects.json" "$seconds" > "$folder/jose.json"

python3 - "$folder" <<'PRINT'
import json
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
subjects, pyjwt, jose = (
    json.loads((folder / name).read_text()) for name in ("subjects.json", "pyjwt.json", "jose.json")
)
print("validations per second on one core; in brackets how many times as many oidcheck does")
print(f"{'':8}{'oidcheck':>10}{'jsonwebtoken':>20}{'PyJWT':>20}{'jose':>20}")
for subject in subjects:
    alg = subject["alg"]
    own = subject["rates"]["oidcheck"]
    others = (subject["rates"]["jsonwebtoken"], pyjwt[alg], jose[alg])
    cells = "".join(f"{rate:>12.0f} ({own / rate:4.1f})" for rate in others)
    print(f"{alg:8}{own:>10.0f}{cells}")
PRINT
