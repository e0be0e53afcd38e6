package site

import (
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// setting returns what an execution of a flow needs beside its state; t is the trigger that started it, nil when there is none.
func (s *Site) setting(f *scope.Flow, t *webhook.Trigger, m *mask.Mask) runner.Setting {
	setting := runner.Setting{Flow: f, Flows: s.callees, Mask: m}
	if t != nil && t.HasStopAfter() {
		triggers := s.host.Triggers()
		setting.Stop = func(status execution.Status) *execution.TriggerState { return stop(t, status) }
		setting.Ended = func(status execution.Status) {
			if t := stop(t, status); t != nil {
				triggers.set(*t)
			}
		}
	}
	return setting
}

// Setting returns what an execution needs that is found in a store; f is from [Site.Flow] or [Site.Revive].
func (s *Site) Setting(f *scope.Flow, by execution.Trigger) runner.Setting {
	return s.setting(f, startedBy(f, by), s.mask)
}

// startedBy returns the trigger that has started an execution of a flow; nil when a task has.
func startedBy(f *scope.Flow, by execution.Trigger) *webhook.Trigger {
	for _, c := range f.Plan().Flow().Triggers {
		if t, ok := c.Compiled.(*webhook.Trigger); ok && t.ID() == by.ID && t.Type() == by.Type {
			return t
		}
	}
	return nil
}

// Revive returns a flow, in a revision that the site does not serve, as an execution of it needs it.
func (s *Site) Revive(f *flow.Flow, revision int) *scope.Flow {
	return scope.NewFlow(execution.NewPlan(f, revision), s.variables)
}
