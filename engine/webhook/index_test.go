package webhook

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// secrets are the secrets of these tests.
type secrets map[string]string

func (s secrets) Secret(_, name string) (string, bool, error) {
	if name == "BROKEN" {
		return "", true, errors.New("environment variable SECRET_BROKEN is not valid Base64")
	}
	text, ok := s[name]
	return text, ok, nil
}

// longKey is a key without a warning.
const longKey = "4wjtkzwVGBM9yKnjm3yv8r"

// keyScope is what keys see in these tests.
func keyScope(t *Trigger) *pebble.Context {
	c := scope("flow", value.MapOf("id", value.String(t.Flow.ID), "namespace", value.String(t.Flow.Namespace)),
		"vars", value.FromMap(t.Flow.Variables), "envs", value.MapOf("foo", value.String("bar")))
	c.Secrets = secrets{"KEY": "s3cr3t", "BLANKS": " \n"}
	return c
}

// TestDropInOrder looks at the findings about triggers that are dropped: they come by file and place, each time.
func TestDropInOrder(t *testing.T) {
	var flows []string
	for i := range 10 {
		flows = append(flows, webhookFlow(fmt.Sprintf("f%d", i), "key: "+longKey))
	}
	set, _ := loadFlows(t, flows...)
	index, _ := NewIndex(set, keyScope)
	found := index.Drop(func(tr *Trigger) *flow.Diagnostic { return tr.KeyShort() })
	places := make([]string, len(found))
	for i, d := range found {
		places[i] = d.Pos.String()
	}
	if len(found) != len(flows) || index.Len() != 0 || !slices.IsSorted(places) {
		t.Errorf("findings of %d triggers, %d of which are left, stand at %v", len(flows), index.Len(), places)
	}
}

func TestIndexMatch(t *testing.T) {
	tests := []struct{ name, key, members, request string }{
		{"plain", "abc123", "", "abc123"},
		{"blanks around", `"  abc  "`, "", "abc"},
		{"blanks inside", `"a b"`, "", "a b"},
		{"any character", `"a/b?c#d%2F+ключ🚀"`, "", "a/b?c#d%2F+ключ🚀"},
		{"an integer", "12345", "", "12345"},
		{"a decimal", "1.50", "", "1.5"},
		{"octal", "0123", "", "83"},
		{"a boolean", "true", "", "true"},
		{"a literal expression", `"{{ 'abc' }}"`, "", "abc"},
		{"flow.id", `"{{ flow.id }}"`, "", "f"},
		{"vars", `"{{ vars.k }}-x"`, "variables: {k: v}", "v-x"},
		{"vars are not rendered again", `"{{ vars.k }}"`, `variables: {k: "{{ flow.id }}"}`, "{{ flow.id }}"},
		{"envs", `"{{ envs.foo }}"`, "", "bar"},
		{"secret", `"{{ secret('KEY') }}"`, "", "s3cr3t"},
		{"256 characters", strings.Repeat("k", 256), "", strings.Repeat("k", 256)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			set, found := loadFlows(t, webhookFlow("f", "key: "+test.key, test.members))
			index, findings := NewIndex(set, keyScope)
			if len(found)+len(findings.Errors()) > 0 || index.Len() != 1 {
				t.Fatalf("%d triggers, findings %v %v", index.Len(), found, findings)
			}
			match := func(namespace, flow, key string) *Endpoint {
				return index.Match(Target{Namespace: namespace, FlowID: flow, Key: key})
			}
			if trigger := match("company.team", "f", test.request); trigger == nil || trigger.ID() != "hook" || trigger.Flow.ID != "f" {
				t.Errorf("the key gives %v", trigger)
			}
			for _, other := range []string{"", test.request + "x", " " + test.request, strings.ToUpper(test.request) + " "} {
				if match("company.team", "f", other) != nil {
					t.Errorf("%q matches", other)
				}
			}
			for _, other := range [][2]string{{"company.team", "g"}, {"company.team", "F"}, {"company", "f"}, {"company.team.x", "f"}, {"", ""}, {"company.teamf", ""}} {
				if match(other[0], other[1], test.request) != nil {
					t.Errorf("%v matches", other)
				}
			}
		})
	}
}

func TestIndexKeepsSegmentsApart(t *testing.T) {
	set, _ := loadFlows(t, webhookFlow("f", "key: bc"))
	index, _ := NewIndex(set, keyScope)
	for _, target := range []Target{{"company.team", "fb", "c"}, {"company.teamf", "", "bc"}, {"company.tea", "mf", "bc"}, {"company.team\x01f", "bc", ""}} {
		if index.Match(target) != nil {
			t.Errorf("%+v matches", target)
		}
	}
}

