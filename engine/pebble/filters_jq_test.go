package pebble

import (
	"errors"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// runJQ returns what the filter jq prints, or the class and text of its error.
func runJQ(e *Engine, input value.Value, program string) string {
	tmpl, err := e.Compile("{{ input | jq(program) }}")
	if err != nil {
		return err.Error()
	}
	vars := value.MapOf("input", input, "program", value.String(program))
	out, err := tmpl.Render(&Context{Vars: vars.Map(), Now: time.Unix(1_709_205_255, 5e8)})
	if failed, ok := errors.AsType[*Error](err); ok {
		return "!" + failed.Class.String() + " " + failed.Msg
	}
	return out
}

// TestJQ checks what the filter makes of its input and its program; what programs do is tested in package jq.
func TestJQ(t *testing.T) {
	e := New(Options{})
	for _, c := range []struct {
		input   value.Value
		program string
		want    string
	}{
		{value.MapOf("b", value.Int(1), "a", value.Int(2)), `keys_unsorted`, `[["b","a"]]`},
		{value.String(`{"b":1}`), `.b`, `[1]`},
		{value.String(`"b"`), `test("b"), now`, `[true,1.7092052555E9]`},
		{value.String(``), `.`, `[null]`},
		{value.String(`{`), `.`, `!evaluation invalid JSON: JSON is invalid at line 1, column 2: text ends where a key is due`},
		{value.Null, `.`, ``},
		{value.Int(1), `error("x")`, `!evaluation jq program failed: x`},
		{value.Int(1), `last(range(1e18))`, `!limit evaluation takes more than 1000000 steps`},
	} {
		if got := runJQ(e, c.input, c.program); got != c.want {
			t.Errorf("%s | %s: got %q, want %q", value.JSON(c.input), c.program, got, c.want)
		}
	}
	for text, want := range map[string]string{
		"{{ 1 | jq(1) }}":              "!runtime",
		"{{ 1 | jq('.[') }}":           "!evaluation jq",
		"{{ 1 | jq('.[' ~ '') }}":      "!evaluation",
		"{{ null | jq('.') is null }}": "true",
	} {
		if got := outcome(e, &Context{}, text); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
