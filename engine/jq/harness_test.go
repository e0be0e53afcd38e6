package jq

import (
	"errors"
	"os"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // each evaluation drops what it made: to collect that seldom saves much of the time of these tests
	os.Exit(m.Run())
}

// standard are the limits that an engine has by default.
var standard = meter.Limits{Steps: 1_000_000, OutputBytes: 16 << 20, Depth: 200, RangeItems: 1_000_000, Memory: 64 << 20, RegexTime: 30 * time.Millisecond}

// stopped is a clock that stands still.
type stopped struct{}

func (stopped) Now() time.Time { return time.Unix(1_709_205_255, 5e8) }

// runner runs programs as the filter jq does.
type runner struct {
	programs Programs
	regexes  javaregex.Cache
	limits   meter.Limits
}

// run returns the outputs of a program. An input that is a string is read as JSON first.
func (r *runner) run(m *meter.Meter, input value.Value, program string) (value.Value, error) {
	compiled, err := r.programs.Compile(m, program)
	if err != nil {
		return value.Null, err
	}
	if input.Kind() == value.KindString {
		if input, err = m.ParseJSON(input.Str()); err != nil {
			return value.Null, err
		}
	}
	return compiled.Run(Context{Meter: m, Regexes: &r.regexes, Clock: stopped{}}, input)
}

// meter returns a meter with all that the limits allow.
func (r *runner) meter(account meter.Account) *meter.Meter {
	m := new(meter.Meter)
	m.Reset(&r.limits, account)
	return m
}

// print returns the outputs of a program as text, or the class and text of its error.
func (r *runner) print(input value.Value, program string) string {
	m := r.meter(nil)
	out, err := r.run(m, input, program)
	if err == nil {
		err = m.WalkText(out)
	}
	if f, ok := errors.AsType[*meter.Fault](err); ok {
		return "!" + f.Class.String() + " " + f.Error()
	}
	return value.Text(out)
}

// large returns data of the size of a large request.
func large() value.Value {
	items := make([]value.Value, 200_000)
	for i := range items {
		items[i] = value.MapOf("n", value.Int(int64(i)))
	}
	deep := strings.Repeat("[", 900) + strings.Repeat("]", 900)
	return value.MapOf("text", value.String(strings.Repeat("a", 1<<20)), "list", value.ListOf(items...), "deep", value.String(deep))
}
