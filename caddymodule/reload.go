package caddymodule

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// FlowFinding is what is wrong with a flow, or may be. It stands for a folder if that cannot be read.
type FlowFinding struct { //nolint:errname // it is a warning as often
	*flow.Diagnostic

	// ServesRevision is the revision of the flow that the file held before and that serves instead of what it holds; 0: none does.
	ServesRevision int
}

// ServedFlow is a flow that sites serve.
type ServedFlow struct {
	*flow.Flow

	Revision int
}

// ReloadFlows reads the folders of flows and of secrets again. If something has changed there, it makes new sites of it and lets them serve: all of
// them or, with an error, none. Requests and executions under way go on with the flows with which they began. It returns what
// [App.FlowFindings] does then.
func (a *App) ReloadFlows(ctx context.Context) ([]FlowFinding, error) {
	a.reloading.Lock()
	defer a.reloading.Unlock()
	if err := a.open(); err != nil { //nolint:contextcheck // what is opened outlives the call
		return nil, err
	}
	e, err := a.running()
	if err != nil {
		return nil, err
	}
	files, secrets := a.flows.again(), a.secrets.again()
	if files != nil || secrets != a.secrets.used() {
		if err := a.serve(ctx, e, files, secrets); err != nil {
			return nil, err
		}
	}
	return a.FlowFindings(), nil
}

// serve lets all sites serve what their folders hold now; nil: nothing has changed in those.
func (a *App) serve(ctx context.Context, e *pooledEngine, files *flowFiles, secrets *readSecrets) error {
	if files == nil {
		files = a.flows.used()
	}
	sites := map[*Handler]*compiledSite{}
	for _, h := range a.sites {
		set := files.set(h.dirs)
		if h.compiled.Load().is(set, secrets.set) {
			continue
		}
		site, err := h.compile(set, secrets.set)
		if err != nil {
			return err
		}
		if err := site.Open(ctx, e.Engine); err != nil {
			return err
		}
		sites[h] = site
	}
	before := a.servedFlows()
	var names []string // of secrets
	e.change(a, func(newest bool) {
		if newest {
			e.Hide(secrets.set)
		}
		for h, site := range sites {
			h.serve(site)
		}
		names = a.secrets.use(secrets)
		if newest {
			e.Serve(a.servingSites()...)
		}
	})
	a.flows.use(files)
	a.tellChanges(before, a.servedFlows())
	if len(names) > 0 {
		a.logger.Info("secrets were changed", zap.Strings("names", names))
	}
	a.flows.tell(a.FlowFindings())
	return nil
}

// FlowFindings returns what is wrong with flows, or may be, as they were read last.
func (a *App) FlowFindings() []FlowFinding {
	served := a.servedFlows()
	var all []FlowFinding
	told := map[string]bool{}
	add := func(found flow.Diagnostics, serves *flow.Set) {
		revision := 0
		for f := range serves.All() {
			revision = served[f]
		}
		for _, d := range found {
			if text := d.Error(); !told[text] {
				told[text] = true
				all = append(all, FlowFinding{d, revision})
			}
		}
	}
	files := a.flows.used()
	for _, file := range files.all() {
		instead := file.serves
		if instead == file.loaded {
			instead = nil
		}
		add(file.found, instead)
	}
	for _, d := range files.found {
		var instead *flow.Set
		if file := files.byName[d.Pos.Source.Name]; file != nil {
			instead = file.serves
		}
		add(flow.Diagnostics{d}, instead)
	}
	add(a.secrets.used().found, nil)
	for _, h := range a.sites {
		add(h.compiled.Load().found, nil)
	}
	return all
}

// registerFlowErrors lets metrics tell of errors in flows.
func (a *App) registerFlowErrors(r prometheus.Registerer) error {
	now := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: metricsPrefix + "flow_errors", Help: "Errors in flows and their folders, as they were read last.",
	}, func() float64 {
		n := 0
		for _, f := range a.FlowFindings() {
			if f.Severity == flow.SeverityError {
				n++
			}
		}
		return float64(n)
	})
	all := prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: metricsPrefix + "flow_load_errors_total", Help: "Errors in flows and their folders that were logged since the configuration was loaded.",
	}, func() float64 { return float64(a.flows.refused.Load()) })
	return errors.Join(r.Register(now), r.Register(all))
}

// ServedFlows returns the flows that sites serve, by namespace and id.
func (a *App) ServedFlows() []ServedFlow {
	served := a.servedFlows()
	sets := make([]*flow.Set, 0, len(a.sites))
	for _, h := range a.sites {
		sets = append(sets, h.compiled.Load().set)
	}
	all, _ := flow.Merge(sets...)
	flows := make([]ServedFlow, 0, all.Len())
	for f := range all.All() {
		flows = append(flows, ServedFlow{f, served[f]})
	}
	return flows
}

// servedFlows returns the flows that sites serve, and their revisions; none as long as they are not open.
func (a *App) servedFlows() map[*flow.Flow]int {
	served := map[*flow.Flow]int{}
	if !a.ready.Load() {
		return served
	}
	for _, h := range a.sites {
		site := h.compiled.Load()
		for f := range site.set.All() {
			served[f] = site.Revision(f)
		}
	}
	return served
}

// tellChanges logs which flows serve anew or no more.
func (a *App) tellChanges(before, now map[*flow.Flow]int) {
	names := func(flows, others map[*flow.Flow]int) map[string]bool {
		found := map[string]bool{}
		for f := range flows {
			if _, both := others[f]; !both {
				found[f.Namespace+"/"+f.ID] = true
			}
		}
		return found
	}
	removed, added := names(before, now), names(now, before)
	var changed []string
	for name := range added {
		if removed[name] {
			changed = append(changed, name)
			delete(added, name)
			delete(removed, name)
		}
	}
	if len(added)+len(changed)+len(removed) == 0 {
		return
	}
	slices.Sort(changed)
	a.logger.Info("flows were edited",
		zap.Strings("added", slices.Sorted(maps.Keys(added))), zap.Strings("changed", changed), zap.Strings("removed", slices.Sorted(maps.Keys(removed))))
}
