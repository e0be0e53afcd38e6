package knownhosts

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

// Option is embedded by the modules of such groups.
type Option struct {
	// KnownHosts is the file of the keys of servers, as ssh writes it. A path in a Caddyfile is that of its folder. Placeholders such as
	// `{env.KNOWN_HOSTS}` are replaced when the configuration is loaded.
	KnownHosts string `json:"known_hosts,omitempty"`
}

// Provision implements [caddy.Provisioner]. A placeholder that stands for nothing is an error: without a file any server would be trusted.
func (o *Option) Provision(caddy.Context) error {
	path := caddy.NewReplacer().ReplaceKnown(o.KnownHosts, "")
	if path == "" && o.KnownHosts != "" {
		return fmt.Errorf("known_hosts %q is empty text", o.KnownHosts)
	}
	o.KnownHosts = path
	return nil
}

// UnmarshalCaddyfile implements [caddyfile.Unmarshaler]: the name of the group, and a block with known_hosts.
func (o *Option) UnmarshalCaddyfile(d *caddyfile.Dispenser) error { return o.Unmarshal(d, nil) }

// Unmarshal reads the name of a group, and a block with known_hosts and other options. An option that others does not know is an error;
// nil knows none.
func (o *Option) Unmarshal(d *caddyfile.Dispenser, others func(option string) (known bool, err error)) error {
	d.Next()
	group := d.Val()
	for nesting := d.Nesting(); d.NextBlock(nesting); {
		option := d.Val()
		if option == "known_hosts" {
			if err := o.knownHosts(d); err != nil {
				return err
			}
			continue
		}
		known := false
		if others != nil {
			var err error
			if known, err = others(option); err != nil {
				return err
			}
		}
		if !known {
			return d.Errf("unrecognized option %q of tasks %s", option, group)
		}
	}
	return nil
}

func (o *Option) knownHosts(d *caddyfile.Dispenser) error {
	if o.KnownHosts != "" {
		return d.Err("known_hosts is there twice")
	}
	if !d.AllArgs(&o.KnownHosts) {
		return d.ArgErr()
	}
	path, err := Path(d, o.KnownHosts)
	o.KnownHosts = path
	return err
}

// Path returns the absolute form of a path in a Caddyfile, which is that of its folder. One that begins with a placeholder stays as it is.
func Path(d *caddyfile.Dispenser, path string) (string, error) {
	if filepath.IsAbs(path) || strings.HasPrefix(path, "{") {
		return path, nil
	}
	folder, err := filepath.Abs(filepath.Dir(d.File()))
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return filepath.Join(folder, path), nil
}
