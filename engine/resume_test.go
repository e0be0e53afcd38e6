package engine

import (
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestDecodeInputs(t *testing.T) {
	for text, want := range map[string]string{
		"":              "null",
		`{"a": 1}`:      `{"a":1}`,
		`{}`:            "null",
		`null`:          "inputs must be a JSON object",
		`[1]`:           "inputs must be a JSON object",
		`{"a"`:          "inputs: ",
		"\"{}\"":        "inputs must be a JSON object",
		`{"a":1} extra`: "inputs: ",
	} {
		m, err := DecodeInputs([]byte(text))
		got := "null"
		if m != nil {
			got = value.JSON(value.FromMap(m))
		}
		if err != nil {
			got = err.Error()
		}
		if got != want && (err == nil || !strings.HasPrefix(got, want)) {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}
