package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
)

// Executions that were under way when the process ended go on in the revision of their flow that they began with: the one that is
// served, or else the one that the store has kept.

// Serve says which sites are open from now on. What executions need that are found in the store is asked of these: at the first call
// they go on, at later ones those that could not.
func (e *Engine) Serve(sites ...*Site) {
	e.open.Store(&sites)
	e.hidden.serve(sites)
	e.revived.forget()
	e.runner.TakeUp()
}

var errNoSite = errors.New("no site serves flows")

// recover is the [runner.Recover] of a store that outlives the process.
func (e *Engine) recover(ctx context.Context, s *execution.State) (runner.Setting, error) {
	sites := e.open.Load()
	if sites == nil || len(*sites) == 0 {
		return runner.Setting{}, errNoSite
	}
	home := (*sites)[0] // whose environment it gets when its flow is served no more
	for _, site := range *sites {
		f := site.Flow(s.Namespace, s.FlowID)
		if f == nil {
			continue
		}
		if home = site; f.Plan().Revision() == s.Revision {
			return site.Setting(f, s.Trigger), nil
		}
	}
	f, err := e.revive(ctx, home, s)
	if err != nil {
		return runner.Setting{}, err
	}
	return home.Setting(f, s.Trigger), nil
}

// Former implements [site.Host].
func (e *Engine) Former(ctx context.Context, s *Site, of *execution.State) (*scope.Flow, error) {
	return e.revive(ctx, s, of)
}

// mostRevived is how many earlier revisions are kept compiled while executions of them go on or are asked for.
const mostRevived = 1000

// revived are revisions of flows that are not served, compiled from what the store has kept.
type revived struct {
	mu    sync.Mutex
	flows map[revision]*scope.Flow
}

type revision struct {
	site          *Site
	namespace, id string
	number        int
}

func (r *revived) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flows = nil
}

// revive returns the flow of an execution in the revision that it began with.
func (e *Engine) revive(ctx context.Context, home *Site, s *execution.State) (*scope.Flow, error) {
	r := &e.revived
	key := revision{home, s.Namespace, s.FlowID, s.Revision}
	r.mu.Lock()
	f := r.flows[key]
	r.mu.Unlock()
	if f != nil {
		return f, nil
	}
	kept, err := e.store.Flow(ctx, s.Namespace, s.FlowID, s.Revision)
	if err != nil {
		return nil, err
	}
	compiled, err := e.catalog.Load().compile(kept, s.Revision)
	if err != nil {
		return nil, err
	}
	f = home.Revive(compiled, s.Revision)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.flows == nil || len(r.flows) >= mostRevived {
		r.flows = map[revision]*scope.Flow{}
	}
	r.flows[key] = f
	return f, nil
}

// compile compiles a flow that a store has kept.
func (c *Catalog) compile(kept execution.FlowSource, number int) (*flow.Flow, error) {
	name := fmt.Sprintf("revision %d of %s.%s", number, kept.Namespace, kept.ID)
	set, found := c.Load([]*flow.Source{{Name: name, YAML: kept.Source}})
	f := set.Flow(kept.Namespace, kept.ID)
	if f == nil {
		return nil, fmt.Errorf("%s does not load any more: %w", name, found.Err())
	}
	f.Hash = kept.Hash // of the text with its keys
	return f, nil
}
