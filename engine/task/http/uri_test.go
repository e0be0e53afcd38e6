package http

import (
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestCheckURI(t *testing.T) {
	for uri, want := range map[string]string{
		"http://h/a?b#c":          "",
		"http://h/é✓":             "",
		"http://[::1]:80/a?x=[1]": "",
		"http://h/%41?%C3%A9":     "",
		"//h/a":                   "",
		"a/b:c":                   "",
		"?a:b":                    "",
		"":                        "",
		"1http://h":               "Illegal character in scheme name at index 0: 1http://h",
		"ht_tp://h":               "Illegal character in scheme name at index 2: ht_tp://h",
		"h+1.-://h":               "",
		"http://h/{a}":            "Illegal character in path at index 9: http://h/{a}",
		"http://h/[a]":            "Illegal character in path at index 9: http://h/[a]",
		"http://h/a|b":            "Illegal character in path at index 10: http://h/a|b",
		"http://h/?a^":            "Illegal character in query at index 11: http://h/?a^",
		"http://h/#a#":            "Illegal character in fragment at index 11: http://h/#a#",
		"http://h/\U0001f600<":    "Illegal character in path at index 11: http://h/\U0001f600<",
		"http://h/a\n":            "Illegal character in path at index 10: http://h/a\n",
		"http://h/%4":             "Malformed escape pair at index 9: http://h/%4",
		"http://h/%g0":            "Malformed escape pair at index 9: http://h/%g0",
	} {
		got := ""
		if err := checkURI(uri); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", uri, got, want)
		}
	}
}

func TestWithParameters(t *testing.T) {
	params := value.MapOf("a", value.String("é &"), "l", value.ListOf(value.Int(1), value.Null), "n", value.Null).Map()
	for uri, want := range map[string]string{
		"http://h":       "http://h?a=%C3%A9%20%26&l=1",
		"http://h/?q#f?": "http://h/?q&a=%C3%A9%20%26&l=1#f?",
	} {
		if got, err := withParameters(uri, params); err != nil || got != want {
			t.Errorf("%s: %s %v, want %s", uri, got, err, want)
		}
	}
	if got, err := withParameters("http://h/?q", value.NewMap(0)); err != nil || got != "http://h/?q" {
		t.Errorf("without parameters: %s %v", got, err)
	}
}

func TestHideKey(t *testing.T) {
	for uri, want := range map[string]string{
		"http://h/a?b":     "http://h/a?b",
		"http://u:p@h/a@b": "http://******@h/a@b",
		"http://h/a@b":     "http://h/a@b",
		"http://h/api/v1/executions/webhook/n/f/k":    "http://h/api/v1/executions/webhook/n/f/******",
		"http://h/api/v1/executions/webhook/n/f/k/x":  "http://h/api/v1/executions/webhook/n/f/******",
		"http://h/api/v1/executions/webhook/n/f/k?q=": "http://h/api/v1/executions/webhook/n/f/******?q=",
		"http://h/api/v1/executions/webhook/n/f":      "http://h/api/v1/executions/webhook/n/f",
	} {
		if got := hideKey(uri); got != want {
			t.Errorf("%s: %s, want %s", uri, got, want)
		}
	}
}
