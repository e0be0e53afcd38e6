package webhook

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestFetch checks what the execution, conditions and the disk get of bodies of each kind.
func TestFetch(t *testing.T) {
	const binary = "\x00\xff\xfe"
	form := crlf(field("f", "v") + file("up", "a.txt", "text/plain", "hello") + "--BB--\n")
	formText, part := value.JSON(value.String(form)), `"parts":[{"name":"up","filename":"a.txt","contentType":"text/plain","size":5,"uri":"u:0/file.txt"}]`
	tests := []struct {
		name, contentType, body string
		fetch                   Fetch
		kept                    string // of the execution, without headers and parameters
		seen                    string // by conditions; "": the same
		files                   map[string]string
	}{
		{"JSON", "", `{"a":1}`, FetchText, `{"body":{"a":1}}`, "", nil},
		{"JSON in a file", "", ` {"a":1} `, FetchFile, `{"uri":"u:body"}`, `{"body":{"a":1},"uri":"u:body"}`, map[string]string{"body": ` {"a":1} `}},
		{"JSON dropped", "", `{"a":1}`, FetchNone, `{}`, `{"body":{"a":1}}`, nil},
		{"no body in a file", "", "", FetchFile, `{}`, "", nil},
		{"no body", "", "", FetchNone, `{}`, "", nil},
		{"XML", "application/xml", "<a>é</a>", FetchText, `{"body":"<a>é</a>"}`, "", nil},
		{"XML with a charset in a file", "text/xml; charset=iso-8859-1", "<a>\xe9</a>", FetchFile, `{"uri":"u:body"}`, `{"body":"<a>é</a>","uri":"u:body"}`, map[string]string{"body": "<a>\xe9</a>"}},
		{"a byte order mark in a file", "", "\ufeffx", FetchFile, `{"uri":"u:body"}`, `{"body":"x","uri":"u:body"}`, map[string]string{"body": "\ufeffx"}},
		{"binary", "image/png", binary, FetchText, `{"body":"\u0000��","bodyBase64":"AP/+"}`, "", nil},
		{"binary in a file", "image/png", binary, FetchFile, `{"uri":"u:body"}`, `{"body":"\u0000��","uri":"u:body","bodyBase64":"AP/+"}`, map[string]string{"body": binary}},
		{"binary dropped", "image/png", binary, FetchNone, `{}`, `{"body":"\u0000��","bodyBase64":"AP/+"}`, nil},
		{"text in a charset", "text/plain; charset=iso-8859-1", "\xe9\xff", FetchText, `{"body":"éÿ"}`, "", nil},
		{"bytes that a charset does not have", "text/plain; charset=shift_jis", "\x82", FetchText, `{"body":"�","bodyBase64":"gg=="}`, "", nil},
		{"fields", "application/x-www-form-urlencoded", "a=1", FetchText, `{"body":"a=1","formFields":{"a":["1"]}}`, "", nil},
		{"fields in a file", "application/x-www-form-urlencoded", "a=1", FetchFile, `{"uri":"u:body"}`, `{"body":"a=1","uri":"u:body","formFields":{"a":["1"]}}`, map[string]string{"body": "a=1"}},
		{"a form", formType, form, FetchText, `{"body":` + formText + `,` + part + `,"formFields":{"f":["v"]}}`, "", map[string]string{"0/file.txt": "hello"}},
		{"a form in files", formType, form, FetchFile, `{` + part + `,"formFields":{"f":["v"]}}`, `{"body":` + formText + `,` + part + `,"formFields":{"f":["v"]}}`, map[string]string{"0/file.txt": "hello"}},
		{"a form dropped", formType, form, FetchNone, `{}`, `{"body":` + formText + `,` + strings.Replace(part, `,"uri":"u:0/file.txt"`, "", 1) + `,"formFields":{"f":["v"]}}`, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := post(test.body)
			r.Header.Set("Content-Type", test.contentType)
			d, err := Receive(r, 1<<20, new(ledger))
			if err != nil {
				t.Fatal(err)
			}
			d.Place(test.fetch, func(name string) string { return "u:" + name })
			variables, err := d.Variables(nil)
			if err != nil {
				t.Fatal(err)
			}
			loaded := DecodeVariables(execution.Datum{JSON: variables})
			seen := test.seen
			if seen == "" {
				seen = test.kept
			}
			for what, got := range map[string][2]string{
				"conditions see":    {seen, withoutHeaders(d.Trigger())},
				"the execution has": {test.kept, withoutHeaders(d.Kept())},
				"a loaded one has":  {test.kept, withoutHeaders(loaded)},
			} {
				if diff := cmp.Diff(got[0], got[1]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", what, diff)
				}
			}
			for _, name := range partNames {
				if _, ok := d.Kept().Get(name); ok != d.Kept().Has(name) || ok != loaded.Has(name) {
					t.Errorf("%s is there: %v", name, ok)
				}
			}
			if diff := cmp.Diff(test.files, written(t, d)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

// withoutHeaders returns the variable `trigger` as JSON, without what is not of the body.
func withoutHeaders(trigger *value.Map) string {
	m := value.NewMap(len(partNames))
	for name, v := range trigger.All() {
		if name != "headers" && name != "parameters" {
			m.Set(name, v)
		}
	}
	return jsonOf(m)
}

// TestFetchIsCheckedAtLoad checks that expressions are told what their trigger does not give.
func TestFetchIsCheckedAtLoad(t *testing.T) {
	for _, test := range []struct {
		fetch, expression string
		early             bool // in a condition
		want              string
	}{
		{"FETCH", "trigger.parts", false, ""},
		{"FETCH", "trigger.part", false, "there is no `trigger.part`; did you mean `trigger.parts`?"},
		{"FETCH", "trigger.bodyBase64", false, ""},
		{"FETCH", "trigger.uri", false, "there is no `trigger.uri`"},
		{"FETCH", "trigger.uri", true, "there is no `trigger.uri`"},
		{"STORE", "trigger.uri", false, ""},
		{"STORE", "trigger.uri", true, ""},
		{"STORE", "trigger.body", true, ""},
		{"STORE", "trigger.body", false, "there is no `trigger.body`"},
		{"STORE", "trigger.parts", false, ""},
		{"NONE", "trigger.body", true, ""},
		{"NONE", "trigger.formFields", false, "there is no `trigger.formFields`"},
		{"NONE", "trigger.headers", false, ""},
	} {
		condition, output := "true", "x"
		if expression := "{{ " + test.expression + " }}"; test.early {
			condition = expression
		} else {
			output = expression
		}
		_, found := loadFlows(t, webhookFlow("f", "key: abc\nfetchType: "+test.fetch+"\nwhen: \""+condition+"\"", "outputs: [{id: o, type: STRING, value: \""+output+"\"}]"))
		got := ""
		for _, d := range found {
			got += d.Message
		}
		if got != test.want {
			t.Errorf("%s: %s: %q, want %q", test.fetch, test.expression, got, test.want)
		}
	}
}
