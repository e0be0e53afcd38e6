package api

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/search"
)

// showFlow answers with a flow as it is served, and with its source if that is asked for.
func showFlow(c *call) error {
	values, err := c.parameters()
	if err != nil {
		return err
	}
	for _, f := range c.api.Flows() {
		if f.Namespace != c.route.segments[0] || f.ID != c.route.segments[1] || !c.sees(f.Namespace) {
			continue
		}
		if text := values.Get("revision"); text != "" && text != strconv.Itoa(f.Revision) {
			return illegalArgument(fmt.Sprintf("revision: only the one that is served is shown, which is %d", f.Revision))
		}
		shown, err := c.engine.ShowFlow(f.Flow, f.Revision)
		if err != nil {
			return err
		}
		if values.Get("source") != "true" {
			shown.Source = ""
		}
		return c.answer(shown)
	}
	return engine.ErrNotFound
}

// searchFlows answers with a page of the flows that are served, by namespace and id.
func searchFlows(c *call) error {
	values, err := c.parameters()
	if err != nil {
		return err
	}
	page, size, err := pageOf(values, "searchFlows")
	if err != nil {
		return err
	}
	q, err := queryOf(search.Flows, values)
	if err != nil {
		return err
	}
	var found []Flow
	for _, f := range c.api.Flows() {
		like := execution.Summary{ID: f.ID, Namespace: f.Namespace, FlowID: f.ID, Head: execution.Head{Labels: f.Labels}}
		if c.sees(f.Namespace) && q.Has(&like) {
			found = append(found, f)
		}
	}
	first := min((page-1)*size, len(found))
	var results []json.RawMessage
	for _, f := range found[first:min(first+size, len(found))] {
		shown, err := c.engine.ShowFlow(f.Flow, f.Revision)
		if err != nil {
			return err
		}
		shown.Source = ""
		text, err := engine.EncodeJSON(shown)
		if err != nil {
			return err
		}
		results = append(results, text)
	}
	c.page(results, len(found))
	return nil
}
