package api

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/search"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// FuzzSearch reads parameters as a search does: what is wrong with them is a refusal with a status of clients, and what is not keeps the
// bounds and decides about any execution.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{
		"", "page=1&size=10&sort=state.startDate:desc", "page=0", "size=1001", "page=99999999999", "sort=id:asc,namespace:desc&sort=x",
		"filters%5Bnamespace%5D%5BEQUALS%5D=company.team&filters%5BflowId%5D%5BIN%5D=a,b", "filters[state][NOT_IN]=SUCCESS,FAILED",
		"filters[labels][EQUALS][team]=red", "filters[labels][IN]=a:b,c", "filters[namespace][REGEX]=^a(b|c)*$", "filters[q][NOT_EQUALS]=X",
		"filters[timeRange][EQUALS]=PT24H", "filters[startDate][GREATER_THAN]=2026-11-29T13:00:00%2B01:00", "filters[endDate][EQUALS]=2026",
		"filters[foo][EQUALS]=x", "filters[", "filters[a][b][c][d]=e", "filters", "q=a&namespace=b&labels=k:v&state=FAILED&timeRange=P1D", "%zz", "a;b",
	} {
		f.Add(seed)
	}
	at := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	s := execution.Summary{ID: "5m9UnmUbQJCxM4T39lxWj2", Namespace: "company.team", FlowID: "f", Head: execution.Head{
		Labels:  []flow.Label{{Key: "team", Value: "red"}},
		History: execution.History{{Status: execution.Created, At: at}, {Status: execution.Failed, At: at.Add(time.Second)}},
	}}
	f.Fuzz(func(t *testing.T, query string) {
		c := &call{request: &http.Request{URL: &url.URL{RawQuery: query}}}
		values, err := c.parameters()
		if err != nil {
			refusedByClient(t, err)
			return
		}
		page, size, err := pageOf(values, "searchExecutions")
		if err != nil {
			refusedByClient(t, err)
		} else if page < 1 || size < 1 || size > maxSize || (page-1)*size > engine.MaxExamined {
			t.Errorf("page %d of %d", page, size)
		}
		for _, r := range []search.Resource{search.Executions, search.Flows} {
			q, err := queryOf(r, values)
			if err != nil {
				refusedByClient(t, err)
				continue
			}
			q.Has(&s)
			q.Has(&execution.Summary{})
		}
		if order, err := search.ParseOrder(values["sort"]); err == nil {
			order.Sort([]search.Hit{search.HitOf(&s), {}, {Seq: 2}})
		}
	})
}

func refusedByClient(t *testing.T, err error) {
	t.Helper()
	var refused *refusal
	if !errors.As(err, &refused) || refused.status < 400 || refused.status > 499 || refused.message == "" {
		t.Errorf("%v is no refusal of what a client sent", err)
	}
}

// FuzzFind finds endpoints: none for URLs of webhooks, and never one whose segments are not all there.
func FuzzFind(f *testing.F) {
	for _, seed := range []string{
		"/api/v1/executions/search", "/api/v1/main/executions/x/follow", "/api/v1/main/executions/webhook/a/b/c", "/api/v1/executions//kill", "/api/v1/flows/a%2Fb/c",
		"/api/v1/logs/search", "/api/v1/main/executions/x/actions/kill", "/api/v1/main", "/", "",
	} {
		f.Add("GET", seed)
	}
	f.Fuzz(func(t *testing.T, method, path string) {
		u, err := url.Parse(path)
		if err != nil {
			return
		}
		route, ok := Find(&http.Request{Method: method, URL: u})
		if !ok {
			return
		}
		if webhook.IsURL(u.EscapedPath()) || route.allow == "" && len(route.segments) != strings.Count(route.route.path, "{}") {
			t.Errorf("%s %s: %v of %s", method, path, route.segments, route.route.path)
		}
	})
}
