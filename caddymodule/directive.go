package caddymodule

import (
	"strings"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// directive is the name of the Caddyfile directive of [Handler].
const directive = "kestra_webhook"

func parseDirective(h httpcaddyfile.Helper) ([]httpcaddyfile.ConfigValue, error) {
	h.Next() // consume the directive's name
	if h.NextArg() && strings.HasPrefix(h.Val(), "/") && !matchesWebhooks(h.Val()) {
		return nil, h.Errf("%[1]s would be a path matcher here, and one that matches no webhook URL: if it is a folder of flows, write `kestra_webhook * %[1]s`, or `flows %[1]s` in the block", h.Val())
	}
	h.Reset()
	h.Next()
	matcher, err := h.ExtractMatcherSet()
	if err != nil {
		return nil, err
	}
	var handler Handler
	if err := handler.UnmarshalCaddyfile(h.Dispenser); err != nil {
		return nil, err
	}
	return h.NewRoute(matcher, &handler), nil
}

// matchesWebhooks reports whether a path matcher's pattern can match some webhook URL. It looks at the text before the
// first wildcard only, so it errs on the side of yes.
func matchesWebhooks(pattern string) bool {
	literal, wildcard := strings.ToLower(pattern), false // Caddy folds case
	if at := strings.IndexAny(literal, `*?[\{%`); at >= 0 {
		literal, wildcard = literal[:at], true
	}
	for _, prefix := range []string{webhook.Prefix, webhook.PrefixMain} {
		if strings.HasPrefix(literal, prefix) || wildcard && strings.HasPrefix(prefix, literal) {
			return true
		}
	}
	return false
}

// UnmarshalCaddyfile reads the directive, without its matcher. Its syntax:
//
//	kestra_webhook [<matcher>] [<flows dir>...] {
//		flows        <dir>...
//		namespaces   <pattern>...
//		condition    <CEL>
//		unknown      404|pass
//		allow        <address or network>...
//		max_body     <size>
//		wait_timeout <duration>
//		body_timeout <duration>
//
//		allow_response_headers <name>...
//	}
//
// Options flows, namespaces, condition, allow and allow_response_headers may be repeated. Relative folders are taken from the folder of the Caddyfile.
// A CEL expression that contains quotes is best written in backticks.
func (h *Handler) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // consume the directive's name
	h.FlowDirs = resolveDirs(d, d.RemainingArgs())
	return parseOptions(d, []string{"flows", "flow", "namespaces", "condition", "allow", "allow_response_headers"}, func(name string) error {
		switch name {
		case "flows":
			dirs, err := parseDirs(d)
			if err != nil {
				return err
			}
			h.FlowDirs = append(h.FlowDirs, dirs...)
		case "flow":
			return d.Err("flow is an option of the global kestra block: in a site Caddy would replace placeholders such as {path} inside the text; write it there, or the flow into a file and its folder here with `flows <dir>`")
		case "namespaces":
			patterns := d.RemainingArgs()
			if len(patterns) == 0 {
				return d.ArgErr()
			}
			h.Namespaces = append(h.Namespaces, patterns...)
		case "condition":
			expression, err := parseCondition(d)
			if err != nil {
				return err
			}
			// It is compiled again when the site is made, but only here its place is known.
			if err := engine.CheckCondition(expression); err != nil {
				return d.Errf("condition: %v", err)
			}
			h.Conditions = append(h.Conditions, expression)
		case "unknown":
			if !d.AllArgs(&h.Unknown) || h.Unknown != unknown404 && h.Unknown != unknownPass {
				return d.Err("unknown takes one of: 404, pass")
			}
		case "allow":
			texts := d.RemainingArgs()
			if len(texts) == 0 {
				return d.ArgErr()
			}
			if _, err := networks(texts); err != nil {
				return d.Errf("allow: %v", err)
			}
			h.Allow = append(h.Allow, texts...)
		case "max_body":
			if err := parseBytes(d, &h.MaxBody); err != nil {
				return err
			}
		case "wait_timeout":
			if err := parseTime(d, &h.WaitTimeout); err != nil {
				return err
			}
		case "body_timeout":
			if err := parseTime(d, &h.BodyTimeout); err != nil {
				return err
			}
		case "allow_response_headers":
			names := d.RemainingArgs()
			if len(names) == 0 {
				return d.Err("allow_response_headers takes names of headers: write `allow_response_headers Set-Cookie`")
			}
			for _, name := range names {
				if _, err := webhook.ParseHeaderName(name); err != nil {
					return d.Errf("allow_response_headers: %v", err)
				}
			}
			h.AllowResponseHeaders = append(h.AllowResponseHeaders, names...)
		default:
			return d.Errf("unrecognized option %q of kestra_webhook: there are flows, namespaces, condition, allow, unknown, max_body, wait_timeout, body_timeout and allow_response_headers", name)
		}
		return nil
	})
}

// parseCondition keeps the quotes of an expression that is written without backticks, as Caddy's own expression matcher
// does: its cooked tokens would have lost them.
func parseCondition(d *caddyfile.Dispenser) (string, error) {
	if d.CountRemainingArgs() > 1 {
		return strings.Join(d.RemainingArgsRaw(), " "), nil
	}
	var expression string
	if !d.AllArgs(&expression) || strings.TrimSpace(expression) == "" {
		return "", d.Err("condition takes a CEL expression: write it in backticks, as in condition `headers.header(\"X-GitHub-Event\") == \"push\"`")
	}
	return expression, nil
}

// Interface guard
var _ caddyfile.Unmarshaler = (*Handler)(nil)
