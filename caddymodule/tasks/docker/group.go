package docker

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	work "github.com/caddy-kestra/kestra-webhook/engine/task/docker"
)

func init() { caddy.RegisterModule(new(Group)) }

// Group is the module kestra.tasks.docker: containers of a Docker daemon, and its images. Whoever can write a flow has then what that daemon
// can give, which is its machine unless it is set up otherwise. The global kestra block has it as `docker`:
//
//	docker <host> {
//		allow privileged|host_network|devices|volumes...
//		tls   <ca file> <certificate file> <key file>
//	}
//
// The block may be left out. Files are taken from the folder of the Caddyfile.
type Group struct {
	// Where the daemon is, as in `unix:///var/run/docker.sock` or `tcp://docker.example.com:2376`. Placeholders such as `{env.DOCKER_HOST}` are
	// replaced when the configuration is loaded. Default: none, and flows that need it are refused.
	Host string `json:"host,omitempty"`

	// What containers may have that gives them power over the daemon's machine: `privileged`, `host_network`, `devices`, `volumes`. Default:
	// nothing.
	Allow []string `json:"allow,omitempty"`

	// The files by which a daemon over TCP and this server know each other. Default: they do not.
	TLS *TLS `json:"tls,omitempty"`

	docker *work.Docker
}

// TLS are files in PEM. Placeholders in their names are replaced as those of the host.
type TLS struct {
	CA          string `json:"ca,omitempty"`          // of who signed the certificate of the daemon
	Certificate string `json:"certificate,omitempty"` // of this server
	Key         string `json:"key,omitempty"`         // of it
}

// CaddyModule returns the Caddy module information.
func (*Group) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "kestra.tasks.docker", New: func() caddy.Module { return new(Group) }}
}

// Provision implements caddy.Provisioner.
func (g *Group) Provision(caddy.Context) error {
	if g.Host == "" {
		if len(g.Allow) > 0 || g.TLS != nil {
			return errors.New("docker: there is no host: write `docker unix:///var/run/docker.sock`")
		}
		return nil
	}
	known := func(text string) string { return caddy.NewReplacer().ReplaceKnown(text, "") }
	o := work.Options{Host: known(g.Host), Allow: g.Allow}
	if g.TLS != nil {
		o.CA, o.Certificate, o.Key = known(g.TLS.CA), known(g.TLS.Certificate), known(g.TLS.Key)
	}
	var err error
	g.docker, err = work.New(o)
	return err
}

// UnmarshalCaddyfile implements caddyfile.Unmarshaler.
func (g *Group) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the option's name
	if !d.AllArgs(&g.Host) || g.Host == "" {
		return d.Err("docker takes the host of a daemon: write `docker unix:///var/run/docker.sock`, or `docker tcp://name:port`")
	}
	for nesting := d.Nesting(); d.NextBlock(nesting); {
		switch name := d.Val(); name {
		case "allow":
			args := d.RemainingArgs()
			if len(args) == 0 {
				return d.Err("allow takes what containers may have: " + strings.Join(work.Dangers(), ", "))
			}
			g.Allow = append(g.Allow, args...)
		case "tls":
			t := new(TLS)
			if g.TLS != nil || !d.AllArgs(&t.CA, &t.Certificate, &t.Key) {
				return d.Err("tls takes three files, once: write `tls ca.pem cert.pem key.pem`")
			}
			for _, file := range []*string{&t.CA, &t.Certificate, &t.Key} {
				if !filepath.IsAbs(*file) && !strings.HasPrefix(*file, "{") {
					*file = filepath.Join(filepath.Dir(d.File()), *file)
				}
			}
			g.TLS = t
		default:
			return d.Errf("unrecognized option %q of docker: there are allow and tls", name)
		}
	}
	return nil
}

// Specs implements caddymodule.TaskGroup.
func (g *Group) Specs() []flow.Spec { return work.Specs(g.docker) }

// Containers implements caddymodule.ContainerGroup. It is nil without a host.
func (g *Group) Containers() work.Runner {
	if g.docker == nil {
		return nil
	}
	return g.docker
}

var (
	_ caddy.Provisioner     = (*Group)(nil)
	_ caddyfile.Unmarshaler = (*Group)(nil)
)
