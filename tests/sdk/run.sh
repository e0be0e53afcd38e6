#!/usr/bin/env bash
# Lets Kestra's own SDK for Python use kestra_api of a server that it starts. It needs python3, the network (for PyPI) and Go.
#
#   bash tests/sdk/run.sh [--record]    with --record it writes caddymodule/testdata/sdk.json, which a test of Go replays
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

go build -o "$work/caddy" ./caddymodule/cmd/caddy
export XDG_DATA_HOME="$work/data" XDG_CONFIG_HOME="$work/config"
mkdir "$work/flows"
cp tests/sdk/flows/*.yml "$work/flows"
hash=$("$work/caddy" hash-password --plaintext sdk-password)
cat >"$work/Caddyfile" <<CADDYFILE
{
	admin off
	persist_config off
	default_bind 127.0.0.1
	kestra {
		store memory
	}
}
http://:0 {
	log {
		output discard
	}
	@people not path */executions/webhook/*
	basic_auth @people {
		sdk $hash
	}
	kestra_webhook ./flows
	kestra_api
}
CADDYFILE
# serve starts a server that has no executions yet, in place of the one before.
serve() {
	[ -z "$server" ] || kill "$server"
	: >"$work/log"
	"$work/caddy" run --config "$work/Caddyfile" 2>"$work/log" &
	server=$!
	address=
	for _ in $(seq 100); do
		address=$(sed -n 's/.*"actual_address":"\([^"]*\)".*/\1/p' "$work/log" | head -n 1)
		[ -z "$address" ] || break
		kill -0 "$server"
		sleep 0.1
	done
	[ -n "$address" ] || { cat "$work/log"; exit 1; }
}

for version in 1.3.1 2.0.3; do
	python3 -m venv "$work/$version"
	"$work/$version/bin/pip" install --quiet --disable-pip-version-check "kestrapy==$version" -r tests/sdk/requirements.txt
	serve
	"$work/$version/bin/python" tests/sdk/use.py "http://$address" "$version" "$work/$version.json"
done
if [ "${1:-}" = --record ]; then
	python3 tests/sdk/merge.py caddymodule/testdata/sdk.json "$work/1.3.1.json" "$work/2.0.3.json"
fi
