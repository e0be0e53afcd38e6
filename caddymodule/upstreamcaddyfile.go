package caddymodule

import (
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

// UnmarshalCaddyfile reads the option `upstream`, see [App.UnmarshalCaddyfile]. Relative files are taken from the folder of the Caddyfile.
func (u *Upstream) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	if !d.NextArg() {
		return d.Err("upstream takes the URL of a Kestra: write `upstream http://kestra:8080`")
	}
	if u.URL = d.Val(); d.NextArg() {
		return d.ArgErr()
	}
	return parseOptions(d, []string{"header"}, func(name string) error {
		switch name {
		case "header":
			var field, text string
			if !d.AllArgs(&field, &text) {
				return d.Err("header takes a name and a value: write `header Authorization \"Bearer {env.KESTRA_TOKEN}\"`")
			}
			if u.Header == nil {
				u.Header = make(map[string][]string)
			}
			u.Header[field] = append(u.Header[field], text)
		case "basic_auth":
			u.BasicAuth = new(UpstreamAuth)
			if !d.AllArgs(&u.BasicAuth.Username, &u.BasicAuth.Password) {
				return d.Err("basic_auth takes a user and a password: write `basic_auth admin@kestra.io {env.KESTRA_PASSWORD}`")
			}
		case "tls":
			u.TLS = new(UpstreamTLS)
			return u.TLS.unmarshalCaddyfile(d)
		case "timeout":
			return parseTime(d, &u.Timeout)
		case "hand_on_retry":
			return parseTime(d, &u.HandOnRetry)
		default:
			return d.Errf("unrecognized option %q of upstream: there are header, basic_auth, tls, timeout and hand_on_retry", name)
		}
		return nil
	})
}

func (t *UpstreamTLS) unmarshalCaddyfile(d *caddyfile.Dispenser) error {
	if d.NextArg() {
		return d.Err("tls takes a block: write `tls {`")
	}
	return parseOptions(d, []string{"ca"}, func(name string) error {
		switch name {
		case "ca":
			files := d.RemainingArgs()
			if len(files) == 0 {
				return d.Err("ca takes files with certificates of authorities: write `ca ./authority.pem`")
			}
			t.CA = append(t.CA, resolveDirs(d, files)...)
		case "certificate":
			if !d.AllArgs(&t.Certificate, &t.Key) {
				return d.Err("certificate takes a file and that of its key: write `certificate ./client.pem ./client.key`")
			}
			t.Certificate, t.Key = resolveDirs(d, []string{t.Certificate})[0], resolveDirs(d, []string{t.Key})[0]
		case "server_name":
			if !d.AllArgs(&t.ServerName) {
				return d.ArgErr()
			}
		case "insecure_skip_verify":
			if d.NextArg() {
				return d.Err("insecure_skip_verify takes no argument")
			}
			t.InsecureSkipVerify = true
		default:
			return d.Errf("unrecognized option %q of tls: there are ca, certificate, server_name and insecure_skip_verify", name)
		}
		return nil
	})
}

// Interface guard
var _ caddyfile.Unmarshaler = (*Upstream)(nil)
