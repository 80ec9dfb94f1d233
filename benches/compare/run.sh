#!/usr/bin/env bash
# Everything that we compare ourselves with, in one run: ID Token validation beside PyJWT and npm's jose, the open
# generator beside wrk and oha. Prints rates and ratios. Installs what is missing into target/compare.
#
#   benches/compare/run.sh [SECONDS_FOR_EACH]      needs python3 with pip, node with npm, wrk and two cores
#
# Ratios are what to look at: both sides of one are measured in this run, on the same cores.
set -euo pipefail
cd "$(dirname "$0")/../.."
source benches/compare/tools.sh
# What is missing shows before anything is measured.
cores 2
need wrk "Debian has it in the package wrk"
install_pyjwt
install_jose
install_oha

echo "== ID Tokens =="
benches/compare/jwt.sh "$@"
echo
echo "== load =="
benches/compare/load.sh "$@"
