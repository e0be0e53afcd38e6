package caddymodule

import (
	"net"
	"reflect"
	"strconv"

	"github.com/caddyserver/caddy/v2"
)

// adminAddresses returns where the admin endpoints of a configuration listen, so that no flow sends a request there. Caddy shows no
// module that part of its configuration but keeps it in the context, from which it is read here; ok is false if it is there no more,
// and then the addresses are the usual ones.
func adminAddresses(ctx caddy.Context) (addresses []string, ok bool) {
	usual := []string{caddy.DefaultAdminListen, caddy.DefaultRemoteAdminListen}
	cfg := reflect.ValueOf(ctx).FieldByName("cfg")
	if !cfg.IsValid() || cfg.Type() != reflect.TypeFor[*caddy.Config]() {
		return tcpAddresses(usual), false
	}
	listen, disabled, remote := usual[0], false, ""
	if !cfg.IsNil() {
		if admin := cfg.Elem().FieldByName("Admin"); !admin.IsNil() {
			disabled = admin.Elem().FieldByName("Disabled").Bool()
			if text := admin.Elem().FieldByName("Listen").String(); text != "" {
				listen = text
			}
			if r := admin.Elem().FieldByName("Remote"); !r.IsNil() {
				if remote = r.Elem().FieldByName("Listen").String(); remote == "" {
					remote = usual[1]
				}
			}
		}
	}
	if disabled {
		listen = ""
	}
	return tcpAddresses([]string{listen, remote}), true
}

// tcpAddresses returns those of some addresses of listeners that are reached by TCP, as host:port.
func tcpAddresses(listeners []string) []string {
	var out []string
	for _, listener := range listeners {
		text, err := caddy.NewReplacer().ReplaceOrErr(listener, true, true)
		if err != nil || text == "" {
			continue
		}
		at, err := caddy.ParseNetworkAddress(text)
		if err != nil || at.IsUnixNetwork() || at.IsFdNetwork() {
			continue
		}
		out = append(out, net.JoinHostPort(at.Host, strconv.Itoa(int(at.StartPort))))
	}
	return out
}
