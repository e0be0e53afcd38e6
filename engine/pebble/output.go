package pebble

import (
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// write appends text of the template to the output.
func (st *state) write(text string) error {
	if text == "" {
		return nil
	}
	if err := st.ChargeOutput(len(text)); err != nil {
		return err
	}
	st.unhold()
	st.out = append(st.out, text...)
	return nil
}

// print appends what a print node shows. Captured text is Java text throughout, as in Kestra.
func (st *state) print(v value.Value) error {
	if v.IsNull() {
		return nil
	}
	if st.typed && st.captures == 0 && !st.held && len(st.out) == 0 {
		st.object, st.held = v, true
		return nil
	}
	if v.Kind() == value.KindString {
		return st.write(v.Str())
	}
	if err := st.WalkText(v); err != nil {
		return err
	}
	st.unhold()
	start := len(st.out)
	if st.captures > 0 {
		st.out = value.AppendJavaText(st.out, v)
	} else {
		st.out = value.AppendText(st.out, v)
	}
	return st.ChargeOutput(len(st.out) - start)
}

// unhold turns the object of a typed rendering into text, because more output follows.
func (st *state) unhold() {
	if st.held && st.captures == 0 {
		st.held = false
		st.out = value.AppendText(st.out, st.object)
		st.object = value.Null
	}
}

// capture runs an action and returns the text it wrote, which does not reach the output.
func (st *state) capture(run action) (string, error) {
	start := len(st.out)
	st.captures++
	err := run(st)
	st.captures--
	text := string(st.out[start:])
	st.out = st.out[:start]
	return text, err
}

// concat joins the Java texts of parts; null is empty.
func (st *state) concat(parts []code, at int) (value.Value, error) {
	var few [4]value.Value
	values := few[:0]
	size := 0
	for _, part := range parts {
		v, err := part(st)
		if err != nil {
			return value.Null, err
		}
		switch v.Kind() {
		case value.KindNull:
			continue
		case value.KindString:
		default:
			if err := st.WalkText(v); err != nil {
				return value.Null, meter.Locate(err, at)
			}
			size += 16 + st.WalkedText()
		}
		size += len(v.Str())
		values = append(values, v)
	}
	if len(values) == 1 && values[0].Kind() == value.KindString {
		return values[0], nil
	}
	if err := st.ChargeOutput(size); err != nil {
		return value.Null, meter.Locate(err, at)
	}
	out := make([]byte, 0, size)
	for _, v := range values {
		out = value.AppendJavaText(out, v)
	}
	if err := st.ChargeOutput(max(0, len(out)-size)); err != nil {
		return value.Null, meter.Locate(err, at)
	}
	return value.String(string(out)), nil
}
