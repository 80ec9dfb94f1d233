# Sourced by the scripts beside it: the tools to compare with. What is missing is installed from its registry into
# target/compare, and stays there; wrk has no registry and comes with the system.

PYJWT=2.15.1 JOSE=6.2.17 OHA=1.16.0

target=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
compare=$target/compare
mkdir -p "$compare"
PATH=$compare/bin:$PATH

# need PROGRAM WHERE-IT-COMES-FROM
need() {
  command -v "$1" >/dev/null || { echo "$1 is missing: $2" >&2; exit 1; }
}

# install_pyjwt → $PYTHONPATH
install_pyjwt() {
  need python3 "Debian has it in the package python3"
  export PYTHONPATH=$compare/pyjwt-$PYJWT
  [ -d "$PYTHONPATH" ] && return
  python3 -m pip --version >/dev/null || { echo "pip is missing: Debian has it in the package python3-pip" >&2; exit 1; }
  echo "installing PyJWT $PYJWT" >&2
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
    --target "$PYTHONPATH.new" "pyjwt[crypto]==$PYJWT"
  mv "$PYTHONPATH.new" "$PYTHONPATH"
}

# install_jose → $jose, where a program that imports it has to stand
install_jose() {
  need node "Debian has it in the package nodejs"
  need npm "Debian has it in the package npm"
  jose=$compare/jose-$JOSE
  [ -d "$jose/node_modules/jose" ] && return
  echo "installing jose $JOSE" >&2
  mkdir -p "$jose"
  (cd "$jose" && npm install --silent --no-audit --no-fund "jose@$JOSE" >/dev/null)
}

# install_oha → $oha
install_oha() {
  oha=$compare/bin/oha
  [ -x "$oha" ] && "$oha" --version | grep -qF "$OHA" && return
  echo "installing oha $OHA, which takes minutes" >&2
  cargo install --quiet --locked --root "$compare" --target-dir "$compare/build" oha --version "$OHA"
  rm -rf "$compare/build"
}

# cores COUNT
cores() {
  need taskset "Debian has it in the package util-linux"
  [ "$(nproc)" -ge "$1" ] || { echo "$1 cores are needed, there are $(nproc)" >&2; exit 1; }
}
