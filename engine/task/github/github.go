package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	tasks "github.com/caddy-kestra/kestra-webhook/engine/task/http"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// DefaultEndpoint is the address of the API of github.com.
const DefaultEndpoint = "https://api.github.com"

// Options are what the tasks of a server have in common.
type Options struct {
	Endpoint string // address of the API, for tasks that name none; empty: [DefaultEndpoint]
}

// Specs returns the specs of this package's tasks.
func Specs(o Options) []flow.Spec {
	return []flow.Spec{createIssueSpec(o), commentSpec(o), createPullSpec(o), runWorkflowSpec(o)}
}

// CheckEndpoint returns why an address cannot be that of an API; nil if it can.
func CheckEndpoint(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("the endpoint must be an address such as %s", DefaultEndpoint)
	}
	return nil
}

// properties returns the properties that all tasks of the package have, and some more.
func properties(more ...flow.Property) []flow.Property {
	return append(append([]flow.Property{
		{Name: "repository", Type: flow.String, Required: true, Dynamic: true, Summary: "The repository, as in owner/name."},
	}, more...),
		flow.Property{Name: "oauthToken", Type: flow.String, Dynamic: true, Secret: true, Summary: "The token that says who asks."},
		flow.Property{Name: "appInstallationToken", Type: flow.String, Dynamic: true, Secret: true, Summary: "The token of the installation of an app, in its place."},
		flow.Property{Name: "jwtToken", Type: flow.String, Dynamic: true, Secret: true, Summary: "The token of an app, in its place."},
		flow.Property{Name: "login", Type: flow.String, Dynamic: true, Summary: "Whose token it is. It has no effect here: the token says it."},
		flow.Property{Name: "endpoint", Type: flow.String, Dynamic: true, Default: DefaultEndpoint, Summary: "The address of the API, for GitHub Enterprise, as in https://github.example.com/api/v3."},
	)
}

// api is what the tasks have in common.
type api struct {
	service              *tasks.Service
	repository, endpoint setting.Setting
	tokens               []setting.Setting // the first that is not empty counts
	otherwise            string            // the endpoint where the task names none
}

func newAPI(c *flow.Component, o Options) (*api, error) {
	s, err := tasks.NewService(c)
	if err != nil {
		return nil, err
	}
	a := &api{service: s, repository: setting.Of(&c.Members, "repository"), endpoint: setting.Of(&c.Members, "endpoint"), otherwise: o.Endpoint}
	for _, name := range []string{"oauthToken", "appInstallationToken", "jwtToken"} {
		a.tokens = append(a.tokens, setting.Of(&c.Members, name))
	}
	if a.otherwise == "" {
		a.otherwise = DefaultEndpoint
	}
	if text, constant := a.repository.Constant(); constant {
		if err := checkRepository(text); err != nil {
			return nil, c.Errorf("repository", "%w", err)
		}
	}
	if text, constant := a.endpoint.Constant(); constant && a.endpoint.Written() {
		if err := CheckEndpoint(text); err != nil {
			return nil, c.Errorf("endpoint", "%w", err)
		}
	}
	return a, nil
}

var repositories = regexp.MustCompile(`^[\w.-]+/[\w.-]+$`)

func checkRepository(text string) error {
	owner, name, _ := strings.Cut(text, "/")
	if !repositories.MatchString(text) || strings.Trim(owner, ".") == "" || strings.Trim(name, ".") == "" {
		return fmt.Errorf("%q must be the repository as owner/name", text)
	}
	return nil
}

// apiVersion is the version of the API that is asked for, unless a request needs another one.
const apiVersion = "2022-11-28"

// target is where the requests of a task go, and who asks.
type target struct {
	*api
	repository, endpoint, token string
}

// target renders where requests go.
func (a *api) target(c *task.Context) (target, error) {
	t := target{api: a}
	var err error
	if t.repository, err = a.repository.Trimmed(c); err != nil {
		return t, err
	}
	if err := checkRepository(t.repository); err != nil {
		return t, err
	}
	if t.endpoint, err = a.endpoint.Trimmed(c); err != nil {
		return t, err
	}
	if t.endpoint == "" {
		t.endpoint = a.otherwise
	}
	if err := CheckEndpoint(t.endpoint); err != nil {
		return t, err
	}
	for _, s := range a.tokens {
		if t.token, err = s.Trimmed(c); err != nil || t.token != "" {
			return t, err
		}
	}
	return t, nil
}

// post sends a message about the repository. The path is below its own. The answer is an object, or null.
func (a *api) post(ctx context.Context, c *task.Context, path string, body value.Value) (*value.Map, error) {
	t, err := a.target(c)
	if err != nil {
		return nil, err
	}
	v, err := t.send(ctx, c, http.MethodPost, t.own(path), apiVersion, body)
	return v.Map(), err
}

// own returns a path below that of the repository.
func (t *target) own(path string) string { return "/repos/" + t.repository + path }

// send sends a request, and returns the answer.
func (t *target) send(ctx context.Context, c *task.Context, method, path, version string, body value.Value) (value.Value, error) {
	h := http.Header{"Accept": {"application/vnd.github+json"}, "X-Github-Api-Version": {version}}
	if t.token != "" {
		h.Set("Authorization", "Bearer "+t.token)
	}
	reply, err := t.service.Send(ctx, c, tasks.Message{Method: method, URL: strings.TrimRight(t.endpoint, "/") + path, Header: h, Body: body})
	if err != nil || strings.TrimSpace(reply.Text) == "" {
		return value.Null, err
	}
	if err := c.Pebble.ChargeJSON(reply.Text); err != nil {
		return value.Null, err
	}
	v, err := value.DecodeJSONText(reply.Text)
	if err != nil {
		return value.Null, fmt.Errorf("the answer of GitHub is no JSON: %w", err)
	}
	return v, nil
}

// texts returns the texts of settings as members of an object; what was not written is left out.
func texts(c *task.Context, members ...member) (value.Value, error) {
	out := value.MapOf()
	for _, m := range members {
		if !m.value.Written() {
			continue
		}
		text, err := m.value.Text(c)
		if err != nil {
			return out, err
		}
		out.Map().Set(m.name, value.String(text))
	}
	return out, nil
}

// member is a member of what is sent.
type member struct {
	name  string
	value setting.Setting
}

// result returns the outputs of a task: members of the answer under other names.
func result(answer *value.Map, names ...string) task.Result {
	out := value.MapOf()
	for i := 0; i+1 < len(names); i += 2 {
		v, _ := answer.Get(names[i+1])
		out.Map().Set(names[i], v)
	}
	return task.Result{Outputs: out}
}
