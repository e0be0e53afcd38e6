package meter

import "github.com/caddy-kestra/kestra-webhook/engine/value"

// MaxNesting is how deep a value may be nested for the language to print or compare it; JSON of a request is at most
// 1,000 deep.
const MaxNesting = 2000

// Walk charges for visiting every part of v once, before something does that. A value that contains another one many
// times costs what its text would.
func (m *Meter) Walk(v value.Value) error {
	m.texts = 0
	return m.walkFrom(v, 0)
}

// WalkText is walk for a value that is going to be text, for which there must be room: a small list may have one large
// text many times.
func (m *Meter) WalkText(v value.Value) error {
	if err := m.Walk(v); err != nil {
		return err
	}
	if m.texts > m.bytes {
		return m.ChargeOutput(m.texts)
	}
	return nil
}

// walkString charges for one text of a value.
func (m *Meter) walkString(text string) error {
	m.texts += len(text)
	return m.Charge(len(text) / TextPerStep)
}

func (m *Meter) walkFrom(v value.Value, depth int) error {
	switch v.Kind() {
	case value.KindString:
		return m.walkString(v.Str())
	case value.KindList:
		l := v.List()
		if err := m.EnterValue(l.Len(), depth); err != nil {
			return err
		}
		for _, item := range l.Slice() {
			if k := item.Kind(); k > value.KindFloat || k == value.KindBigInt {
				if err := m.walkFrom(item, depth+1); err != nil {
					return err
				}
			}
		}
	case value.KindBigInt, value.KindDecimal:
		return m.Charge(DigitCost(v))
	case value.KindOpaque:
		if e, ok := v.Opaque().(Pair); ok {
			key, member := e.Pair()
			if err := m.walkString(key); err != nil {
				return err
			}
			return m.walkFrom(member, depth+1)
		}
	case value.KindMap:
		members := v.Map()
		if err := m.EnterValue(members.Len(), depth); err != nil {
			return err
		}
		for i := range members.Len() {
			if err := m.walkString(members.Key(i)); err != nil {
				return err
			}
			if err := m.walkFrom(members.At(i), depth+1); err != nil {
				return err
			}
		}
	default:
	}
	return nil
}

// ChangeItems returns a list at a depth with what change makes of each item.
func (m *Meter) ChangeItems(l *value.List, depth int, change func(value.Value) (value.Value, error)) (value.Value, error) {
	if err := m.EnterValue(l.Len(), depth); err != nil {
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

// EnterValue charges for the members of a list or map at a depth, and refuses one that is too deep.
func (m *Meter) EnterValue(members, depth int) error {
	if depth > MaxNesting {
		return NewFault(ClassLimit, -1, "value is nested deeper than %d levels", MaxNesting)
	}
	return m.Charge(members + 1)
}

// Pair is an opaque value that holds a key and a value, such as what iterating a map gives.
type Pair interface {
	Pair() (key string, v value.Value)
}

// WalkedText returns the total text bytes seen by the last walk.
func (m *Meter) WalkedText() int { return m.texts }
