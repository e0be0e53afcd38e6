// Package api answers the part of Kestra's HTTP API that clients of webhooks need: executions are found, shown, followed, killed,
// resumed and replayed, and logs and flows shown. It knows HTTP and no Caddy: who may ask is decided before.
//
// Methods, parameters, statuses and members are Kestra's (1.3); docs/api.md says where they are not. Nothing of it shows a key or a
// secret.
package api
