#!/usr/bin/env bash
# start.sh PORT: Authlib's server on 127.0.0.1, in the foreground. See server.py for the variables. Needs Python 3.10 or newer, openssl.
set -euo pipefail
cd "$(dirname "$0")"
. ../setup.sh
install() {
  python3 -m venv "$1" &&
    "$1/bin/python" -m pip install --quiet --no-deps --disable-pip-version-check -r requirements.txt
}
installed authlib requirements.txt install
certificate
client_key
sed -n 's/^Authlib==/VERSION /p' requirements.txt
# -B: no bytecode beside server.py, which stands in the checkout.
exec "$INSTALLED/bin/python" -B server.py
