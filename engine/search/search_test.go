package search

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// summary is an execution that began some minutes before noon and took as long as a state each minute.
func summary(seq int64, id, namespace, flowID string, minutes int, labels []flow.Label, statuses ...execution.Status) execution.Summary {
	s := execution.Summary{Seq: seq, ID: id, Namespace: namespace, FlowID: flowID}
	for i, status := range statuses {
		s.Head.History = append(s.Head.History, execution.Transition{Status: status, At: noon.Add(time.Duration(i-minutes) * time.Minute)})
	}
	s.Head.Labels = labels
	return s
}

func some() []execution.Summary {
	all := []execution.Summary{
		summary(1, "aaa", "company.team", "orders", 90, []flow.Label{{Key: "team", Value: "red"}, {Key: "n", Value: "1,2"}}, "CREATED", "RUNNING", "SUCCESS"),
		summary(2, "bbb", "company", "orders.eu", 50, []flow.Label{{Key: "team", Value: "blue"}}, "CREATED", "FAILED"),
		summary(3, "ccc", "system", "purge", 20, nil, "CREATED", "RUNNING"),
		summary(4, "ddd", "companyx", "Invoices", 10, []flow.Label{{Key: "team", Value: "red"}, {Key: "eu", Value: "yes"}}, "CREATED", "RUNNING", "PAUSED"),
	}
	all[1].StartedBy = "aaa"
	return all
}

func TestQuery(t *testing.T) {
	for _, tt := range []struct {
		field, op, key, value string
		want                  string // ids
	}{
		{"q", "EQUALS", "", "INVOI", "ddd"},
		{"q", "EQUALS", "", "company", "aaa bbb ddd"},
		{"q", "EQUALS", "", "cc", "ccc"},
		{"q", "NOT_EQUALS", "", "company", "ccc"},
		{"scope", "EQUALS", "", "USER", "aaa bbb ddd"},
		{"scope", "EQUALS", "", "SYSTEM", "ccc"},
		{"scope", "EQUALS", "", "USER,SYSTEM", "aaa bbb ccc ddd"},
		{"scope", "NOT_EQUALS", "", "SYSTEM", "aaa bbb ddd"},
		{"namespace", "EQUALS", "", "company", "bbb"},
		{"namespace", "NOT_EQUALS", "", "company", "aaa ccc ddd"},
		{"namespace", "PREFIX", "", "company", "aaa bbb"},
		{"namespace", "STARTS_WITH", "", "company", "aaa bbb ddd"},
		{"namespace", "ENDS_WITH", "", "team", "aaa"},
		{"namespace", "CONTAINS", "", "any", "aaa bbb ddd"},
		{"namespace", "REGEX", "", "^company[.x]", "aaa ddd"},
		{"namespace", "IN", "", "system,company", "bbb ccc"},
		{"namespace", "NOT_IN", "", "system,company", "aaa ddd"},
		{"flowId", "EQUALS", "", "orders", "aaa"},
		{"flowId", "PREFIX", "", "orders", "aaa bbb"},
		{"kind", "EQUALS", "", "NORMAL", "aaa bbb ccc ddd"},
		{"kind", "IN", "", "TEST,PLAYGROUND", ""},
		{"kind", "NOT_IN", "", "TEST", "aaa bbb ccc ddd"},
		{"state", "EQUALS", "", "FAILED", "bbb"},
		{"state", "IN", "", "SUCCESS,FAILED", "aaa bbb"},
		{"state", "NOT_IN", "", "SUCCESS,FAILED", "ccc ddd"},
		{"state", "NOT_EQUALS", "", "RUNNING", "aaa bbb ddd"},
		{"labels", "EQUALS", "team", "red", "aaa ddd"},
		{"labels", "EQUALS", "n", "1,2", "aaa"},
		{"labels", "EQUALS", "", "team:red,eu:yes", "ddd"},
		{"labels", "NOT_EQUALS", "team", "red", "bbb ccc"},
		{"labels", "IN", "team", "red,blue", "aaa bbb ddd"},
		{"labels", "IN", "", "team:blue,eu:yes", "bbb ddd"},
		{"labels", "NOT_IN", "team", "red,blue", "ccc"},
		{"labels", "CONTAINS", "team", "e", "aaa bbb ddd"},
		{"labels", "CONTAINS", "", "u:y", "ddd"},
		{"startDate", "GREATER_THAN_OR_EQUAL_TO", "", "2026-11-29T11:10:00Z", "bbb ccc ddd"},
		{"startDate", "GREATER_THAN", "", "2026-11-29T12:10:00+01:00", "ccc ddd"},
		{"startDate", "LESS_THAN", "", "2026-11-29T11:10Z", "aaa"},
		{"endDate", "LESS_THAN_OR_EQUAL_TO", "", "2026-11-29T11:10:00", "aaa bbb"},
		{"startDate", "EQUALS", "", "2026-11-29T11:10:00.000Z", "bbb"},
		{"startDate", "NOT_EQUALS", "", "2026-11-29T11:10", "aaa ccc ddd"},
		{"timeRange", "EQUALS", "", "PT1H", "bbb ccc ddd"},
		{"triggerExecutionId", "EQUALS", "", "aaa", "bbb"},
		{"triggerExecutionId", "IN", "", "aaa,zzz", "bbb"},
		{"triggerExecutionId", "NOT_EQUALS", "", "aaa", "aaa ccc ddd"},
		{"childFilter", "EQUALS", "", "CHILD", "bbb"},
		{"childFilter", "EQUALS", "", "MAIN", "aaa ccc ddd"},
		{"childFilter", "NOT_EQUALS", "", "MAIN", "bbb"},
	} {
		q, err := New(Executions, []Filter{{tt.field, tt.op, tt.key, tt.value}}, noon)
		if err != nil {
			t.Errorf("%s %s: %v", tt.field, tt.op, err)
			continue
		}
		var got []string
		for _, s := range some() {
			if q.Has(&s) {
				got = append(got, s.ID)
			}
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%s %s %s %q: %q, want %q", tt.field, tt.op, tt.key, tt.value, got, tt.want)
		}
	}
}

