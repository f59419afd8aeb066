#!/bin/sh
# Makes a CA and a certificate for TURN over TLS on 127.0.0.1, for a year, in examples/stack/certificates. Existing ones are kept.
set -eu
cd "$(dirname "$0")"

if [ -e certificates ]; then
  echo "examples/stack/certificates is there already; remove it for fresh ones" >&2
  exit 1
fi

new=$(mktemp -d ./certificates.XXXXXX)
trap 'rm -rf "$new"' EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 365 -subj "/CN=livekit-swarm stack" \
  -addext "keyUsage=critical,keyCertSign" -keyout "$new/ca.key" -out "$new/ca.crt" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -subj "/CN=127.0.0.1" \
  -keyout "$new/turn.key" -out "$new/turn.csr" 2>/dev/null
printf 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' >"$new/turn.ext"
openssl x509 -req -in "$new/turn.csr" -CA "$new/ca.crt" -CAkey "$new/ca.key" -CAcreateserial -days 365 \
  -extfile "$new/turn.ext" -out "$new/turn.crt" 2>/dev/null
# Without its key, the CA cannot be made to sign anything else.
rm "$new/ca.key" "$new/ca.srl" "$new/turn.csr" "$new/turn.ext"
# coturn is an unprivileged user in its container, which has to read the key.
chmod 755 "$new"
chmod 644 "$new"/*
mv "$new" certificates
echo "certificates are in examples/stack/certificates; for swarm: export SWARM_CA=\"$PWD/certificates/ca.crt\"" >&2
