package outside

import (
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// kv returns a value of the key-value store.
func (f *Functions) kv(args []value.Value) (value.Value, error) {
	key, namespace := value.Text(args[0]), args[1].Str()
	if namespace == "" {
		namespace = f.Origin.Namespace
	}
	p, ok, err := f.Pairs.Find(f.Context, f.Origin, namespace, key, f.Now, f.Meter.ChargeJSON)
	if err == nil && !ok && args[2].Bool() {
		err = fmt.Errorf("The key '%s' does not exist in the namespace '%s'", key, namespace) //nolint:staticcheck // Kestra's words
	}
	return p.Value, err
}
