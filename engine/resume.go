package engine

import (
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// DecodeInputs reads the values of inputs, by their ids, from a JSON object; nil when there is no text.
func DecodeInputs(text []byte) (*value.Map, error) {
	if len(text) == 0 {
		return nil, nil
	}
	v, err := value.DecodeJSON(text)
	if err != nil {
		return nil, fmt.Errorf("inputs: %w", err)
	}
	if v.Kind() != value.KindMap {
		return nil, errors.New("inputs must be a JSON object")
	}
	return v.Map(), nil
}
