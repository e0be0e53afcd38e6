// Package caddymodule makes a Caddy site answer Kestra webhooks. It knows Caddy and HTTP and no rule of flows; those are
// in package engine.
//
// It registers these modules:
//
//   - kestra, the app: flows of all sites, the store, limits; global option `kestra` ([App])
//   - http.handlers.kestra_webhook, the handler of a site; directive `kestra_webhook` ([Handler])
//   - http.handlers.kestra_api, executions for Kestra's clients; directive `kestra_api` ([APIHandler]), answered by package api
//   - admin.api.kestra, what operators ask at Caddy's admin endpoint ([AdminAPI])
//   - kestra.stores.memory and kestra.stores.sqlite, where executions are kept ([MemoryStore], [SQLiteStore])
//   - kestra.tasks.*, groups of tasks beside the core ([TaskGroup]), in packages of their own below tasks
//   - caddy.logging.encoders.filter.kestra_key, which takes webhook keys out of other modules' log lines ([KeyFilter])
//
// and the command `kestra` of the Caddy binary (command.go), which looks at flow files and, by Caddy's admin endpoint, at a running
// server (commandadmin.go).
//
// The directive runs after `encode`, so after everything that guards a site and before everything that answers
// catch-all. Use it at the top level of a site: inside a `handle` block of a site that has `templates` at top level,
// Caddy evaluates a text/plain answer as a template, and an answer is made of what the caller sent.
//
// # Life of a configuration
//
// Caddy provisions a new configuration while the old one serves, and cleans the old one up while its requests still run.
// So the engine, which keeps and runs executions, belongs to the process (pool.go), flows and sites belong to a
// configuration (app.go, flows.go, handler.go), and nothing runs on a context that a configuration owns. The engine works as the newest
// configuration says, and as the one before again if Caddy refuses that one when it has begun (configurations.go).
//
// From its start to its stop a configuration watches the folders of its flows (watch.go, places.go). When something has changed it
// reads them again (flowfiles.go), compiles and opens new sites, and swaps them (reload.go); what was loaded with an error changes
// nothing then.
//
// # Keys
//
// The webhook key is the only secret of a webhook URL. Caddy's own access line would print it, so requests whose URL
// holds one get a line of this package instead (logging.go), and no request for a webhook ends in an error, which Caddy
// would log with the URL.
//
// # Libraries
//
//	caddyserver/caddy/v2       what this is a module of
//	go.uber.org/zap            Caddy's logger
//	fsnotify/fsnotify          the system's notices of changes in folders of flows
//	spf13/cobra                Caddy's commands are cobra's
//	go.opentelemetry.io/otel   the span of the directive `tracing`, whose url.path would print the key
//
// and for tests alone:
//
//	rogpeppe/go-internal       scripts of the commands
//	smallstep/certificates     the certificate authority of the ACME test: Caddy's, with the port of its challenge set
//	go-playground/webhooks/v6  payloads of GitHub
//	aws/aws-lambda-go          payloads of EventBridge
//	golang.org/x/sync          the clients of the benchmark
package caddymodule
