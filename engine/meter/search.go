package meter

import "github.com/caddy-kestra/kestra-webhook/engine/value"

// ChargeLookup charges for looking for b in a: lists are searched in linear time, texts byte by byte.
func (m *Meter) ChargeLookup(a, b value.Value) error {
	switch a.Kind() {
	case value.KindString:
		if err := m.WalkText(b); err != nil {
			return err
		}
		return m.ChargeSearch(a.Str(), b.Str())
	case value.KindList:
		if err := m.Walk(a); err != nil {
			return err
		}
		return m.Walk(b)
	case value.KindMap:
		return m.Charge(len(b.Str()) / TextPerStep)
	default:
		return nil
	}
}

// ChargeSearch charges for looking for a part in a text.
func (m *Meter) ChargeSearch(text, part string) error {
	if len(part) == 1 {
		return m.Charge(len(text) / TextPerStep)
	}
	return m.ChargeText(text)
}
