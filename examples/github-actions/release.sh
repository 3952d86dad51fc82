#!/usr/bin/env bash
# Train, register what came out, ask for production. usage: release.sh MODEL [SECONDS TO WAIT FOR PEOPLE]
set -euo pipefail
model=$1
wait_for=${2:-600}

run=$(python train.py | tail -n 1)

# Named after its run: sent twice, the request still gives one version.
registered=$(lineal register "$model" --run "$run" --artifact model --bump auto --request-id "$run" --json)
version=$(python -c 'import json, sys; print(json.loads(sys.argv[1])["version"])' "$registered")
echo "registered $model@v$version from run $run"

code=0
lineal promote "$model" "$version" --to production --reason "${RELEASE_REASON:-released by hand}" \
  --wait --timeout "$wait_for" || code=$?
case $code in
  0) echo "$model@v$version is in production" ;;
  7) echo "$model@v$version waits for people: lineal approvals list" ;;
  *) exit "$code" ;;
esac
