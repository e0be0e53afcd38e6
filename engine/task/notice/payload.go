package notice

import (
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Payload returns the message that JSON text is.
func Payload(text string) (value.Value, error) {
	v, err := value.DecodeJSONText(text)
	if err == nil && v.Kind() != value.KindMap {
		err = fmt.Errorf("it is %s", v.Kind())
	}
	if err != nil {
		return value.Null, fmt.Errorf("payload is no JSON object: %w", err)
	}
	return v, nil
}
