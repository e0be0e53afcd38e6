package caddymodule

import (
	"fmt"
	"net/http"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// adminTrigger is a trigger that starts flows here.
type adminTrigger struct {
	Namespace string `json:"namespace"`
	FlowID    string `json:"flowId"`
	TriggerID string `json:"triggerId"`
	Type      string `json:"type"`
	Disabled  bool   `json:"disabled"`
	Reason    string `json:"reason,omitempty"` // why it is disabled
}

// Why a trigger is disabled.
const (
	disabledByFlow  = "flow"   // it is written so
	disabledByStore = "stored" // by stopAfter, a task or this API, which undoes it
)

// listTriggers answers with the triggers of all flows that sites serve.
func listTriggers(c *adminCall) error {
	if err := c.query.end(); err != nil {
		return err
	}
	list := []adminTrigger{}
	for _, f := range c.app.ServedFlows() {
		for _, t := range f.Triggers {
			if t.Spec.Compile != nil { // else it never fires here
				list = append(list, shownTriggerOf(c.engine, f.Flow, t))
			}
		}
	}
	return c.answer(struct {
		Results []adminTrigger `json:"results"`
	}{list})
}

func shownTriggerOf(e *pooledEngine, f *flow.Flow, t *flow.Component) adminTrigger {
	shown := adminTrigger{Namespace: f.Namespace, FlowID: f.ID, TriggerID: t.ID, Type: t.Type}
	switch {
	case f.Disabled || t.Disabled:
		shown.Reason = disabledByFlow
	case e.Stopped(f, t.ID):
		shown.Reason = disabledByStore
	}
	shown.Disabled = shown.Reason != ""
	return shown
}

// toggleTrigger returns what switches a trigger on or off.
func toggleTrigger(on bool) endpoint {
	return func(c *adminCall) error {
		if err := c.query.end(); err != nil {
			return err
		}
		namespace, id := c.request.PathValue("namespace"), c.request.PathValue("flowId")
		f, t, err := c.app.trigger(namespace, id, c.request.PathValue("triggerId"))
		if err != nil {
			return err
		}
		if on && (f.Disabled || t.Disabled) {
			return refuse(http.StatusConflict, fmt.Errorf("trigger %s of flow %s/%s is disabled in the flow itself", t.ID, namespace, id))
		}
		if err := c.engine.Toggle(c.request.Context(), namespace, id, t.ID, on); err != nil {
			return err
		}
		return c.answer(shownTriggerOf(c.engine, f, t))
	}
}

// trigger returns a trigger of a flow that sites serve.
func (a *App) trigger(namespace, id, triggerID string) (*flow.Flow, *flow.Component, error) {
	for _, f := range a.ServedFlows() {
		if f.Namespace != namespace || f.ID != id {
			continue
		}
		for _, t := range f.Triggers {
			if t.ID == triggerID && t.Spec.Compile != nil {
				return f.Flow, t, nil
			}
		}
		return nil, nil, refuse(http.StatusNotFound, fmt.Errorf("flow %s/%s has no trigger %s that fires here", namespace, id, triggerID))
	}
	return nil, nil, refuse(http.StatusNotFound, fmt.Errorf("there is no flow %s/%s", namespace, id))
}
