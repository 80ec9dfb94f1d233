#!/usr/bin/env bash
# start.sh PORT: Keycloak on 127.0.0.1, in the foreground; the issuer ends in /realms/conformance.
# Variables: TLS=1, REFRESH_ROTATION=1, CONSENT=1 (a consent page), REGISTER=1 (prompt=create), JAVA_HOME.
# More users: bob, and carol / incomplete-pw-1, who meets a form that asks for email and lastName. Admin of realm master: admin / admin.
# Anonymous client registration is open to 127.0.0.1. The database is in memory. Needs Java 17 or newer, Maven, openssl, curl; 0.5 GB.
set -euo pipefail
cd "$(dirname "$0")"
. ../setup.sh
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
version=$(cat version)

install() {
  mvn -q -B -Dmaven.repo.local="$1/m2" org.apache.maven.plugins:maven-dependency-plugin:2.8:copy \
    -Dartifact="org.keycloak:keycloak-quarkus-dist:$version:tar.gz" -DoutputDirectory="$1" &&
    tar xzf "$1/keycloak-quarkus-dist-$version.tar.gz" -C "$1" --strip-components=1 &&
    rm -rf "$1/m2" "$1/keycloak-quarkus-dist-$version.tar.gz" &&
    JAVA=$java "$1/bin/kc.sh" build --db=dev-mem
}
installed keycloak version install
certificate
client_key
echo "VERSION $version"

# A home of its own for each start: Keycloak writes into data/, and imports from there.
home=$WORK/home
mkdir -p "$home/data/import"
for part in conf lib providers themes; do ln -sfn "$INSTALLED/$part" "$home/$part"; done
cp realm.json "$home/data/import/conformance-realm.json"

# Read by realm.json, inside a JSON string.
CLIENT_JWKS=$(sed 's/"/\\"/g' "$WORK/client-jwks.json")
export CLIENT_JWKS
if [ "${REFRESH_ROTATION:-}" = 1 ]; then export REVOKE_REFRESH_TOKEN=true; fi
if [ "${CONSENT:-}" = 1 ]; then export CONSENT_REQUIRED=true; fi
if [ "${REGISTER:-}" = 1 ]; then export REGISTRATION_ALLOWED=true; fi
export KC_BOOTSTRAP_ADMIN_USERNAME=admin KC_BOOTSTRAP_ADMIN_PASSWORD=admin

if [ "${TLS:-}" = 1 ]; then
  origin=https://127.0.0.1:$PORT
  listen=(--https-port="$PORT" --https-certificate-file="$WORK/tls.pem" --https-certificate-key-file="$WORK/tls.key")
  trust=(--cacert "$WORK/ca.pem")
else
  origin=http://127.0.0.1:$PORT
  listen=(--http-enabled=true --http-port="$PORT")
  trust=()
fi

# Says READY when the realm answers; ends with Keycloak.
issuer=$origin/realms/conformance
(
  while kill -0 $$ 2>/dev/null; do
    if curl -fs ${trust[@]+"${trust[@]}"} -o /dev/null "$issuer/.well-known/openid-configuration"; then
      echo "READY $issuer"
      break
    fi
    sleep 0.5
  done
) &

# What bin/kc.sh starts, but by exec, so that the process id of start.sh is Keycloak's.
exec "$java" -Xms64m -Xmx512m -XX:MetaspaceSize=96M -XX:MaxMetaspaceSize=256m -Dfile.encoding=UTF-8 \
  -Duser.language=en -Duser.country=US \
  --add-opens=java.base/java.util=ALL-UNNAMED --add-opens=java.base/java.util.concurrent=ALL-UNNAMED \
  --add-opens=java.base/java.security=ALL-UNNAMED --add-opens=java.base/java.lang=ALL-UNNAMED \
  --enable-native-access=ALL-UNNAMED -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
  -Djava.util.concurrent.ForkJoinPool.common.threadFactory=io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory \
  -Dpicocli.disable.closures=true -Dkc.home.dir="$home" -Djboss.server.config.dir="$home/conf" \
  -cp "$INSTALLED/lib/quarkus-run.jar" io.quarkus.bootstrap.runner.QuarkusEntryPoint \
  start --optimized --import-realm --cache=local --hostname="$origin" --http-host=127.0.0.1 "${listen[@]}"
