package caddymodule

import (
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// apiDirective is the name of the Caddyfile directive of [APIHandler].
const apiDirective = "kestra_api"

func parseAPIDirective(h httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
	handler := new(APIHandler)
	err := handler.UnmarshalCaddyfile(h.Dispenser)
	return handler, err
}

// UnmarshalCaddyfile reads the directive, without its matcher. Its syntax:
//
//	kestra_api [<matcher>] {
//		namespaces <pattern>...
//		unauthenticated
//	}
//
// Option namespaces may be repeated.
func (h *APIHandler) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // consume the directive's name
	if d.NextArg() {
		return d.Errf("%s takes no argument but a matcher: write `namespaces %s` in its block if that is one", apiDirective, d.Val())
	}
	return parseOptions(d, []string{"namespaces"}, func(name string) error {
		switch name {
		case "namespaces":
			patterns := d.RemainingArgs()
			if len(patterns) == 0 {
				return d.ArgErr()
			}
			h.Namespaces = append(h.Namespaces, patterns...)
		case "unauthenticated":
			if d.NextArg() {
				return d.Err("unauthenticated takes no argument")
			}
			h.Unauthenticated = true
		default:
			return d.Errf("unrecognized option %q of %s: there are namespaces and unauthenticated", name, apiDirective)
		}
		return nil
	})
}

// Interface guard
var _ caddyfile.Unmarshaler = (*APIHandler)(nil)
