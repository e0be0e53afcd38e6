package webhook

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

// Index finds the trigger of a URL in one look-up: an unknown namespace, flow and key are the same miss, and take the
// same time. It holds no clear key.
type Index struct {
	triggers map[[sha256.Size]byte]*Endpoint
	secrets  []string                  // of signatures
	known    map[string]map[string]int // for the log alone, see [Index.Missing]: webhook URLs of each flow of each namespace
}

// Endpoint is a trigger as the environment of a site has it.
type Endpoint struct {
	*Trigger
	verifier *signature.Verifier // nil: requests need no signature
}

// NewIndex renders the key of every webhook trigger of flows, with the secrets of its signature, and indexes them. A key or a
// secret that cannot be rendered, or must not be used, switches off that trigger alone, with an error among the diagnostics; of two
// triggers of a flow with equal keys the first wins, with a warning; a short key gets one too. scope gives what the keys of a flow may read.
func NewIndex(set *flow.Set, scope func(*Trigger) *pebble.Context) (*Index, flow.Diagnostics) {
	index := &Index{triggers: make(map[[sha256.Size]byte]*Endpoint), known: make(map[string]map[string]int)}
	for f := range set.All() {
		flows := index.known[f.Namespace]
		if flows == nil {
			flows = make(map[string]int)
			index.known[f.Namespace] = flows
		}
		flows[f.ID] = 0
	}
	var findings flow.Diagnostics
	for t := range Triggers(set) {
		context := scope(t)
		key, err := t.RenderKey(context)
		if err != nil {
			findings = append(findings, t.KeyUnusable(err))
			continue
		}
		verifier, secrets, err := t.verifier(context)
		index.secrets = append(index.secrets, secrets...)
		if err != nil {
			findings = append(findings, t.signatureUnusable(err))
			continue
		}
		tag := fingerprint(Target{Namespace: t.Flow.Namespace, FlowID: t.Flow.ID, Key: key})
		if first, taken := index.triggers[tag]; taken {
			findings = append(findings, t.KeyTaken(first.ID()))
			continue
		}
		index.triggers[tag] = &Endpoint{t, verifier}
		index.known[t.Flow.Namespace][t.Flow.ID]++
		if IsShort(key) {
			findings = append(findings, t.KeyShort())
		}
	}
	return index, findings
}

// Drop takes away the triggers that refuse has a finding about, and returns the findings by file and place.
func (x *Index) Drop(refuse func(*Trigger) *flow.Diagnostic) (found flow.Diagnostics) {
	for tag, t := range x.triggers {
		if d := refuse(t.Trigger); d != nil {
			found = append(found, d)
			delete(x.triggers, tag)
			x.known[t.Flow.Namespace][t.Flow.ID]--
		}
	}
	slices.SortFunc(found, func(a, b *flow.Diagnostic) int {
		return cmp.Or(strings.Compare(a.Pos.Source.Name, b.Pos.Source.Name), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column))
	})
	return found
}

// Match returns the trigger that t names; nil when there is none.
func (x *Index) Match(t Target) *Endpoint { return x.triggers[fingerprint(t)] }

// Miss says what of a target that matches nothing is unknown.
type Miss string

// The misses.
const (
	MissNamespace Miss = "namespace" // no flow has it
	MissFlow      Miss = "flow"      // the namespace has none with this id
	MissTrigger   Miss = "trigger"   // the flow has none that can fire
	MissKey       Miss = "key"       // none of the flow's triggers has it
)

// Missing returns what is unknown of a target that [Index.Match] does not find. It is for the log and not for
// answers, since its duration differs from miss to miss.
func (x *Index) Missing(t Target) Miss {
	flows, ok := x.known[t.Namespace]
	if !ok {
		return MissNamespace
	}
	switch urls, ok := flows[t.FlowID]; {
	case !ok:
		return MissFlow
	case urls == 0:
		return MissTrigger
	default:
		return MissKey
	}
}

// Secrets returns the secrets of the signatures, also of those that cannot be used, for what hides them.
func (x *Index) Secrets() []string { return x.secrets }

// Len returns the number of webhook URLs.
func (x *Index) Len() int { return len(x.triggers) }

// Triggers iterates over the webhook triggers of all flows, in the set's and then in declared order.
func Triggers(set *flow.Set) func(yield func(*Trigger) bool) {
	return func(yield func(*Trigger) bool) {
		for f := range set.All() {
			for _, c := range f.Triggers {
				if t, ok := c.Compiled.(*Trigger); ok && !yield(t) {
					return
				}
			}
		}
	}
}

