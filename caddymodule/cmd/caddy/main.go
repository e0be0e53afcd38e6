// Command caddy is Caddy with the standard modules and kestra_webhook, built by plain `go build`. It is meant for
// development and tests; see README.md for xcaddy, which makes the builds that are deployed.
package main

import (
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/caddy-kestra/kestra-webhook/caddymodule"
	_ "github.com/caddy-kestra/kestra-webhook/caddymodule/tasks/all"
)

func main() {
	caddycmd.Main()
}
