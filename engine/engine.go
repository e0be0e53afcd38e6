package engine

import (
	"context"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// Engine keeps and runs executions. One engine serves all sites of a process that name the same store, and lives on
// when they are configured anew.
type Engine struct{}

// Open opens the store and returns an engine on it. It is cheap and starts nothing.
func Open(o StoreOptions) (*Engine, error) { return &Engine{}, nil }

// Configure applies o; the last call wins. An engine that was never configured runs with the defaults.
func (e *Engine) Configure(o Options) {}

// Exit says that the process is going down: from now on requests are answered with 503, and callers that wait for an
// execution get two seconds more.
func (e *Engine) Exit() {}

// Close waits a bounded time for running executions, and releases the store.
func (e *Engine) Close() error { return nil }

// Load compiles flow sources with the catalog of all supported types. Flows with errors are not in the set.
func Load(sources []*flow.Source) (*flow.Set, flow.Diagnostics) { return nil, nil }

// Site answers the webhooks of one site: its flows, namespaces, conditions and limits. It does not change.
type Site struct{}

// NewSite compiles a site over set. Diagnostics are findings about single triggers, such as a key that cannot be
// rendered, which switch off that trigger alone; an error means that the options are unusable.
func (e *Engine) NewSite(set *flow.Set, o SiteOptions) (*Site, flow.Diagnostics, error) {
	return &Site{}, nil, nil
}

// Webhook answers one request. It holds the engine open from begin to end.
func (s *Site) Webhook(ctx context.Context, r *webhook.Request) webhook.Response {
	return webhook.Response{Status: 404}
}

// URL is one webhook URL of a site.
type URL struct {
	Methods   []string // GET, POST, PUT
	Namespace string
	FlowID    string
	TriggerID string
	Key       string // clear; callers mask it unless asked. Empty when it could not be rendered, then Problem says why
	Problem   string
	Disabled  bool
}

// Path returns the URL's path with the key, escaped.
func (u URL) Path() string { return "" }

// URLs returns the webhook URLs of the flows in set, with keys rendered from o's environment.
func URLs(set *flow.Set, o SiteOptions) []URL { return nil }

var _ = time.Second