// RenderKey renders and trims the trigger's key. The error never contains it. Without expressions in it, scope may be nil.
func (t *Trigger) RenderKey(scope *pebble.Context) (string, error) {
	text, err := t.key.Render(scope)
	if err != nil {
		return "", fmt.Errorf("cannot be rendered: %s", problem(t.key, "key", scope, err))
	}
	return strings.TrimSpace(text), checkKey(text)
}

// problem says why a secret text cannot be rendered. An expression's own message may quote a part of the template or of a
// value, which is a part of the text.
func problem(text *pebble.Template, what string, scope *pebble.Context, err error) string {
	for _, name := range text.SecretNames() {
		if scope == nil || scope.Secrets == nil {
			break
		}
		switch _, ok, err := scope.Secrets.Secret(scope.Namespace, name); {
		case err != nil:
			return fmt.Sprintf("secret '%s' cannot be read: %v", name, err)
		case !ok:
			return fmt.Sprintf("there is no secret '%s'", name)
		}
	}
	e := new(pebble.Error)
	switch {
	case !errors.As(err, &e):
		return "its expression fails"
	case e.Name != "":
		return fmt.Sprintf("there is no %#q (line %d, column %d of the %s)", e.Name, e.Line, e.Column, what)
	default:
		return fmt.Sprintf("its expression fails at line %d, column %d of the %s", e.Line, e.Column, what)
	}
}

// KeyUnusable returns the finding about a key that [Trigger.RenderKey] refused with err.
func (t *Trigger) KeyUnusable(err error) *flow.Diagnostic {
	return t.component.Errorf("key", "%w; this trigger is switched off", err)
}

// KeyTaken returns the finding about a key that an earlier trigger of the flow has as well.
func (t *Trigger) KeyTaken(first string) *flow.Diagnostic {
	d := t.component.Errorf("key", "is the key of trigger %q too, which comes first and gets all requests", first)
	d.Severity = flow.SeverityWarning
	return d
}

// shortKey is how many characters a key has at least that is not easily found by trying.
const shortKey = 16

// IsShort reports whether a key is so short that it deserves a [Trigger.KeyShort].
func IsShort(key string) bool { return utf8.RuneCountInString(key) < shortKey }

// KeyShort returns the finding about a short key, which it does not show.
func (t *Trigger) KeyShort() *flow.Diagnostic {
	d := t.component.Errorf("key", "has fewer than %d characters, and may be found by trying: `caddy kestra genkey` prints a better one", shortKey)
	d.Severity = flow.SeverityWarning
	return d
}

// KeySecrets returns the names of the secrets that the key reads, as written.
func (t *Trigger) KeySecrets() []string { return t.key.SecretNames() }

// KeyEnvs returns the names of the members of `envs` that the key reads.
func (t *Trigger) KeyEnvs() []string {
	var names []string
	for _, path := range t.key.Variables() {
		if len(path) > 1 && path[0] == "envs" {
			names = append(names, path[1])
		}
	}
	return names
}

func checkKey(text string) error {
	switch strings.TrimSpace(text) {
	case "":
		return errors.New("is empty")
	case ".", "..":
		return errors.New(`must not be "." or "..", which no URL can name`)
	default:
		return nil
	}
}

// fingerprinter is a keyed hash and room for what it is fed.
type fingerprinter struct {
	mac hash.Hash
	buf []byte
}

// fingerprinters share one key, which is new in every process, so that nobody who can time look-ups can choose targets
// whose fingerprints are near that of a key.
var fingerprinters = sync.Pool{New: func() any {
	return &fingerprinter{mac: hmac.New(sha256.New, processKey())}
}}

var processKey = sync.OnceValue(func() []byte {
	key := make([]byte, sha256.Size)
	rand.Read(key) // never fails: crypto/rand ends the process instead
	return key
})

// fingerprint returns the keyed hash of a target. Lengths stand before the texts, so that no two targets share one.
func fingerprint(t Target) (sum [sha256.Size]byte) {
	f := fingerprinters.Get().(*fingerprinter)
	defer fingerprinters.Put(f)
	f.buf = f.buf[:0]
	for _, text := range [...]string{t.Namespace, t.FlowID, t.Key} {
		f.buf = binary.AppendUvarint(f.buf, uint64(len(text)))
		f.buf = append(f.buf, text...)
	}
	f.mac.Reset()
	f.mac.Write(f.buf)
	copy(sum[:], f.mac.Sum(f.buf[:0]))
	clear(f.buf[:cap(f.buf)]) // no key stays behind
	if cap(f.buf) > 4096 {
		f.buf = nil
	}
	return sum
}
