package api

import (
	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/search"
)

// showExecution answers with an execution.
func showExecution(c *call) error {
	if _, err := c.execution(); err != nil {
		return err
	}
	return c.shown(c.route.segments[0])
}

// shown answers with an execution that may be seen.
func (c *call) shown(id string) error {
	found, err := c.engine.Show(c.request.Context(), id)
	if err != nil {
		return err
	}
	return c.answer(found)
}

// searchExecutions answers with a page of those that the filters ask for.
func searchExecutions(c *call) error {
	values, err := c.parameters()
	if err != nil {
		return err
	}
	s := engine.Search{Visible: c.sees}
	if s.Page, s.Size, err = pageOf(values, "searchExecutions"); err != nil {
		return err
	}
	if s.Query, err = queryOf(search.Executions, values); err != nil {
		return err
	}
	if s.Order, err = search.ParseOrder(values["sort"]); err != nil {
		return illegalArgument(err.Error())
	}
	return c.search(s)
}

// listOfFlow answers with a page of the executions of a flow.
func listOfFlow(c *call) error {
	values, err := c.parameters()
	if err != nil {
		return err
	}
	s := engine.Search{Visible: c.sees}
	if s.Page, s.Size, err = pageOf(values, "searchExecutionsByFlowId"); err != nil {
		return err
	}
	var filters []search.Filter
	for _, name := range []string{"namespace", "flowId"} {
		if !values.Has(name) {
			return badRequest("Required QueryValue [" + name + "] not specified")
		}
		filters = append(filters, search.Filter{Field: name, Op: "EQUALS", Value: values.Get(name)})
	}
	if s.Query, err = compile(search.Executions, filters); err != nil {
		return err
	}
	if s.Order, err = search.ParseOrder(nil); err != nil {
		return err
	}
	return c.search(s)
}

func (c *call) search(s engine.Search) error {
	found, err := c.engine.Search(c.request.Context(), s)
	if err != nil {
		return err
	}
	defer found.Release()
	c.page(found.Results, found.Total)
	return nil
}
