package outside

import (
	"github.com/caddy-kestra/kestra-webhook/engine/task/http"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// http sends a request to another server and returns the body of its answer.
func (f *Functions) http(args []value.Value) (value.Value, error) {
	return http.Ask(f.Context, f.Services, f.Meter, args)
}
