package meter

import "github.com/caddy-kestra/kestra-webhook/engine/value"

// DigitCost is what an operation on a number costs, in steps, beyond what it does on one of 64 bits.
func DigitCost(v value.Value) int {
	switch v.Kind() {
	case value.KindBigInt:
		return v.BigInt().BitLen() / 16
	case value.KindDecimal:
		unscaled, scale, _ := v.Decimal()
		return 10 + unscaled.BitLen()/16 + max(scale, -scale)/4
	default:
		return 0
	}
}

// SetCost is what putting an item into a set costs, in steps.
const SetCost = 4

// ComparedPerStep is how many bytes of two texts are compared, to find which comes first, in the time of a step.
const ComparedPerStep = 128

// SlicedPerStep is how many items of a list are taken as a part of it, without a copy, in the time of a step.
const SlicedPerStep = 32

// ChargeNumber charges for reading a number that may have thousands of digits; of other values nothing is read.
func (m *Meter) ChargeNumber(v value.Value) error {
	if k := v.Kind(); k == value.KindBigInt || k == value.KindDecimal {
		return m.Charge(DigitCost(v))
	}
	return nil
}

// ChargeNumbers charges for comparing two numbers.
func (m *Meter) ChargeNumbers(a, b value.Value) error {
	if err := m.ChargeNumber(a); err != nil {
		return err
	}
	return m.ChargeNumber(b)
}

// ChargeKeys charges for putting the members of maps into another one.
func (m *Meter) ChargeKeys(maps ...*value.Map) error {
	n := 0
	for _, members := range maps {
		n += SetCost * members.Len()
		for _, key := range members.Keys() {
			n += len(key) / TextPerStep
		}
	}
	return m.Charge(n)
}

// MergeMap returns a map with the members of a and, in their places or behind them, those of b.
func (m *Meter) MergeMap(a, b *value.Map) (value.Value, error) {
	if err := m.ChargeItems(a.Len() + b.Len()); err != nil {
		return value.Null, err
	}
	if err := m.ChargeKeys(a, b); err != nil {
		return value.Null, err
	}
	if err := m.ChargeMembers(a.Len() + b.Len()); err != nil {
		return value.Null, err
	}
	out := value.NewMap(a.Len() + b.Len())
	for key, member := range a.All() {
		out.Set(key, member)
	}
	for key, member := range b.All() {
		out.Set(key, member)
	}
	return value.FromMap(out), nil
}
