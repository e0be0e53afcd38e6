package webhook

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook/senders"
)

// Deduplicate says by what a trigger knows a delivery again that the sender sends once more.
type Deduplicate struct {
	Window    time.Duration // for how long it does
	RunFailed bool          // one whose execution FAILED is run anew

	key *pebble.Template // nil: the sender's delivery id
}

// The window of a trigger that sets none, and the longest one.
const (
	defaultWindow = 24 * time.Hour
	maxWindow     = 366 * 24 * time.Hour
)

// What is done with a delivery whose execution FAILED.
const (
	failedAnswer = "answer"
	failedRun    = "run"
)

func deduplicateProperty() flow.Property {
	return flow.Property{
		Name: "deduplicate", Type: flow.Object, Extension: true,
		Summary: "A delivery that came before gets the first one's answer, with the header `Idempotent-Replayed: true`, and starts nothing: " +
			"one with the same `key`, an expression such as `{{ trigger.headers['X-GitHub-Delivery'][0] }}`, in the `window`, " +
			"P1D unless set. With `onFailed: run` one whose execution FAILED runs anew.",
		Properties: []flow.Property{
			{
				Name: "key", Type: flow.String, Dynamic: true,
				Summary: "What is the same whenever the sender sends one thing again; nothing means that the delivery is a new one. Required unless `sender` is one with delivery ids.",
			},
			{Name: "window", Type: flow.Duration, Default: "P1D", Summary: "For how long, from the first one on; P366D at most."},
			{
				Name: "onFailed", Type: flow.String, Values: []string{failedAnswer, failedRun}, Default: failedAnswer,
				Summary: "When the first execution FAILED: answer with it, or run the flow anew.",
			},
		},
	}
}

// compileDeduplicate returns nil when every request counts as a new delivery.
func compileDeduplicate(m *flow.Members, sender *senders.Sender) (*Deduplicate, error) {
	has := sender != nil && sender.DeliveryID != (senders.Place{})
	if m == nil && !has {
		return nil, nil //nolint:nilnil // see above
	}
	d := &Deduplicate{Window: defaultWindow, RunFailed: has && sender.ByHand}
	if m == nil {
		return d, nil
	}
	if m.Has("onFailed") {
		d.RunFailed = m.Text("onFailed") == failedRun
	}
	if m.Has("window") {
		d.Window = m.Duration("window")
	}
	if d.key = m.Template("key"); d.key == nil && !has {
		return nil, m.Errorf("key", "is missing")
	}
	switch {
	case d.key != nil && isBlank(d.key):
		return nil, m.Errorf("key", "must not be empty")
	case d.Window <= 0:
		return nil, m.Errorf("window", "must be longer than nothing")
	case d.Window > maxWindow:
		return nil, m.Errorf("window", "must not be longer than P366D")
	}
	return d, nil
}

func isBlank(t *pebble.Template) bool {
	text, constant := t.Constant()
	return constant && strings.TrimSpace(text) == ""
}

// checkDeduplicate warns of a key that tells no delivery from another, and of a window that lets somebody send a signed delivery again.
func (t *Trigger) checkDeduplicate(warn func(property, message string)) {
	if t.deduplicate == nil {
		return
	}
	if t.deduplicate.key == nil {
		if tolerance := t.tolerance(); t.sender.IDIsSigned() && t.deduplicate.Window < tolerance {
			warn("deduplicate", fmt.Sprintf("the window is shorter than the %s for which a signature counts, so whoever has seen a request can send it again", tolerance))
		}
		return
	}
	if _, constant := t.deduplicate.key.Constant(); constant {
		warn("deduplicate", "the key is the same for every request, so only the first one in each window runs")
	}
}

// Deduplicate returns by what the trigger knows a delivery again; nil: by nothing.
func (t *Trigger) Deduplicate() *Deduplicate { return t.deduplicate }

// DeliveryKey returns what the rendered key of a delivery is kept as, among those of all triggers; false: it is nothing.
func (t *Trigger) DeliveryKey(c *pebble.Context) (key execution.DeliveryKey, ok bool, err error) {
	var text string
	if template := t.deduplicate.key; template != nil {
		if text, err = template.Render(c); err != nil {
			return key, false, err
		}
	} else {
		trigger, _ := c.Vars.Get("trigger")
		id, _ := trigger.Map().Get("deliveryId")
		text = id.Str()
	}
	if text = strings.TrimSpace(text); text == "" {
		return key, false, nil
	}
	var whole []byte
	for _, part := range []string{t.Flow.Namespace, t.Flow.ID, t.ID(), text} {
		whole = append(binary.AppendUvarint(whole, uint64(len(part))), part...)
	}
	return sha256.Sum256(whole), true, nil
}
