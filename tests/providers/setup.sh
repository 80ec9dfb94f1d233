# Sourced by each start.sh, which has `set -euo pipefail` and stands in its own folder. Sets PORT and WORK, and offers
# `installed`, `certificate` and `client_key`.

PORT=${1:?usage: start.sh PORT (free_port prints one that is free)}

# What one start needs: keys, certificates, a database. run.sh gives its own folder and removes it.
WORK=${WORK:-$(mktemp -d "${TMPDIR:-/tmp}/oidcheck-provider.XXXXXX")}
export WORK PORT

# installed NAME FILE FUNCTION: sets INSTALLED to the folder that holds the product. FUNCTION fills the folder of its
# first argument when FILE (which pins the versions) was not installed before. A folder is filled under another name
# and then renamed, so an interrupted install is never taken for a whole one, and two starts do not disturb each other.
# `set -e` does not hold inside FUNCTION: chain its commands with &&.
installed() {
  local name=$1 pins=$2 install=$3 cache part
  cache=${OIDCHECK_PROVIDERS:-$HOME/.cache/oidcheck/providers}
  INSTALLED=$cache/$name-$(cksum <"$pins" | cut -d' ' -f1)
  export INSTALLED
  [ -d "$INSTALLED" ] && return
  echo "installing $name into $INSTALLED" >&2
  mkdir -p "$cache"
  part=$(mktemp -d "$cache/.$name.XXXXXX")
  "$install" "$part" >&2 || { rm -rf "$part"; echo "could not install $name" >&2; return 1; }
  # If another start was quicker, its folder is as good as ours.
  if [ -d "$INSTALLED" ]; then rm -rf "$part"; else mv "$part" "$INSTALLED"; fi
}

# An authority and a certificate signed by it: a self-signed one is an authority itself, which a strict client (rustls)
# refuses as a server's certificate. Prints the line by which the caller learns what to trust.
certificate() {
  [ "${TLS:-}" = 1 ] || return 0
  local curve=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
  if [ ! -f "$WORK/ca.pem" ]; then
    openssl req -x509 "${curve[@]}" -days 30 -subj "/CN=oidcheck test authority" \
      -keyout "$WORK/ca.key" -out "$WORK/ca.pem" 2>/dev/null
    openssl req -new "${curve[@]}" -subj /CN=localhost -keyout "$WORK/tls.key" -out "$WORK/tls.csr" 2>/dev/null
    printf '%s\n' 'subjectAltName=IP:127.0.0.1,DNS:localhost' 'basicConstraints=critical,CA:FALSE' \
      'keyUsage=critical,digitalSignature' 'extendedKeyUsage=serverAuth' >"$WORK/tls.ext"
    openssl x509 -req -in "$WORK/tls.csr" -CA "$WORK/ca.pem" -CAkey "$WORK/ca.key" -set_serial 1 -days 30 \
      -extfile "$WORK/tls.ext" -out "$WORK/tls.pem" 2>/dev/null
  fi
  echo "CA $WORK/ca.pem"
}

# The key of conformance-private-key-jwt (ES256, kid client-1), and the JWK set that the provider is given.
client_key() {
  local x y
  if [ ! -f "$WORK/client-key.pem" ]; then
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$WORK/client-key.pem" 2>/dev/null
    # The last 64 bytes of the encoded public key are its point: x, then y.
    x=$(openssl pkey -in "$WORK/client-key.pem" -pubout -outform DER | tail -c 64 | head -c 32 | base64url)
    y=$(openssl pkey -in "$WORK/client-key.pem" -pubout -outform DER | tail -c 32 | base64url)
    printf '{"keys":[{"kty":"EC","crv":"P-256","kid":"client-1","use":"sig","alg":"ES256","x":"%s","y":"%s"}]}' \
      "$x" "$y" >"$WORK/client-jwks.json"
  fi
  echo "CLIENT_KEY $WORK/client-key.pem"
}

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
