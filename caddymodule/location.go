package caddymodule

import (
	"net/http"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// locate tells where the answer to a request with this path can be had later, if it can, and keeps the token in it out of the access line.
func (l *accessLine) locate(w http.ResponseWriter, r *http.Request, path, token string) {
	if token == "" {
		return
	}
	l.keys = append(l.keys, token)
	w.Header().Set("Location", webhook.StatusPath(originalRequest(r).URL.EscapedPath(), path, token))
}
