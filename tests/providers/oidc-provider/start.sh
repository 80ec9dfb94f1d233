#!/usr/bin/env bash
# start.sh PORT: oidc-provider on 127.0.0.1, in the foreground. See server.mjs for the variables. Needs Node 20 or newer, openssl.
set -euo pipefail
cd "$(dirname "$0")"
. ../setup.sh
install() { cp package.json package-lock.json "$1" && npm ci --prefix "$1" --no-audit --no-fund; }
installed oidc-provider package-lock.json install
certificate
client_key
sed -n 's/.*"oidc-provider": "\(.*\)".*/VERSION \1/p' package.json
exec node server.mjs
