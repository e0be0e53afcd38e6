package caddymodule

import (
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// siteURL returns the URL of the first site of a configuration that has a handler of webhooks which serves what is asked for, with the
// prefix that is stripped from paths before it; "" if there is none whose URL is plain to see: behind another rewrite a path may be any,
// and a name with a wildcard is no host.
func siteURL(config []byte, serves func(*Handler) (bool, error)) (string, error) {
	var root struct {
		Apps struct {
			HTTP httpApp `json:"http"`
		} `json:"apps"`
	}
	if err := json.Unmarshal(config, &root); err != nil {
		return "", fmt.Errorf("configuration: %w", err)
	}
	app := &root.Apps.HTTP
	names := make([]string, 0, len(app.Servers))
	for name := range app.Servers {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		s := app.Servers[name]
		found := ""
		_, err := walkRoutes(s.Routes, sitePath{}, func(p sitePath, h *Handler) (bool, error) {
			base := app.url(s, p)
			if base == "" {
				return false, nil
			}
			ok, err := serves(h)
			if ok {
				found = base
			}
			return ok, err
		})
		if err != nil || found != "" {
			return found, err
		}
	}
	return "", nil
}

// site returns the URL of the site that serves a flow: what was given, else base_url of the configuration, else where that has the site,
// else, without a configuration, [localBase].
func (f *commandFlows) site(given string, of *flow.Flow) (string, error) {
	if base, err := f.base(given, ""); base != "" || err != nil {
		return base, err
	}
	if len(f.config) == 0 {
		return localBase, nil
	}
	app, _, err := findConfigs(f.config)
	if err != nil {
		return "", err
	}
	if base, err := parseBaseURL(caddy.NewReplacer().ReplaceKnown(app.BaseURL, "")); base != "" || err != nil {
		return base, err
	}
	base, err := siteURL(f.config, func(h *Handler) (bool, error) {
		if f.given || !engine.Serves(h.Namespaces, of.Namespace) {
			return engine.Serves(h.Namespaces, of.Namespace), nil
		}
		sources, err := readFlowDirs(append(slices.Clone(app.FlowDirs), h.FlowDirs...))
		return sourceNames(sources, app.inlineSources())[of.Source.Name], err
	})
	if err == nil && base == "" {
		err = fmt.Errorf("the configuration does not say under which URL flow %s/%s is served: --base does, as in --base https://example.com", of.Namespace, of.ID)
	}
	return base, err
}

// httpApp is what of Caddy's HTTP app says where sites are.
type httpApp struct {
	HTTPPort  int                    `json:"http_port"`
	HTTPSPort int                    `json:"https_port"`
	Servers   map[string]*httpServer `json:"servers"`
}

type httpServer struct {
	Listen    []string          `json:"listen"`
	Routes    []httpRoute       `json:"routes"`
	TLS       []json.RawMessage `json:"tls_connection_policies"`
	Automatic struct {
		Disable bool     `json:"disable"`
		Skip    []string `json:"skip"`
	} `json:"automatic_https"`
}

type httpRoute struct {
	Match []struct {
		Host []string `json:"host"`
	} `json:"match"`
	Handle []json.RawMessage `json:"handle"`
}

// sitePath is where a handler stands: below which hosts, and what is stripped from paths before it.
type sitePath struct {
	hosts  []string
	prefix string
	hidden bool // the path is rewritten in another way
}

// walkRoutes calls found for each handler of webhooks until it returns true, and reports whether it has.
func walkRoutes(routes []httpRoute, at sitePath, found func(sitePath, *Handler) (bool, error)) (bool, error) {
	for _, route := range routes {
		within := at
		for _, m := range route.Match {
			if len(m.Host) > 0 {
				within.hosts = m.Host
			}
		}
		for _, raw := range route.Handle {
			var handler struct {
				Handler string      `json:"handler"`
				Routes  []httpRoute `json:"routes"`
				Strip   string      `json:"strip_path_prefix"`
			}
			if err := json.Unmarshal(raw, &handler); err != nil {
				return false, fmt.Errorf("configuration: %w", err)
			}
			switch handler.Handler {
			case "subroute":
				if done, err := walkRoutes(handler.Routes, within, found); done || err != nil {
					return done, err
				}
			case "rewrite":
				within.prefix += handler.Strip
				within.hidden = within.hidden || handler.Strip == ""
				if len(route.Match) == 0 { // the routes behind it see the path so, too
					at.prefix, at.hidden = within.prefix, within.hidden
				}
			case directive:
				h := new(Handler)
				if err := json.Unmarshal(raw, h); err != nil {
					return false, fmt.Errorf("handler %s: %w", directive, err)
				}
				if done, err := found(within, h); done || err != nil {
					return done, err
				}
			}
		}
	}
	return false, nil
}

// url returns the URL of a handler of a server; "" if that is not plain to see.
func (a *httpApp) url(s *httpServer, at sitePath) string {
	if at.hidden {
		return ""
	}
	hosts := slices.Clone(at.hosts)
	if len(hosts) == 0 {
		hosts = []string{""}
	}
	for _, listen := range s.Listen {
		address, err := caddy.ParseNetworkAddress(listen)
		if err != nil || address.IsUnixNetwork() || !strings.HasPrefix(address.Network, "tcp") {
			continue
		}
		for _, host := range hosts {
			if host = caddy.NewReplacer().ReplaceKnown(host, ""); strings.ContainsAny(host, "*{") {
				continue
			}
			port := int(address.StartPort)
			scheme, usual := "http", 80
			if s.isTLS(a, host, port) {
				scheme, usual = "https", 443
			}
			if host == "" {
				host = listensAt(address.Host)
			}
			base := scheme + "://" + strings.TrimSuffix(net.JoinHostPort(host, ""), ":")
			if port != usual {
				base += ":" + strconv.Itoa(port)
			}
			return base + strings.TrimRight(at.prefix, "/")
		}
	}
	return ""
}

// isTLS reports whether a server speaks TLS for a host at a port, by itself or because the configuration says so.
func (s *httpServer) isTLS(a *httpApp, host string, port int) bool {
	plain, secure := a.HTTPPort, a.HTTPSPort
	if plain == 0 {
		plain = 80
	}
	if secure == 0 {
		secure = 443
	}
	switch {
	case len(s.TLS) > 0 || port == secure:
		return true
	case port == plain || s.Automatic.Disable || host == "":
		return false
	default:
		return !slices.Contains(s.Automatic.Skip, host)
	}
}

// listensAt returns the host by which one that a server listens at is reached from this machine.
func listensAt(host string) string {
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		return "localhost"
	}
	return host
}