func TestKeysThatSwitchATriggerOff(t *testing.T) {
	const canary = "cAnArY"
	tests := []struct{ name, key, want string }{
		{"missing variable", `"` + canary + `{{ vars.nope }}"`, "cannot be rendered: there is no `nope` (line 1, column 15 of the key)"},
		{"missing secret", `"{{ secret('NOPE') }}` + canary + `"`, "cannot be rendered: there is no secret 'NOPE'"},
		{"broken secret", `"{{ secret('BROKEN') }}` + canary + `"`, "cannot be rendered: secret 'BROKEN' cannot be read: environment variable SECRET_BROKEN is not valid Base64"},
		{"text that is no number", `"{{ '` + canary + `' * 2 }}"`, "cannot be rendered: its expression fails at line 1, column "},
		{"text that the filter number refuses", `"{{ '` + canary + `' | number }}"`, "cannot be rendered: "},
		{"no JSON", `"{{ fromJson('` + canary + `') }}"`, "cannot be rendered: "},
		{"empty", `''`, "is empty"},
		{"blank", `'  '`, "is empty"},
		{"a dot", `.`, "must not be"},
		{"two dots", `'..'`, "must not be"},
		{"rendered to nothing", `"{{ '' }}"`, "is empty"},
		{"rendered to blanks", `"{{ secret('BLANKS') }}"`, "is empty"},
		{"rendered to a dot", `"{{ '.' }}"`, "must not be"},
		{"rendered to two dots", `"{{ '.' ~ '.' }} "`, "must not be"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			other := "  - {id: other, type: " + Type + ", key: " + longKey + "}\n"
			set, found := loadFlows(t, webhookFlow("f", "key: "+test.key)+other)
			if err := found.Err(); err != nil {
				t.Fatal(err)
			}
			index, findings := NewIndex(set, keyScope)
			if index.Len() != 1 || index.Match(Target{"company.team", "f", longKey}) == nil {
				t.Errorf("the other trigger does not match any more")
			}
			if len(findings) != 1 || findings[0].Severity != flow.SeverityError {
				t.Fatalf("findings are %v", findings)
			}
			got := findings[0]
			if want := "flow1 (inline flow, line 9): triggers[0].key: " + test.want; !strings.HasPrefix(got.Error(), want) {
				t.Errorf("finding is %q, want %q…", got.Error(), want)
			}
			if !strings.HasSuffix(got.Error(), "; this trigger is switched off") {
				t.Errorf("finding is %q", got.Error())
			}
			for err := error(got); err != nil; err = errors.Unwrap(err) {
				if text := fmt.Sprintf("%v %+v", err, err); strings.Contains(text, canary) {
					t.Errorf("the key is in %q", text)
				}
			}
		})
	}
}

func TestEqualKeys(t *testing.T) {
	const canary = "cAnArY-" + longKey
	set, found := loadFlows(t,
		webhookFlow("f", "key: "+canary)+"  - {id: second, type: "+Type+", key: \" "+canary+" \"}\n  - {id: third, type: "+typeAlias+", key: other-"+longKey+"}\n",
		webhookFlow("g", "key: "+canary))
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	index, findings := NewIndex(set, keyScope)
	if got := index.Match(Target{"company.team", "f", canary}); got == nil || got.ID() != "hook" {
		t.Errorf("the first of two does not win: %v", got)
	}
	if got := index.Match(Target{"company.team", "f", "other-" + longKey}); got == nil || got.ID() != "third" || got.Type() != typeAlias {
		t.Errorf("the third has %v", got)
	}
	if got := index.Match(Target{"company.team", "g", canary}); got == nil || got.Flow.ID != "g" {
		t.Errorf("the other flow has %v", got)
	}
	if len(findings) != 1 || findings[0].Severity != flow.SeverityWarning || findings[0].Path != "triggers[1].key" {
		t.Fatalf("findings are %v", findings)
	}
	if text := findings[0].Error(); strings.Contains(text, canary) || !strings.Contains(text, `"hook"`) {
		t.Errorf("finding is %q", text)
	}
	if index.Len() != 3 {
		t.Errorf("there are %d triggers", index.Len())
	}
}

func TestShortKeys(t *testing.T) {
	tests := []struct {
		name, key string
		short     bool
	}{
		{"15 characters", "123456789-12345", true},
		{"16 characters", "123456789-123456", false},
		{"15 characters of more bytes", "ключключключклю", true},
		{"16 characters of more bytes", "ключключключключ", false},
		{"blanks do not count", `" 123456789-12345  "`, true},
		{"a secret", `"{{ secret('KEY') }}"`, true},
		{"longer than it is written", `"{{ flow.namespace }}-123"`, false},
	}
	for _, test := range tests {
		set, _ := loadFlows(t, webhookFlow("f", "key: "+test.key))
		index, findings := NewIndex(set, keyScope)
		if index.Len() != 1 || len(findings) != map[bool]int{true: 1}[test.short] {
			t.Errorf("%s: %d triggers, findings %v", test.name, index.Len(), findings)
		}
		for _, d := range findings {
			text := d.Error()
			if d.Severity != flow.SeverityWarning || !strings.HasPrefix(text, "flow1 (inline flow, line 9): triggers[0].key: has fewer than 16 characters") {
				t.Errorf("%s: finding is %q", test.name, text)
			}
			if strings.Contains(text, "123456789") || strings.Contains(text, "s3cr3t") || strings.Contains(text, "ключ") {
				t.Errorf("%s: the key is in %q", test.name, text)
			}
		}
	}
}

