package caddymodule

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// taskNamespace is the namespace of the modules that have groups of tasks. They implement [TaskGroup].
const taskNamespace = "kestra.tasks"

// TaskGroup is what a module of the namespace kestra.tasks implements: a group of tasks that flows may use once it is linked.
//
// It must do without options, since a group that is linked is there without being named: it is provisioned with none then. A task that
// cannot work without one says so in its Compile, which makes it an error of the flow. It is provisioned for `caddy validate` and for
// commands too, so that opens nothing.
//
// What its specs compile is used for as long as executions go on that began with it, and so after the Cleanup of the module: what a
// task needs must not end there.
type TaskGroup interface {
	// Specs returns the specs of the group's tasks. It is asked once, after Provision.
	Specs() []flow.Spec
}

// flowTypes are what flows of a configuration are made of.
type flowTypes struct {
	catalog    *engine.Catalog
	options    bool              // of groups are written
	containers engine.Containers // that scripts may run in; nil: there are none
}

// loadTypes makes the catalog of this configuration. While no group has options it is that of the one that serves, if there is
// one, so that flows which have not changed are not compiled again.
func (a *App) loadTypes(ctx caddy.Context, running *App) error {
	a.types.options = len(a.TasksRaw) > 0
	if running != nil && !a.types.options && !running.types.options && (a.AllowCommands == nil) == (running.AllowCommands == nil) &&
		(a.Upstream == nil) == (running.Upstream == nil) && a.Containers == running.Containers {
		a.types.catalog = running.types.catalog
		return nil
	}
	var err error
	a.types.catalog, err = a.loadCatalog(ctx)
	return err
}

// loadCatalog returns the catalog of the core and of all groups that are linked, with the options that are written.
func (a *App) loadCatalog(ctx caddy.Context) (*engine.Catalog, error) {
	linked := caddy.GetModules(taskNamespace)
	for _, name := range slices.Sorted(maps.Keys(a.TasksRaw)) {
		if !slices.ContainsFunc(linked, func(m caddy.ModuleInfo) bool { return m.ID.Name() == name }) {
			return nil, unknownGroup(name)
		}
	}
	groups := make([]engine.Group, 0, len(linked))
	for _, m := range linked {
		name := m.ID.Name()
		module, err := ctx.LoadModuleByID(string(m.ID), a.TasksRaw[name])
		if err != nil {
			return nil, fmt.Errorf("tasks %s: %w", name, err)
		}
		group, ok := module.(TaskGroup)
		if !ok {
			return nil, fmt.Errorf("tasks %s: module %T does not implement TaskGroup", name, module)
		}
		groups = append(groups, engine.Group{Name: name, Specs: group.Specs()})
		if in, ok := group.(ContainerGroup); ok {
			if found := in.Containers(); found != nil {
				a.types.containers = found
			}
		}
	}
	catalog, err := engine.NewCatalog(groups...)
	if err == nil {
		catalog, err = a.contained(catalog)
	}
	if err == nil && a.AllowCommands == nil {
		catalog = catalog.WithoutCommands()
	}
	if err == nil && a.Upstream != nil {
		catalog = catalog.HandingOn()
	}
	return catalog, err
}

// commandCatalog returns the catalog of a configuration that is not run.
func commandCatalog(app *App) (*engine.Catalog, error) {
	ctx, cancel := caddy.NewContext(caddy.Context{Context: context.Background()})
	defer cancel()
	return app.loadCatalog(ctx)
}

// unknownGroup is the error for the name of a group that is not linked.
func unknownGroup(name string) error {
	linked := caddy.GetModules(taskNamespace)
	names := make([]string, 0, len(linked))
	for _, m := range linked {
		names = append(names, m.ID.Name())
	}
	here := "it has no group of tasks beside the core"
	if len(names) > 0 {
		here = "it has " + strings.Join(names, ", ")
	}
	return fmt.Errorf("tasks %s: this Caddy was built without that group: %s", name, here)
}

// parseTasks reads the options of one group.
func (a *App) parseTasks(d *caddyfile.Dispenser) error {
	if !d.NextArg() {
		return d.Err("tasks takes a group and its options: write `tasks <group> {`")
	}
	return a.parseGroup(d, d.Val())
}

// parseGroup reads the options of a group, at whose name it is.
func (a *App) parseGroup(d *caddyfile.Dispenser, name string) error {
	id := taskNamespace + "." + name
	m, err := caddy.GetModule(id)
	switch {
	case err != nil:
		return d.WrapErr(unknownGroup(name))
	case a.TasksRaw[name] != nil:
		return d.Errf("tasks %s is given twice", name)
	}
	if _, ok := m.New().(caddyfile.Unmarshaler); !ok {
		return d.Errf("tasks %s: the group has no options, and is there without being named", name)
	}
	group, err := caddyfile.UnmarshalModule(d, id)
	if err != nil {
		return err
	}
	if a.TasksRaw == nil {
		a.TasksRaw = make(caddy.ModuleMap)
	}
	a.TasksRaw[name] = caddyconfig.JSON(group, nil)
	return nil
}
