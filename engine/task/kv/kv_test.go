package kv

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/outside"
	"github.com/caddy-kestra/kestra-webhook/engine/store/memory"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

// keyValues is a key-value store that flows of company.team and other share.
type keyValues struct {
	store    *memory.Store
	services task.Services
}

func newKeyValues() *keyValues {
	known := new(outside.Namespaces)
	known.Add("company.team")
	known.Add("other")
	store := memory.New(memory.Options{})
	return &keyValues{store, task.Services{Pairs: outside.Pairs{Store: store, Known: known}}}
}

// run runs a task of company.team, and keeps what it writes.
func (k *keyValues) run(t testing.TB, yaml, body string) tasktest.Result {
	t.Helper()
	r := tasktest.RunOn(t, &k.services, Specs(), yaml, body)
	if r.Err != "" && len(r.Pairs) > 1 {
		t.Errorf("%s fails and writes", yaml)
	}
	if r.Err == "" {
		k.keep(t, r.Pairs...)
	}
	return r
}

func (k *keyValues) keep(t testing.TB, pairs ...task.Pair) {
	t.Helper()
	var b execution.Batch
	for i := range pairs {
		kept, err := outside.Encode(&pairs[i], tasktest.Now)
		if err != nil {
			t.Fatal(err)
		}
		b.Pairs = append(b.Pairs, kept)
	}
	if err := k.store.Commit(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
}

// kept prints all that is in the namespaces.
func (k *keyValues) kept(t testing.TB, namespaces ...string) (lines []string) {
	t.Helper()
	for _, namespace := range namespaces {
		pairs, err := k.services.Pairs.List(t.Context(), task.Origin{Namespace: namespace}, namespace, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pairs {
			found, _, err := k.services.Pairs.Find(t.Context(), task.Origin{Namespace: namespace}, namespace, p.Key, time.Time{}, func(string) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			line := fmt.Sprintf("%s/%s = %s %s", namespace, p.Key, kind(found.Value), value.JSON(found.Value))
			if found.Description != "" {
				line += " (" + found.Description + ")"
			}
			if !found.Expires.IsZero() {
				line += fmt.Sprintf(" for %v", found.Expires.Sub(tasktest.Now))
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func kind(v value.Value) string {
	if _, ok := v.Opaque().(value.Duration); ok {
		return "duration"
	}
	return v.Kind().String()
}

const body = `{"n":1,"f":1.50,"name":"bob","yes":true,"no":null,"list":["a","b"],"map":{"b":1,"a":{"c":[]}},"big":123456789012345678901}`

// TestSet sets the key k; cases "kv value: …" and "kv kvType …" of the recordings.
func TestSet(t *testing.T) {
	for _, tt := range []struct{ name, members, want, err string }{
		{"text", `value: '12'`, `string "12"`, ""},
		{"number in YAML", `value: 12`, `string "12"`, ""},
		{"boolean in YAML", `value: true`, `string "true"`, ""},
		{"map in YAML", `value: {b: 1, a: [1, "{{ trigger.body.name }}"]}`, `string "{\"b\":1,\"a\":[1,\"bob\"]}"`, ""},
		{"duration text", `value: PT5M`, `duration "PT5M"`, ""},
		{"duration with days", `value: P1DT0.5S`, `duration "PT24H0.5S"`, ""},
		{"no duration", `value: P5M`, `string "P5M"`, ""},
		{"null", `value: "{{ trigger.body.no }}"`, `null null`, ""},
		{"map", `value: "{{ trigger.body.map }}"`, `map {"b":1,"a":{"c":[]}}`, ""},
		{"list", `value: "{{ trigger.body.list }}"`, `list ["a","b"]`, ""},
		{"boolean", `value: "{{ trigger.body.n == 1 }}"`, `boolean true`, ""},
		{"whole number", `value: "{{ trigger.body.n }}"`, `integer 1`, ""},
		{"double", `value: "{{ trigger.body.f }}"`, `double 1.5`, ""},
		{"large number", `value: "{{ trigger.body.big }}"`, `integer 123456789012345678901`, ""},
		{"mixed text", `value: "n={{ trigger.body.n }}"`, `string "n=1"`, ""},
		{"date-time", `value: "{{ now() }}"`, `string "2026-01-02T03:04:05.000000Z"`, ""},
		{"braces", `value: '{not json'`, `string "{not json"`, ""},
		{"failure", `value: "{{ trigger.body.nope }}"`, "", "unable to find `nope`"},

		{"STRING", `value: 12, kvType: STRING`, `string "12"`, ""},
		{"STRING of a number", `value: "{{ trigger.body.n }}", kvType: STRING`, `string "1"`, ""},
		{"STRING of a duration", `value: PT5M, kvType: STRING`, `string "PT5M"`, ""},
		{"STRING of a list", `value: "{{ trigger.body.list }}", kvType: STRING`, `list ["a","b"]`, ""},
		{"NUMBER", `value: '12', kvType: NUMBER`, `integer 12`, ""},
		{"NUMBER with a fraction", `value: '1.50', kvType: NUMBER`, `double 1.5`, ""},
		{"NUMBER of a number", `value: "{{ trigger.body.n + 1 }}", kvType: NUMBER`, `integer 2`, ""},
		{"NUMBER of a word", `value: abc, kvType: NUMBER`, "", "value must be a number for kvType NUMBER"},
		{"NUMBER of JSON", `value: '[1]', kvType: NUMBER`, "", "value must be a number for kvType NUMBER"},
		{"BOOLEAN", `value: "TRUE", kvType: BOOLEAN`, `boolean true`, ""},
		{"BOOLEAN of yes", `value: 'yes', kvType: BOOLEAN`, `boolean false`, ""},
		{"DATETIME", `value: '2024-02-29T11:12:13.5+01:00', kvType: DATETIME`, `date "2024-02-29T10:12:13.5Z"`, ""},
		{"DATETIME of a date", `value: '2024-02-29', kvType: DATETIME`, "", "value must be a date-time for kvType DATE and DATETIME"},
		{"DATE", `value: '2024-02-29T11:12:13Z', kvType: DATE`, `date "2024-02-29T11:12:13Z"`, ""},
		{"DATE of a date", `value: '2024-02-29', kvType: DATE`, "", "value must be a date-time for kvType DATE and DATETIME"},
		{"DURATION", `value: PT1H, kvType: DURATION`, `duration "PT1H"`, ""},
		{"DURATION of 5", `value: 5, kvType: DURATION`, "", "value must be a duration for kvType DURATION"},
		{"DURATION of Go", `value: 5s, kvType: DURATION`, "", "value must be a duration for kvType DURATION"},
		{"DURATION below 0", `value: PT-5S, kvType: DURATION`, "", "value must be a duration for kvType DURATION"},
		{"JSON", `value: '{"b":1,"a":[null]}', kvType: JSON`, `map {"b":1,"a":[null]}`, ""},
		{"JSON that is none", `value: '{bad', kvType: JSON`, "", "value must be JSON for kvType JSON: "},
		{"type by an expression", `value: '12', kvType: "{{ 'NUMBER' }}"`, `integer 12`, ""},
		{"no type", `value: '12', kvType: "{{ 'INT' }}"`, "", `kvType "INT" is none of STRING, NUMBER`},

		{"description", `value: a, kvDescription: "of {{ trigger.body.name }}"`, `string "a" (of bob)`, ""},
		{"ttl", `value: a, ttl: PT5M`, `string "a" for 5m0s`, ""},
		{"ttl by an expression", `value: a, ttl: "PT{{ trigger.body.n }}H"`, `string "a" for 1h0m0s`, ""},
		{"ttl that is none", `value: a, ttl: "{{ 'soon' }}"`, "", "ttl: must be a duration"},
		{"overwrite", `value: a, overwrite: "{{ trigger.body.n == 1 }}"`, `string "a"`, ""},
		{"overwrite that is none", `value: a, overwrite: "{{ trigger.body.name }}"`, "", "overwrite must be true or false"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := newKeyValues()
			got := k.run(t, "{type: io.kestra.plugin.core.kv.Set, key: k, "+tt.members+"}", body)
			if !strings.HasPrefix(got.Err, tt.err) || (got.Err == "") != (tt.err == "") {
				t.Errorf("error %q, want %q", got.Err, tt.err)
			}
			var want []string
			if tt.err == "" {
				want = []string{"company.team/k = " + tt.want}
			}
			if diff := cmp.Diff(want, k.kept(t, "company.team")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestOverwrite checks what the task asks of the commit: see the tests of package runner for what comes of it.
func TestOverwrite(t *testing.T) {
	k := newKeyValues()
	r := k.run(t, `{type: io.kestra.plugin.core.kv.Set, key: k, value: a, overwrite: false}`, body)
	const want = "Cannot set value for key 'k'. Key already exists and `overwrite` is set to `false`"
	if len(r.Pairs) != 1 || r.Pairs[0].Absent == nil || r.Pairs[0].Absent.Error() != want {
		t.Errorf("%+v", r.Pairs)
	}
	if r = k.run(t, `{type: io.kestra.plugin.core.kv.Set, key: k, value: a}`, body); r.Pairs[0].Absent != nil {
		t.Errorf("%+v", r.Pairs)
	}
}

// TestPlaces runs each task in places where it may and may not read or write.
func TestPlaces(t *testing.T) {
	const badKey = "Key must start with an alphanumeric character"
	const noNamespace = "Cannot access the KV store. The namespace 'nowhere' does not exist"
	for _, tt := range []struct{ place, err string }{
		{"key: k", ""},
		{"key: a.b-c_D9", ""},
		{"key: '{{ trigger.body.name }}'", ""},
		{"key: a b", badKey},
		{"key: é", badKey},
		{"key: .a", badKey},
		{"key: a/b", badKey},
		{"key: '{{ trigger.body.no }}'", "Key cannot be null or empty"},
		{"key: '{{ trigger.body.nope }}'", "unable to find `nope`"},
		{"key: " + strings.Repeat("k", maxTestKey), ""},
		{"key: " + strings.Repeat("k", maxTestKey+1), "the key is longer than 256 bytes"},
		{"key: k, namespace: company", ""},
		{"key: k, namespace: other", ""},
		{"key: k, namespace: '{{ flow }}'", "unable to find `flow`"},
		{"key: k, namespace: company.team.sub", "Cannot access the KV store. The namespace 'company.team.sub' does not exist"},
		{"key: k, namespace: nowhere", noNamespace},
		{"key: k, namespace: ''", "Cannot access the KV store. The namespace '' does not exist"},
		{"key: k, namespace: visited", ""}, // there is a pair in it
	} {
		for _, name := range []string{"Set, value: a", "Put, value: a", "Get", "Delete"} {
			k := newKeyValues()
			k.keep(t, task.Pair{Namespace: "visited", Key: "k"})
			typ, rest, _ := strings.Cut(name, ",")
			yaml := "{type: io.kestra.plugin.core.kv." + typ + ", " + tt.place
			if rest != "" {
				yaml += "," + rest
			}
			got := k.run(t, yaml+"}", body)
			if !strings.HasPrefix(got.Err, tt.err) || (got.Err == "") != (tt.err == "") {
				t.Errorf("%s: error %q, want %q", yaml, got.Err, tt.err)
			}
		}
	}
}

const maxTestKey = 256

// TestRead reads what others have written: cases "kv parent namespace", "kv get missing …", "KV get missing …".
func TestRead(t *testing.T) {
	k := newKeyValues()
	for _, p := range []task.Pair{
		{Namespace: "company.team", Key: "own", Value: value.Int(1)},
		{Namespace: "company", Key: "own", Value: value.Int(2)},
		{Namespace: "company", Key: "above", Value: value.String("x")},
		{Namespace: "other", Key: "elsewhere", Value: value.Bool(true)},
		{Namespace: "company.team", Key: "gone", Value: value.Int(3), Expires: tasktest.Now},
		{Namespace: "company.team", Key: "lasts", Value: value.Opaque(value.Duration(90 * time.Second)), Expires: tasktest.Now.Add(1)},
		{Namespace: "company.team", Key: "nothing"},
		{Namespace: "company.team", Key: "when", Value: value.Time(tasktest.Now)},
	} {
		k.keep(t, p)
	}
	for yaml, want := range map[string]string{
		`{type: io.kestra.plugin.core.kv.Get, key: own}`:                                             `{"value":1}`,
		`{type: io.kestra.core.tasks.kv.Get, key: own, namespace: company}`:                          `{"value":2}`,
		`{type: io.kestra.plugin.core.kv.Get, key: above}`:                                           `{"value":"x"}`,
		`{type: io.kestra.plugin.core.kv.Get, key: above, namespace: other}`:                         `null`,
		`{type: io.kestra.plugin.core.kv.Get, key: elsewhere, namespace: other}`:                     `{"value":true}`,
		`{type: io.kestra.plugin.core.kv.Get, key: gone}`:                                            `null`,
		`{type: io.kestra.plugin.core.kv.Get, key: lasts, errorOnMissing: true}`:                     `{"value":90.0}`,
		`{type: io.kestra.plugin.core.kv.Get, key: nothing, errorOnMissing: true}`:                   `null`,
		`{type: io.kestra.plugin.core.kv.Get, key: when}`:                                            `{"value":"2026-01-02T03:04:05Z"}`,
		`{type: io.kestra.plugin.core.kv.Get, key: none, errorOnMissing: true}`:                      "No value found for key 'none' in namespace 'company.team' and `errorOnMissing` is set to true",
		`{type: io.kestra.plugin.core.kv.Get, key: none, errorOnMissing: "{{ trigger.body.yes }}"}`:  "No value found for key 'none' in namespace 'company.team' and `errorOnMissing` is set to true",
		`{type: io.kestra.plugin.core.kv.Get, key: none, errorOnMissing: "{{ trigger.body.name }}"}`: "errorOnMissing must be true or false",
		`{type: io.kestra.plugin.core.kv.GetKeys}`:                                                   `{"keys":["lasts","nothing","own","when"]}`,
		`{type: io.kestra.core.tasks.kv.GetKeys, prefix: "{{ 'no' }}"}`:                              `{"keys":["nothing"]}`,
		`{type: io.kestra.plugin.core.kv.GetKeys, namespace: company, prefix: zz}`:                   `{"keys":[]}`,
		`{type: io.kestra.plugin.core.kv.GetKeys, namespace: nowhere}`:                               "Cannot access the KV store. The namespace 'nowhere' does not exist",
		`{type: io.kestra.plugin.core.kv.GetKeys, prefix: "{{ trigger.body.nope }}"}`:                "unable to find `nope` used in the expression `{{ trigger.body.nope }}` at line 1:17",
	} {
		got := k.run(t, yaml, body)
		if got.Err != "" {
			got.Outputs = got.Err
		}
		if got.Outputs != want || len(got.Pairs) > 0 {
			t.Errorf("%s: %+v, want %s", yaml, got, want)
		}
	}
}

func TestDelete(t *testing.T) {
	for yaml, want := range map[string]string{
		`{type: io.kestra.plugin.core.kv.Delete, key: own}`:                            `{"deleted":true} company/above`,
		`{type: io.kestra.plugin.core.kv.Delete, key: above}`:                          `{"deleted":false} company.team/own company/above`,
		`{type: io.kestra.core.tasks.kv.Delete, key: above, namespace: company}`:       `{"deleted":true} company.team/own`,
		`{type: io.kestra.plugin.core.kv.Delete, key: above, errorOnMissing: true}`:    "No value found for key 'above' in namespace 'company.team' and `errorOnMissing` is set to true company.team/own company/above",
		`{type: io.kestra.plugin.core.kv.Delete, key: own, errorOnMissing: '{{ 1 }}'}`: "errorOnMissing must be true or false company.team/own company/above",
	} {
		k := newKeyValues()
		k.keep(t, task.Pair{Namespace: "company.team", Key: "own"}, task.Pair{Namespace: "company", Key: "above"})
		got := k.run(t, yaml, body)
		words := []string{got.Outputs}
		if got.Err != "" {
			words[0] = got.Err
		}
		for _, line := range k.kept(t, "company.team", "company") {
			place, _, _ := strings.Cut(line, " ")
			words = append(words, place)
		}
		if got := strings.Join(words, " "); got != want {
			t.Errorf("%s: %s, want %s", yaml, got, want)
		}
	}
}

func TestPut(t *testing.T) {
	for _, tt := range []struct{ old, value, want string }{
		{"", "text", `string "text"`},
		{"", "'{{ trigger.body.n }}'", "integer 1"},
		{"", "{a: '{{ trigger.body.n }}', b: 2}", `map {"a":"1","b":2}`},
		{`{"a":{"x":1},"b":1}`, "{a: {y: 2}, c: 3}", `map {"a":{"x":1,"y":2},"b":1,"c":3}`},
		{`[1]`, "{c: 3}", `map {"c":3}`},
		{`{"a":1}`, "[1, 2]", `list [1,2]`},
		{`{"a":1}`, "[]", `list []`},
		{`{"a":1}`, "[{value: [5]}]", `list [5]`},
		{`{"a":1}`, "[{value: 1, other: 2}]", `list [{"value":1,"other":2}]`},
		{`{"a":1}`, "[{key: b, value: 2}, {key: c.d.e, value: 3}]", `map {"a":1,"b":2,"c":{"d":{"e":3}}}`},
		{`{"c":{"x":1}}`, "[{key: c.d, value: {e: 3}}, {key: c.d.f, value: 4}]", `map {"c":{"x":1,"d":{"e":3,"f":4}}}`},
		{"", "[{key: c.d, value: 3}]", `map {"c":{"d":3}}`},
		{`5`, "[{key: c, value: 3}]", "the members of a value that is no map cannot be set"},
		{`{"a":1}`, "[{key: b, value: 2}, {value: 3}]", "value must be a list in which all entries have a key that is not empty, or one {value} alone"},
		{`{"a":1}`, "[{key: ' ', value: 2}]", "value must be a list in which all entries have a key that is not empty, or one {value} alone"},
		{"", "'{{ trigger.body.nope }}'", "unable to find `nope` used in the expression `{{ trigger.body.nope }}` at line 1:17"},
	} {
		k := newKeyValues()
		want := "company.team/k = " + tt.want
		if tt.old != "" {
			v, err := value.DecodeJSONText(tt.old)
			if err != nil {
				t.Fatal(err)
			}
			k.keep(t, task.Pair{Namespace: "company.team", Key: "k", Value: v, Description: "old", Expires: tasktest.Now.Add(time.Hour)})
			want += " (old) for 1h0m0s"
		}
		got := k.run(t, "{type: io.kestra.plugin.core.kv.Put, key: k, value: "+tt.value+"}", body)
		if got.Err != "" {
			if got.Err != tt.want {
				t.Errorf("%s to %s: %q, want %q", tt.old, tt.value, got.Err, tt.want)
			}
			continue
		}
		if diff := cmp.Diff([]string{want}, k.kept(t, "company.team")); diff != "" {
			t.Errorf("%s to %s (-want +got):\n%s", tt.old, tt.value, diff)
		}
	}
	k := newKeyValues()
	k.keep(t, task.Pair{Namespace: "company", Key: "k", Value: value.Int(1)})
	const missing = "No value found for key 'k' in namespace 'company.team' and `errorOnMissing` is set to true"
	if got := k.run(t, `{type: io.kestra.core.tasks.kv.Put, key: k, value: x, errorOnMissing: true}`, body); got.Err != missing {
		t.Errorf("%q", got.Err)
	}
}

func TestPurge(t *testing.T) {
	all := []string{"company.team/new", "company.team/old", "company.team/ttl", "company/old", "other/old"}
	for yaml, left := range map[string][]string{
		"":                                      {"company.team/new", "company.team/ttl"},
		"expiredOnly: false":                    nil,
		"expiredOnly: '{{ trigger.body.yes }}'": {"company.team/new", "company.team/ttl"},
		"behavior: {type: key, expiredOnly: false}":                          nil,
		"behavior: {type: key, expiredOnly: false}, expiredOnly: true":       {"company.team/new", "company.team/ttl"},
		"behavior: {type: key}":                                              {"company.team/new", "company.team/ttl"},
		"namespaces: [company]":                                              {"company.team/new", "company.team/ttl", "other/old"},
		"namespaces: [compan], expiredOnly: false":                           all,
		"namespaces: '{{ [\"other\"] }}'":                                    {"company.team/new", "company.team/old", "company.team/ttl", "company/old"},
		"namespaces: [company, company.team], includeChildNamespaces: false": {"company.team/new", "company.team/ttl", "other/old"},
		"namespaces: [company], includeChildNamespaces: false":               {"company.team/new", "company.team/old", "company.team/ttl", "other/old"},
		"namespacePattern: company.*, expiredOnly: false":                    {"company/old", "other/old"},
		"namespacePattern: '*', keyPattern: '?ld', expiredOnly: false":       {"company.team/new", "company.team/ttl"},
		"keyPattern: '[o]ld', expiredOnly: false":                            all,
		"keyPattern: '{{ trigger.body.nope }}'":                              all,
	} {
		k := newKeyValues()
		for _, p := range []task.Pair{
			{Namespace: "company", Key: "old", Expires: tasktest.Now},
			{Namespace: "company.team", Key: "old", Expires: tasktest.Now.Add(-1)},
			{Namespace: "company.team", Key: "ttl", Expires: tasktest.Now.Add(1)},
			{Namespace: "company.team", Key: "new"},
			{Namespace: "other", Key: "old", Expires: tasktest.Now},
		} {
			kept, err := outside.Encode(&p, time.Time{}) // so early that nothing has expired by then
			if err != nil {
				t.Fatal(err)
			}
			if err := k.store.Commit(context.Background(), &execution.Batch{Pairs: []execution.Pair{kept}}); err != nil {
				t.Fatal(err)
			}
		}
		if yaml != "" {
			yaml = ", " + yaml
		}
		got := tasktest.RunOn(t, &k.services, Specs(), "{type: io.kestra.plugin.core.kv.PurgeKV"+yaml+"}", body)
		gone := map[string]bool{}
		for _, p := range got.Pairs {
			gone[p.Namespace+"/"+p.Key] = p.Delete
		}
		var rest []string
		for _, name := range all {
			if !gone[name] {
				rest = append(rest, name)
			}
		}
		if diff := cmp.Diff(left, rest); diff != "" {
			t.Errorf("%s (-want +got):\n%s", yaml, diff)
		}
		if want := fmt.Sprintf(`{"size":%d}`, len(gone)); got.Outputs != want && got.Err == "" {
			t.Errorf("%s: %s, want %s", yaml, got.Outputs, want)
		}
	}
}

func TestLoad(t *testing.T) {
	for yaml, want := range map[string]string{
		`{type: io.kestra.plugin.core.kv.Set, key: k}`:                                       "flow.yml:4:3: tasks[0].value: is missing",
		`{type: io.kestra.plugin.core.kv.Set, value: k}`:                                     "flow.yml:4:3: tasks[0].key: is missing",
		`{type: io.kestra.plugin.core.kv.Set, key: k, value: v, kvType: INT}`:                "flow.yml:4:73: tasks[0].kvType: must be one of STRING, NUMBER, BOOLEAN, DATETIME, DATE, DURATION, JSON",
		`{type: io.kestra.plugin.core.kv.Set, key: k, value: v, ttl: soon}`:                  "flow.yml:4:70: tasks[0].ttl: must be a duration, as in PT30S or 30s",
		`{type: io.kestra.plugin.core.kv.Set, key: k, value: v, overwrite: maybe}`:           "flow.yml:4:76: tasks[0].overwrite: must be true or false",
		`{type: io.kestra.plugin.core.kv.Get}`:                                               "flow.yml:4:3: tasks[0].key: is missing",
		`{type: io.kestra.plugin.core.kv.Put, key: k}`:                                       "flow.yml:4:3: tasks[0].value: is missing",
		`{type: io.kestra.plugin.core.kv.Delete, key: "{{ x"}`:                               `flow.yml:4:56: tasks[0].key: unclosed "{{": there is no "}}"`,
		`{type: io.kestra.plugin.core.kv.PurgeKV, behavior: {type: version, keepAmount: 1}}`: "flow.yml:4:68: tasks[0].behavior.type: must be one of key",
		`{type: io.kestra.plugin.core.kv.PurgeKV, behavior: {expiredOnly: true}}`:            "flow.yml:4:61: tasks[0].behavior.type: is missing",
		`{type: io.kestra.plugin.core.kv.PurgeKV, namespaces: [a], namespacePattern: a}`:     "flow.yml:4:86: tasks[0].namespacePattern: cannot be used beside `namespaces`",
	} {
		_, found := tasktest.Load(t, Specs(), yaml)
		if got := found.Err(); got == nil || !strings.HasPrefix(got.Error(), want) {
			t.Errorf("%s: %v, want %s", yaml, got, want)
		}
	}
}