func TestMissing(t *testing.T) {
	set, _ := loadFlows(t, webhookFlow("f", "key: "+longKey), webhookFlow("idle", `key: ""`),
		"id: plain\nnamespace: company.other\ntasks:\n  - {id: t, type: noop}\n")
	index, _ := NewIndex(set, keyScope)
	for target, want := range map[Target]Miss{
		{"company.team", "f", "x"}:             MissKey,
		{"company.team", "g", longKey}:         MissFlow,
		{"company.other", "f", longKey}:        MissFlow,
		{"company.team", "idle", longKey}:      MissTrigger,
		{"company.other", "plain", longKey}:    MissTrigger,
		{"company", "f", longKey}:              MissNamespace,
		{longKey, "company.team", "f"}:         MissNamespace,
		{"company.team", longKey, "f"}:         MissFlow,
		{"company.team.", "f", longKey + "\n"}: MissNamespace,
	} {
		if got := index.Missing(target); got != want {
			t.Errorf("%+v: %s, want %s", target, got, want)
		}
	}
}

func TestKeysRefusedAtLoad(t *testing.T) {
	const canary = "cAnArY"
	tests := []struct{ name, trigger, want string }{
		{"missing", "description: x", "key"},
		{"null", "key: null", "key"},
		{"257 characters", "key: " + canary + strings.Repeat("k", 257-len(canary)), "256"},
		{"no expression", `key: "` + canary + `{{ "`, "key"},
		{"unknown filter", `key: "{{ '` + canary + `' | nope }}"`, "key"},
		{"a list", "key: [" + canary + "]", "key"},
	}
	for _, test := range tests {
		set, found := loadFlows(t, webhookFlow("f", test.trigger))
		errs := found.Errors()
		if set.Len() != 0 || len(errs) != 1 {
			t.Errorf("%s: %d flows, errors %v", test.name, set.Len(), errs)
			continue
		}
		text := errs[0].Error()
		if !strings.Contains(text, test.want) || !strings.Contains(text, "triggers[0]") {
			t.Errorf("%s: error is %q, want %q in it", test.name, text, test.want)
		}
		if strings.Contains(text, canary) {
			t.Errorf("%s: the key is in %q", test.name, text)
		}
	}
}

func TestIndexHoldsNoKey(t *testing.T) {
	canary := "cAnArY-" + strings.Repeat("1234567890", 10) // a look-up writes its hash over the first 32 bytes of its buffer
	set, _ := loadFlows(t, webhookFlow("f", `key: "{{ secret('KEY') }}"`))
	index, _ := NewIndex(set, func(t *Trigger) *pebble.Context {
		c := keyScope(t)
		c.Secrets = secrets{"KEY": canary}
		return c
	})
	if index.Match(Target{"company.team", "f", canary}) == nil {
		t.Fatal("the key does not match")
	}
	if text := fmt.Sprintf("%+v", index); strings.Contains(text, canary) {
		t.Errorf("the key is in %s", text)
	}
	for range 10 { // the buffers of look-ups
		f := fingerprinters.Get().(*fingerprinter)
		if strings.Contains(string(f.buf[:cap(f.buf)]), "1234567890") {
			t.Error("the key is in a buffer")
		}
	}
}

func TestKeySecrets(t *testing.T) {
	trigger := oneTrigger(t, webhookFlow("f", `key: "{{ secret('B') }}{{ secret('A') ~ secret('B') }}"`))
	if got := trigger.KeySecrets(); !slices.Equal(got, []string{"A", "B"}) {
		t.Errorf("secrets are %v", got)
	}
}

func BenchmarkIndexMatch(b *testing.B) {
	for _, flows := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("flows=%d", flows), func(b *testing.B) {
			index := &Index{triggers: make(map[[32]byte]*Endpoint, flows)}
			for i := range flows {
				index.triggers[fingerprint(Target{"company.team", fmt.Sprint("flow", i), "4wjtkzwVGBM9yKnjm3yv8r"})] = &Endpoint{}
			}
			b.ReportAllocs()
			for b.Loop() {
				if index.Match(Target{"company.team", "flow7", "4wjtkzwVGBM9yKnjm3yv8r"}) == nil {
					b.Fatal("no match")
				}
			}
		})
	}
}
