package github

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func createIssueSpec(o Options) flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.github.issues.Create",
		Summary: "Open an issue.",
		Properties: properties(
			flow.Property{Name: "title", Type: flow.String, Required: true, Dynamic: true, Summary: "Its title."},
			flow.Property{Name: "body", Type: flow.String, Dynamic: true, Summary: "Its text."},
			flow.Property{Name: "labels", Type: flow.StringList, Dynamic: true, JSONText: true, Summary: "Its labels."},
			flow.Property{Name: "assignees", Type: flow.StringList, Dynamic: true, JSONText: true, Summary: "Who is to look after it."},
			flow.Property{Name: "fields", Type: flow.Map, Dynamic: true, JSONText: true, Summary: "Values of the issue fields of the organisation, by their names or ids; the token needs the scope `project`."},
		),
		Outputs: []flow.TaskOutput{
			{Name: "issueUrl", Type: flow.TypeString, Summary: "Its address."},
			{Name: "issueNumber", Type: flow.TypeInt, Summary: "Its number."},
		},
		Example: `id: issue
type: io.kestra.plugin.github.issues.Create
repository: company/orders
oauthToken: "{{ secret('GITHUB_TOKEN') }}"
title: "Order {{ trigger.body.id }} failed"
labels: [bug]
`,
		Compile: func(c *flow.Component) (any, error) {
			a, err := newAPI(c, o)
			return &createIssue{a, setting.Of(&c.Members, "title"), setting.Of(&c.Members, "body"), c.Structure("labels"), c.Structure("assignees"), c.Structure("fields")}, err
		},
	}
}

// createIssue is io.kestra.plugin.github.issues.Create.
type createIssue struct {
	*api
	title, body               setting.Setting
	labels, assignees, fields *pebble.Structure // may be nil
}

func (t *createIssue) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	issue, err := texts(c, member{"title", t.title}, member{"body", t.body})
	if err != nil {
		return task.Result{}, err
	}
	for _, list := range []struct {
		name string
		of   *pebble.Structure
	}{{"labels", t.labels}, {"assignees", t.assignees}} {
		names, err := setting.Texts(c, list.name, list.of)
		if err != nil {
			return task.Result{}, err
		}
		if len(names) > 0 {
			issue.Map().Set(list.name, value.Strings(names))
		}
	}
	to, err := t.target(c)
	if err != nil {
		return task.Result{}, err
	}
	fields, err := setting.Map(c, "fields", t.fields)
	if err != nil {
		return task.Result{}, err
	}
	ids, err := to.fieldIDs(ctx, c, fields) // before there is an issue, for which a wrong name would be too late
	if err != nil {
		return task.Result{}, err
	}
	opened, err := to.send(ctx, c, http.MethodPost, to.own("/issues"), apiVersion, issue)
	if err != nil {
		return task.Result{}, err
	}
	answer := opened.Map()
	if fields.Len() > 0 {
		number, _ := answer.Get("number")
		if _, err := to.send(ctx, c, http.MethodPut, to.own("/issues/"+value.Text(number)+"/field-values"), fieldsVersion, value.MapOf("field_values", value.FromMap(ids))); err != nil {
			return task.Result{}, fmt.Errorf("the issue %s is open, and has not got its fields: %w", value.Text(number), err)
		}
	}
	return result(answer, "issueUrl", "html_url", "issueNumber", "number"), nil
}

// fieldsVersion is the version of the API that has fields of issues.
const fieldsVersion = "2026-03-10"

// fieldID is how the id of a field looks; names that look so are taken for one, as in Kestra.
var fieldID = regexp.MustCompile(`^[A-Za-z0-9_-]{21,}$`)

// fieldIDs returns the values of fields by their ids, which the organisation is asked for.
func (t *target) fieldIDs(ctx context.Context, c *task.Context, fields *value.Map) (*value.Map, error) {
	ids := value.NewMap(fields.Len())
	var known *value.Map
	for name, v := range fields.All() {
		if !fieldID.MatchString(name) {
			if known == nil {
				var err error
				if known, err = t.definitions(ctx, c); err != nil {
					return nil, err
				}
			}
			id, ok := known.Get(name)
			if !ok {
				return nil, fmt.Errorf("the organisation has no field %q: it has %s", name, strings.Join(known.Keys(), ", "))
			}
			name = id.Str()
		}
		ids.Set(name, v)
	}
	return ids, nil
}

// definitions returns the ids of the fields of the organisation, by their names.
func (t *target) definitions(ctx context.Context, c *task.Context) (*value.Map, error) {
	owner, _, _ := strings.Cut(t.repository, "/")
	answer, err := t.send(ctx, c, http.MethodGet, "/orgs/"+owner+"/issues/field-definitions", fieldsVersion, value.Null)
	if err != nil {
		return nil, fmt.Errorf("the fields of %s cannot be had; their ids do without: %w", owner, err)
	}
	if answer.Kind() == value.KindMap {
		answer, _ = answer.Map().Get("field_definitions")
	}
	known := value.NewMap(0)
	for _, field := range answer.List().All() {
		name, _ := field.Map().Get("name")
		id, _ := field.Map().Get("id")
		if name.Kind() == value.KindString && !id.IsNull() {
			known.Set(name.Str(), value.String(value.Text(id)))
		}
	}
	return known, nil
}
