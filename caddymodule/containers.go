package caddymodule

import (
	"fmt"
	"slices"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// dockerGroup is the group of tasks that the option `docker` is of.
const dockerGroup = "docker"

// ContainerGroup is what a [TaskGroup] implements beside it that lets scripts run in containers.
type ContainerGroup interface {
	TaskGroup

	// Containers returns what runs them; nil: nothing does, since no option says where. It is asked after Provision.
	Containers() engine.Containers
}

// parseDocker reads the option `docker`, which is short for `tasks docker`.
func (a *App) parseDocker(d *caddyfile.Dispenser) error { return a.parseGroup(d, dockerGroup) }

// parseContainers reads the option `containers`.
func (a *App) parseContainers(d *caddyfile.Dispenser) error {
	if !d.AllArgs(&a.Containers) || a.Containers == "" || a.checkContainers() != nil {
		return d.Err("containers says where scripts run that name no runner: write `containers require`, `containers prefer` or `containers process`")
	}
	return nil
}

func (a *App) checkContainers() error {
	if p := engine.ContainerPolicy(a.Containers); p != "" && !slices.Contains(engine.ContainerPolicies(), p) {
		return fmt.Errorf("containers must be one of %v, is %q", engine.ContainerPolicies(), a.Containers)
	}
	return nil
}

// contained returns a catalog whose scripts run where the options say.
func (a *App) contained(c *engine.Catalog) (*engine.Catalog, error) {
	policy := engine.ContainerPolicy(a.Containers)
	if a.types.containers == nil && policy != engine.RequireContainers {
		return c, nil
	}
	return c.WithContainers(engine.ContainerOptions{Containers: a.types.containers, Policy: policy, NoProcesses: a.AllowCommands == nil})
}
