package runner

import (
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

var errNoFiles = errors.New("there are no files here")

// convertOutput converts what an output of the flow is rendered to. The file of a FILE must be there: an answer that names another one
// is of no use to whoever gets it.
func (a *actor) convertOutput(o *flow.Output, v value.Value) (value.Value, error) {
	v, err := o.Convert(v)
	if err != nil || o.Type.Name != flow.TypeFile || v.IsNull() {
		return v, err
	}
	f, err := &a.functions, errNoFiles
	if f.Services != nil && f.Services.Files != nil {
		_, err = f.Services.Files.Size(f.Context, f.Origin, v.Str())
	}
	if err != nil {
		return value.Null, fmt.Errorf("invalid value for output `%s`. Cause: %w", o.ID, err)
	}
	return v, nil
}
