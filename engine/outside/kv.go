package outside

import (
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// kv returns a value of the key-value store.
func (f *Functions) kv(args []value.Value) (value.Value, error) {
	key, namespace, required := args[0].Str(), args[1].Str(), args[2].Bool()
	if key == "" {
		return value.Null, errors.New("the key of kv must be a text that is not empty")
	}
	if namespace == "" {
		namespace = f.Origin.Namespace
	}
	v, ok, err := f.Pairs.Pair(f.Context, namespace, key, f.Now)
	if err != nil || ok || !required {
		return v, err
	}
	return value.Null, fmt.Errorf("the key '%s' does not exist in the namespace '%s'", key, namespace)
}
