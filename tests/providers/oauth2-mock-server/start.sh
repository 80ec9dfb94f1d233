#!/usr/bin/env bash
# start.sh PORT: oauth2-mock-server on 127.0.0.1, in the foreground. Needs Node 20.19 or newer; with TLS=1 openssl.
set -euo pipefail
cd "$(dirname "$0")"
. ../setup.sh
install() { cp package.json package-lock.json "$1" && npm ci --prefix "$1" --no-audit --no-fund; }
installed oauth2-mock-server package-lock.json install
certificate
sed -n 's/.*"oauth2-mock-server": "\(.*\)".*/VERSION \1/p' package.json
exec node server.mjs
