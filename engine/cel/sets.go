package cel

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// The functions of sets, which compare numbers exactly and charge what they walk over, where the library's do neither.

func setsContains(m *meter, a *arguments) ref.Val {
	return onSets(a, func(list, sub traits.Lister) bool { return m.containsAll(list, sub) })
}

func setsEquivalent(m *meter, a *arguments) ref.Val {
	return onSets(a, func(x, y traits.Lister) bool { return m.containsAll(x, y) && m.containsAll(y, x) })
}

func setsIntersects(m *meter, a *arguments) ref.Val {
	return onSets(a, func(x, y traits.Lister) bool {
		for i := range count(x) {
			m.spend(1)
			if m.contains(y, x.Get(types.Int(i))) {
				return true
			}
		}
		return false
	})
}

func onSets(a *arguments, holds func(x, y traits.Lister) bool) ref.Val {
	x, ok1 := a[0].(traits.Lister)
	y, ok2 := a[1].(traits.Lister)
	if !ok1 || !ok2 {
		return noOverload("sets")
	}
	return types.Bool(holds(x, y))
}

func (m *meter) containsAll(list, sub traits.Lister) bool {
	for i := range count(sub) {
		m.spend(1)
		if !m.contains(list, sub.Get(types.Int(i))) {
			return false
		}
	}
	return true
}

// meteredPrice is only high enough to get a meter, to which the call then charges what it does.
func meteredPrice(*arguments) (cost, error) { return cost{work: freeCallWork + 1}, nil }

// meteredCalls are the functions that charge their work while they run, since only then it is known.
var meteredCalls = map[string]operation{
	"parseYAML": parseYAML, "marshalJSON": marshalJSON,
	"sets.contains": setsContains, "sets.equivalent": setsEquivalent, "sets.intersects": setsIntersects,
}
