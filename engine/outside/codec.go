package outside

import (
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The types of values that are more than their JSON says, as Kestra names them. A value of any other type has none.
const (
	typeDateTime = "DATETIME"
	typeDuration = "DURATION"
)

// maxValue is how long a value and its description may be, in bytes.
const maxValue = 1 << 20

// Encode returns a change as stores keep it, made at a time. The error says that the value is too long.
func Encode(p *task.Pair, at time.Time) (execution.Pair, error) {
	kept := execution.Pair{Namespace: p.Namespace, Key: p.Key, Description: p.Description, Expires: p.Expires, Updated: at, Delete: p.Delete}
	if p.Delete {
		return kept, nil
	}
	v := p.Value
	if d, ok := v.Opaque().(value.Duration); ok {
		kept.Type, v = typeDuration, value.Int(int64(d))
	} else if v.Kind() == value.KindTime {
		kept.Type, v = typeDateTime, value.String(v.Time().Format(time.RFC3339Nano))
	}
	if size := value.SizeJSON(v) + int64(len(p.Description)); size > maxValue {
		return kept, fmt.Errorf("the value of the key '%s' takes %d bytes; %d are the most", p.Key, size, maxValue)
	}
	kept.Value = value.AppendJSON(nil, value.Normal(v))
	return kept, nil
}

// decode returns a pair that a store has kept; charge is told of the text of its value before.
func decode(kept *execution.Pair, charge func(text string) error) (task.Pair, error) {
	p, text := bare(kept), string(kept.Value)
	if err := charge(text); err != nil {
		return p, err
	}
	v, err := value.DecodeJSONText(text)
	if err != nil {
		return p, err
	}
	switch kept.Type {
	case typeDateTime:
		at, err := time.Parse(time.RFC3339Nano, v.Str())
		if err != nil {
			return p, err
		}
		v = value.Time(at)
	case typeDuration:
		v = value.Opaque(value.Duration(v.Int()))
	}
	p.Value = v
	return p, nil
}

// bare returns a pair without its value.
func bare(kept *execution.Pair) task.Pair {
	return task.Pair{Namespace: kept.Namespace, Key: kept.Key, Description: kept.Description, Expires: kept.Expires}
}
