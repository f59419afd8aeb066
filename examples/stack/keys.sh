#!/bin/sh
# Writes new keys for the stack to .env, where Compose reads them. Existing keys are kept.
set -eu
cd "$(dirname "$0")/../.."

if [ -e .env ]; then
  echo ".env is there already; remove it for fresh keys (and then: docker compose down --volumes, since Grafana keeps its first password)" >&2
  exit 1
fi

random() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

umask 077
cat >.env.new <<KEYS
LIVEKIT_URL=ws://127.0.0.1:7880
LIVEKIT_API_KEY=API$(random 6)
LIVEKIT_API_SECRET=$(random 32)
TURN_SECRET=$(random 24)
GRAFANA_PASSWORD=$(random 12)
KEYS
mv .env.new .env
echo "keys are in .env; for a load test on the stack: set -a; . ./.env; npx swarm --rooms 10" >&2
