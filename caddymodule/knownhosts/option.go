package knownhosts

import (
	"fmt"
	"path/filepath"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

// Option is embedded by the modules of such groups.
type Option struct {
	// KnownHosts is the file of the keys of servers, as ssh writes it. A path in a Caddyfile is that of its folder.
	KnownHosts string `json:"known_hosts,omitempty"`
}

// UnmarshalCaddyfile implements [caddyfile.Unmarshaler]: the name of the group, and a block with known_hosts.
func (o *Option) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	group := d.Val()
	for nesting := d.Nesting(); d.NextBlock(nesting); {
		if d.Val() != "known_hosts" {
			return d.Errf("unrecognized option %q of tasks %s", d.Val(), group)
		}
		if o.KnownHosts != "" {
			return d.Err("known_hosts is there twice")
		}
		if !d.AllArgs(&o.KnownHosts) {
			return d.ArgErr()
		}
		if !filepath.IsAbs(o.KnownHosts) {
			folder, err := filepath.Abs(filepath.Dir(d.File()))
			if err != nil {
				return fmt.Errorf("known_hosts: %w", err)
			}
			o.KnownHosts = filepath.Join(folder, o.KnownHosts)
		}
	}
	return nil
}
