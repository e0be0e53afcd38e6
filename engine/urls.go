package engine

import (
	"net/url"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/site"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// URL is one webhook URL.
type URL struct {
	Methods   []string // that fire it
	Namespace string
	FlowID    string
	TriggerID string
	Key       string           // in clear; empty when it cannot be rendered
	Needs     []string         // what the key reads and the environment lacks: variables, as in SECRET_X, or files
	Finding   *flow.Diagnostic // why the trigger gets no requests, or not those it looks as if it would; nil: it does
	Short     *flow.Diagnostic // the key is shorter than it should be; nil: it is not, or unknown
	Disabled  bool             // the flow or the trigger is switched off in the flow file
}

// Path returns the URL's path with this text as its key, escaped.
func (u URL) Path(key string) string {
	return webhook.PrefixMain + url.PathEscape(u.Namespace) + "/" + url.PathEscape(u.FlowID) + "/" + url.PathEscape(key)
}

// URLs returns the webhook URLs of the flows in set, in its order, with keys rendered from the environment, secrets and base
// URL of these options.
func URLs(set *flow.Set, o SiteOptions) []URL {
	keys := site.NewKeys(o.Environ, o.Secrets, o.BaseURL)
	var urls []URL
	first := make(map[webhook.Target]string) // id of the trigger
	for t := range webhook.Triggers(set) {
		u := URL{
			Methods:   webhook.Methods(),
			Namespace: t.Flow.Namespace,
			FlowID:    t.Flow.ID,
			TriggerID: t.ID(),
			Needs:     keys.Lacks(t),
			Disabled:  t.Disabled(),
		}
		if key, err := t.RenderKey(keys.Context(t)); err != nil {
			u.Finding = t.KeyUnusable(err)
		} else {
			u.Key = key
			target := webhook.Target{Namespace: u.Namespace, FlowID: u.FlowID, Key: key}
			if id, taken := first[target]; taken {
				u.Finding = t.KeyTaken(id)
			} else {
				first[target] = u.TriggerID
				if webhook.IsShort(key) {
					u.Short = t.KeyShort()
				}
			}
		}
		urls = append(urls, u)
	}
	return urls
}