// TestStore narrows what a store looks at by those filters alone that must hold for all.
func TestStore(t *testing.T) {
	q, err := New(Executions, []Filter{
		{"namespace", "EQUALS", "", "company"},
		{"flowId", "EQUALS", "", "orders"},
		{"state", "IN", "", "WARNING,FAILED"},
		{"state", "NOT_IN", "", "WARNING"},
		{"startDate", "GREATER_THAN", "", "2026-11-29T11:00:00Z"},
		{"timeRange", "EQUALS", "", "P2D"},
		{"namespace", "PREFIX", "", "other"},
	}, noon)
	if err != nil {
		t.Fatal(err)
	}
	want := execution.Query{
		Namespace: "company", FlowID: "orders", Statuses: []execution.Status{"FAILED", "WARNING"}, Since: noon.Add(-time.Hour),
	}
	if diff := cmp.Diff(want, q.Store()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		resource Resource
		filter   Filter
		want     string
		unfit    bool
	}{
		{Executions, Filter{"foo", "EQUALS", "", "x"}, "Unsupported field 'foo'. Expected one of: [q, scope, namespace, ", false},
		{Executions, Filter{"childFilter", "EQUALS", "", "BOTH"}, `childFilter: "BOTH" is neither CHILD nor MAIN`, false},
		{Executions, Filter{"q", "LIKE", "", "x"}, "Unsupported operation 'LIKE'", false},
		{Executions, Filter{"flowId", "GREATER_THAN", "", "x"}, "Provided query filters are invalid: Operation GREATER_THAN is not supported for field FLOW_ID.", true},
		{Executions, Filter{"q", "IN", "", "x"}, "Operation IN is not supported for field QUERY. Supported operations are EQUALS, NOT_EQUALS", true},
		{Flows, Filter{"state", "EQUALS", "", "FAILED"}, "Field STATE is not supported for resource FLOW", true},
		{Executions, Filter{"state", "EQUALS", "", "DONE"}, `state: "DONE" is no state`, false},
		{Executions, Filter{"state", "EQUALS", "k", "FAILED"}, "state has no keys", false},
		{Executions, Filter{"labels", "EQUALS", "", "red"}, `labels: "red" is no label: write key:value`, false},
		{Executions, Filter{"startDate", "EQUALS", "", "yesterday"}, `startDate: "yesterday" is no date`, false},
		{Executions, Filter{"endDate", "EQUALS", "", ""}, "endDate: it has no value", false},
		{Executions, Filter{"timeRange", "EQUALS", "", "1 day"}, `timeRange: "1 day" is no duration`, false},
		{Executions, Filter{"namespace", "REGEX", "", "("}, "namespace: \"(\" is no regular expression here", false},
		{Executions, Filter{"scope", "EQUALS", "", "ALL"}, `scope: "ALL" is neither USER nor SYSTEM`, false},
		{Executions, Filter{"kind", "EQUALS", "", "ODD"}, `kind: "ODD" is no kind`, false},
		{Executions, Filter{"q", "EQUALS", "", strings.Repeat("x", maxValue+1)}, "the value of q is longer than 4096 bytes", false},
	} {
		_, err := New(tt.resource, []Filter{tt.filter}, noon)
		var unfit *UnfitError
		if err == nil || !strings.Contains(err.Error(), tt.want) || errors.As(err, &unfit) != tt.unfit {
			t.Errorf("%+v: %v, want %q", tt.filter, err, tt.want)
		}
	}
	if _, err := New(Executions, make([]Filter, maxFilters+1), noon); err == nil || !strings.Contains(err.Error(), "more than 64 filters") {
		t.Errorf("many filters: %v", err)
	}
}

func TestOrder(t *testing.T) {
	for _, tt := range []struct {
		sort []string
		want string
		err  string
	}{
		{nil, "ddd ccc bbb aaa", ""},
		{[]string{"state.startDate:asc"}, "aaa bbb ccc ddd", ""},
		{[]string{"state.startDate:desc"}, "ddd ccc bbb aaa", ""},
		{[]string{"flowId"}, "ddd aaa bbb ccc", ""},
		{[]string{"namespace:DESC"}, "ccc ddd aaa bbb", ""},
		{[]string{"state.current:asc"}, "bbb ddd ccc aaa", ""},
		{[]string{"state.duration:desc,id:asc"}, "aaa bbb ccc ddd", ""},
		{[]string{"state.endDate:desc", "id:desc"}, "bbb aaa ddd ccc", ""},
		{[]string{"trigger.id"}, "", `executions are not sorted by "trigger.id"`},
		{[]string{"id:up"}, "", `"up" is neither asc nor desc`},
		{[]string{strings.Repeat("id,", maxOrders) + "id"}, "", "more than 8 orders"},
	} {
		order, err := ParseOrder(tt.sort)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%v: %v, want %q", tt.sort, err, tt.err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		var hits []Hit
		for _, s := range some() {
			hits = append(hits, HitOf(&s))
		}
		order.Sort(hits)
		var got []string
		for _, hit := range hits {
			got = append(got, hit.ID)
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.sort, got, tt.want)
		}
	}
}
