package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/search"
)

// The bounds of a list.
const (
	defaultSize = 10
	maxSize     = 1000
)

// parameters returns those of a request. Those with other names are ignored, as Kestra does.
func (c *call) parameters() (url.Values, error) {
	values, err := url.ParseQuery(c.request.URL.RawQuery)
	if err != nil {
		return nil, badRequest("query: " + err.Error())
	}
	return values, nil
}

// pageOf returns which page of a list is asked for, and how long a page is.
func pageOf(values url.Values, method string) (page, size int, err error) {
	if page, err = atLeast1(values, "page", 1, method); err != nil {
		return 0, 0, err
	}
	if size, err = atLeast1(values, "size", defaultSize, method); err != nil {
		return 0, 0, err
	}
	switch {
	case size > maxSize:
		return 0, 0, invalidEntity(fmt.Sprintf("%s.size: must be less than or equal to %d", method, maxSize))
	case page > engine.MaxExamined/size+1:
		return 0, 0, invalidEntity(fmt.Sprintf("%s.page: a search ends after %d executions: ask for fewer by filters", method, engine.MaxExamined))
	}
	return page, size, nil
}

func atLeast1(values url.Values, name string, otherwise int, method string) (int, error) {
	text := values.Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	switch {
	case err != nil:
		return 0, badRequest(fmt.Sprintf("%s: %q is no whole number", name, text))
	case n < 1:
		return 0, invalidEntity(fmt.Sprintf("%s.%s: must be greater than or equal to 1", method, name))
	}
	return int(n), nil
}

// filtersOf returns the filters of a query: filters[field][OPERATION]=value, and filters[labels][OPERATION][key]=value. If there are none,
// the parameters count that Kestra had before those and still understands.
func filtersOf(values url.Values) ([]search.Filter, error) {
	var filters []search.Filter
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names) // for the same error each time
	for _, name := range names {
		if !strings.HasPrefix(name, "filters[") && name != "filters" {
			continue
		}
		f, err := parseFilter(name)
		if err != nil {
			return nil, err
		}
		for _, f.Value = range values[name] {
			filters = append(filters, f)
		}
	}
	if filters == nil {
		filters = formerFilters(values)
	}
	return filters, nil
}

// parseFilter reads the name of a filter.
func parseFilter(name string) (search.Filter, error) {
	rest := strings.TrimPrefix(name, "filters")
	var parts []string
	for rest != "" {
		part, after, ok := strings.Cut(strings.TrimPrefix(rest, "["), "]")
		if !ok || rest[0] != '[' {
			break
		}
		parts, rest = append(parts, part), after
	}
	if rest != "" || len(parts) < 2 || len(parts) > 3 {
		return search.Filter{}, illegalArgument(fmt.Sprintf("%q is no filter, as filters[state][EQUALS] is", name))
	}
	f := search.Filter{Field: parts[0], Op: parts[1]}
	if len(parts) == 3 {
		f.Key = parts[2]
	}
	return f, nil
}

// former are the parameters of Kestra before 0.23, with the filters that they stand for.
var former = []search.Filter{
	{Field: "q", Op: "EQUALS"},
	{Field: "scope", Op: "EQUALS"},
	{Field: "namespace", Op: "PREFIX"},
	{Field: "flowId", Op: "EQUALS"},
	{Field: "startDate", Op: "GREATER_THAN_OR_EQUAL_TO"},
	{Field: "endDate", Op: "LESS_THAN_OR_EQUAL_TO"},
	{Field: "timeRange", Op: "EQUALS"},
	{Field: "labels", Op: "EQUALS"},
	{Field: "triggerExecutionId", Op: "EQUALS"},
	{Field: "childFilter", Op: "EQUALS"},
}

func formerFilters(values url.Values) (filters []search.Filter) {
	for _, f := range former {
		for _, f.Value = range values[f.Field] {
			if f.Value != "" {
				filters = append(filters, f)
			}
		}
	}
	if states := values["state"]; len(states) > 0 { // any of them
		filters = append(filters, search.Filter{Field: "state", Op: "IN", Value: strings.Join(states, ",")})
	}
	return filters
}

// queryOf returns what is looked for by a request.
func queryOf(r search.Resource, values url.Values) (*search.Query, error) {
	filters, err := filtersOf(values)
	if err != nil {
		return nil, err
	}
	return compile(r, filters)
}

func compile(r search.Resource, filters []search.Filter) (*search.Query, error) {
	q, err := search.New(r, filters, time.Now())
	var unfit *search.UnfitError
	switch {
	case errors.As(err, &unfit):
		return nil, &refusal{http.StatusBadRequest, "Invalid query filters: " + err.Error()}
	case err != nil:
		return nil, illegalArgument(err.Error())
	}
	return q, nil
}
