package pebble

import (
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// TestMapsTakeTheirMembers sees that filters and functions that make maps, lists and trees take at least what those hold.
func TestMapsTakeTheirMembers(t *testing.T) {
	e := New(Options{Limits: Limits{Steps: 20_000_000, Memory: 1 << 30, OutputBytes: 256 << 20}})
	m, texts := value.NewMap(20_000), make([]value.Value, 20_000)
	for i := range texts {
		key := strconv.Itoa(i)
		m.Set(key, value.Int(int64(i)))
		texts[i] = value.String(key)
	}
	json := value.JSON(value.FromMap(m))
	vars := value.MapOf("m", value.FromMap(m), "texts", value.ListOf(texts...), "json", value.String(json), "escaped", value.String(strings.ReplaceAll(json, `":`, `\u0061":`)))
	for _, text := range []string{
		"{{ fromJson(json) }}", "{{ fromJson(escaped) }}", "{{ fromIon(json) }}", "{{ m | merge({'x': 1}) }}", "{{ m | merge(texts) }}", "{{ render(m) }}", "{{ texts | distinct }}", "{{ m | escapeChar('single') }}",
		"{{ m | keys }}", "{{ m | values }}", "{{ m | toJson }}", "{{ json | split(',') }}", "{{ m | jq('.') }}", "{{ json | jq('.') }}",
	} {
		tmpl, err := e.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		account := &valuetest.Account{Limit: valuetest.All}
		held := valuetest.Held(func() any {
			v, err := tmpl.RenderTyped(&Context{Vars: vars.Map(), Memory: account})
			if err != nil {
				t.Errorf("%s: %v", text, err)
			}
			return v
		})
		if taken := account.Taken + meter.FreeMemory; held > taken+64<<10 {
			t.Errorf("%s: holds %d bytes and took %d", text, held, taken)
		}
	}
	runtime.KeepAlive(vars)
}
