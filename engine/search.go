package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/search"
	"github.com/caddy-kestra/kestra-webhook/engine/show"
)

// The bounds of [Engine.Search].
const (
	// MaxExamined is how many executions a search looks at, the newest first, after those have been left out that an index of the store
	// knows not to be wanted: those of another flow, of another namespace, in another state, or that began too early.
	MaxExamined = 10_000

	// MaxFoundBytes is how long the JSON of the executions of a page, or of the lines of a log, may be together.
	MaxFoundBytes = 32 << 20
)

// ErrFoundLarge is the error of an answer that is too long.
var ErrFoundLarge = fmt.Errorf("the answer takes more than %d bytes: ask for less", MaxFoundBytes)

// Search is what is looked for, and which page of it.
type Search struct {
	Query   *search.Query
	Order   search.Order
	Page    int                         // from 1
	Size    int                         // of a page
	Visible func(namespace string) bool // what may be seen
}

// Found is what was found, as JSON. It is to be released, and not to be used any more after that.
type Found struct {
	Results []json.RawMessage
	Total   int // on all pages, of those that were examined

	claim *admission.Claim
}

// Release gives back the memory of what was found.
func (f *Found) Release() { f.claim.Release() }

// Search returns a page of executions, as [Engine.Show] does each. An error may be [ErrFoundLarge], or a refusal of package admission.
func (e *Engine) Search(ctx context.Context, s Search) (found *Found, err error) {
	if !e.calls.begin() {
		return nil, ErrClosed
	}
	defer e.calls.end()
	select { // one at a time: webhooks need the processors, too
	case e.searching <- struct{}{}:
		defer func() { <-e.searching }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	found = &Found{claim: e.admission.Claim(shownFlow)}
	defer func(claim *admission.Claim) {
		if err != nil {
			claim.Release()
		}
	}(found.claim)
	hits, err := e.hits(ctx, s, found.claim)
	if err != nil {
		return nil, err
	}
	found.Total = len(hits)
	first := min((s.Page-1)*s.Size, len(hits))
	size := 0
	for _, hit := range hits[first:min(first+s.Size, len(hits))] {
		text, err := e.encoded(ctx, hit.ID)
		if errors.Is(err, ErrNotFound) { // it has gone meanwhile
			continue
		}
		if err == nil {
			err = found.claim.Take(int64(2 * len(text))) // once more in the answer
		}
		if size += len(text); err == nil && size > MaxFoundBytes {
			err = ErrFoundLarge
		}
		if err != nil {
			return nil, err
		}
		found.Results = append(found.Results, text)
	}
	return found, nil
}

// hits returns all that is found, in its order.
func (e *Engine) hits(ctx context.Context, s Search, claim *admission.Claim) ([]search.Hit, error) {
	q := s.Query.Store()
	q.Limit = execution.MaxListLimit
	var hits []search.Hit
	for examined := 0; examined < MaxExamined; {
		if err := claim.Take(execution.MaxListLimit * search.HitSize); err != nil {
			return nil, err
		}
		list, next, err := e.store.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range list {
			if x := &list[i]; s.Visible(x.Namespace) && s.Query.Has(x) {
				hits = append(hits, search.HitOf(x))
			}
		}
		examined += len(list)
		if q.Before = next; next == 0 {
			break
		}
	}
	s.Order.Sort(hits)
	return hits, nil
}

// encoded returns the JSON of what is shown of an execution.
func (e *Engine) encoded(ctx context.Context, id string) (json.RawMessage, error) {
	shown, err := e.Show(ctx, id)
	if err != nil {
		return nil, err
	}
	return EncodeJSON(shown)
}

// EncodeJSON encodes what is shown, without escapes that HTML would need.
func EncodeJSON(v any) (json.RawMessage, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

// Flow is what is shown of a flow, see package show.
type Flow = show.Flow

// ShowFlow returns a flow in Kestra's shape, without the keys of its triggers and without secrets.
func (e *Engine) ShowFlow(f *flow.Flow, revision int) (Flow, error) {
	return show.FlowOf(f, revision, e.hidden.mask())
}
