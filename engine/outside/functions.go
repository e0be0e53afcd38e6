package outside

import (
	"context"
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Names returns the names of the functions that [Functions] answers.
func Names() []string {
	names := make([]string, 0, len(functions))
	for name := range functions {
		names = append(names, name)
	}
	return names
}

// functions have the arguments of [pebble.Outside].
var functions = map[string]func(f *Functions, args []value.Value) (value.Value, error){
	"http":        (*Functions).http,
	"kv":          (*Functions).kv,
	"read":        (*Functions).read,
	"fileURI":     (*Functions).fileURI,
	"fileSize":    (*Functions).fileSize,
	"fileExists":  (*Functions).fileExists,
	"isFileEmpty": (*Functions).isFileEmpty,
}

// Functions answers the functions of the expressions of one evaluation. It implements [pebble.Outside].
type Functions struct {
	Context context.Context //nolint:containedctx // that of the evaluation, which lasts as long
	Origin  task.Origin
	Now     time.Time
	*task.Services
	Meter *meter.Meter // of the evaluation, while a function is called
}

// callCost is what a call of a function costs in steps, whatever it makes: about a look-up in a store.
const callCost = 100

// Call implements [pebble.Outside].
func (f *Functions) Call(m *meter.Meter, name string, args []value.Value) (value.Value, error) {
	if f.Services == nil {
		return value.Null, fmt.Errorf("function %s cannot be called here: it needs a server", name)
	}
	if err := m.Charge(callCost); err != nil {
		return value.Null, err
	}
	f.Meter = m
	return functions[name](f, args)
}
