// Package e2e tests the built binary as its users meet it: configured by a Caddyfile, called over HTTP and HTTPS.
package e2e
