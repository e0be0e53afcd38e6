package pebble

import "github.com/caddy-kestra/kestra-webhook/engine/value"

// write appends text of the template to the output.
func (st *state) write(text string) error {
	if text == "" {
		return nil
	}
	if err := st.produce(len(text)); err != nil {
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
	if err := st.walkText(v); err != nil {
		return err
	}
	st.unhold()
	start := len(st.out)
	if st.captures > 0 {
		st.out = value.AppendJavaText(st.out, v)
	} else {
		st.out = value.AppendText(st.out, v)
	}
	return st.produce(len(st.out) - start)
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

// javaText returns the Java text of v within the budget: what everything but a direct print sees of a value.
func (st *state) javaText(v value.Value) (string, error) {
	if v.Kind() == value.KindString {
		return v.Str(), nil
	}
	if err := st.walkText(v); err != nil {
		return "", err
	}
	if err := st.produce(st.texts); err != nil {
		return "", err
	}
	known := st.texts
	text := value.JavaText(v)
	return text, st.produce(max(0, len(text)-known))
}

// json returns the JSON text of v within the budget.
func (st *state) json(v value.Value) (string, error) {
	if err := st.walkText(v); err != nil {
		return "", err
	}
	if err := st.produce(st.texts); err != nil {
		return "", err
	}
	known := st.texts
	text := value.JSON(v)
	return text, st.produce(max(0, len(text)-known))
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
			if err := st.walkText(v); err != nil {
				return value.Null, locate(err, at)
			}
			size += 16 + st.texts
		}
		size += len(v.Str())
		values = append(values, v)
	}
	if len(values) == 1 && values[0].Kind() == value.KindString {
		return values[0], nil
	}
	if err := st.produce(size); err != nil {
		return value.Null, locate(err, at)
	}
	out := make([]byte, 0, size)
	for _, v := range values {
		out = value.AppendJavaText(out, v)
	}
	if err := st.produce(max(0, len(out)-size)); err != nil {
		return value.Null, locate(err, at)
	}
	return value.String(string(out)), nil
}

// maxNesting is how deep a value may be nested for the language to print or compare it; JSON of a request is at most
// 1,000 deep.
const maxNesting = 2000

// walk charges for visiting every part of v once, before something does that. A value that contains another one many
// times costs what its text would.
func (st *state) walk(v value.Value) error {
	st.texts = 0
	return st.walkFrom(v, 0)
}

// walkText is walk for a value that is going to be text, for which there must be room: a small list may have one large
// text many times.
func (st *state) walkText(v value.Value) error {
	if err := st.walk(v); err != nil {
		return err
	}
	if st.texts > st.bytes {
		return st.produce(st.texts)
	}
	return nil
}

// walkString charges for one text of a value.
func (st *state) walkString(text string) error {
	st.texts += len(text)
	return st.charge(len(text) / textPerStep)
}

func (st *state) walkFrom(v value.Value, depth int) error {
	switch v.Kind() {
	case value.KindString:
		return st.walkString(v.Str())
	case value.KindList:
		l := v.List()
		if err := st.enterValue(l.Len(), depth); err != nil {
			return err
		}
		for _, item := range l.Slice() {
			if k := item.Kind(); k > value.KindFloat || k == value.KindBigInt {
				if err := st.walkFrom(item, depth+1); err != nil {
					return err
				}
			}
		}
	case value.KindBigInt, value.KindDecimal:
		return st.charge(digitCost(v))
	case value.KindOpaque:
		if e, ok := v.Opaque().(*mapEntry); ok {
			if err := st.walkString(e.key); err != nil {
				return err
			}
			return st.walkFrom(e.value, depth+1)
		}
	case value.KindMap:
		m := v.Map()
		if err := st.enterValue(m.Len(), depth); err != nil {
			return err
		}
		for i := range m.Len() {
			if err := st.walkString(m.Key(i)); err != nil {
				return err
			}
			if err := st.walkFrom(m.At(i), depth+1); err != nil {
				return err
			}
		}
	default:
	}
	return nil
}

// changeItems returns a list at a depth with what change makes of each item.
func (st *state) changeItems(l *value.List, depth int, change func(value.Value) (value.Value, error)) (value.Value, error) {
	if err := st.enterValue(l.Len(), depth); err != nil {
		return value.Null, err
	}
	out := make([]value.Value, l.Len())
	for i, item := range l.All() {
		var err error
		if out[i], err = change(item); err != nil {
			return value.Null, err
		}
	}
	return value.ListOf(out...), nil
}

// enterValue charges for the members of a list or map at a depth, and refuses one that is too deep.
func (st *state) enterValue(members, depth int) error {
	if depth > maxNesting {
		return newFault(ClassLimit, -1, "value is nested deeper than %d levels", maxNesting)
	}
	return st.charge(members + 1)
}
