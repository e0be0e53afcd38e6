package cel

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// insertFunction is what the macros transformMap and transformMapEntry put members into their map with.
const insertFunction = "cel.@mapInsert"

// memberCost is what putting a member into a map takes: it is found there first, and the map is copied when the macro ends.
var memberCost = cost{work: 4, bytes: 8 * itemBytes}

// insertPrice is the price of putting a key and a value, or all members of another map, into a map. A map that the library
// cannot change in place is copied for it.
func insertPrice(a *arguments) (cost, error) {
	members, text := 1, 2*length(a[1]) // an error may repeat the key
	if a[2] == nil {
		m, ok := a[1].(traits.Mapper)
		if !ok {
			return cost{work: 1}, nil
		}
		members = int(m.Size().(types.Int))
		if err := checkItems(members); err != nil {
			return cost{work: 1}, err
		}
		for it := m.Iterator(); it.HasNext() == types.True; {
			text += 2 * length(it.Next())
		}
	}
	copied := members
	if target, ok := a[0].(traits.Mapper); ok {
		if _, inPlace := a[0].(traits.MutableMapper); !inPlace {
			copied += int(target.Size().(types.Int)) * members
		}
	}
	return cost{copied*memberCost.work + text/textUnit, copied*memberCost.bytes + 2*text}, nil
}

// insert puts a key and a value, or all members of another map, into a map. The library's own binding looks at the types of its
// arguments first, and for that lists all keys of the map, each time.
func insert(_ *meter, a *arguments) ref.Val {
	target, ok := a[0].(traits.Mapper)
	if !ok {
		return noOverload("transformMap")
	}
	if a[2] != nil {
		return types.InsertMapKeyValue(target, a[1], a[2])
	}
	members, ok := a[1].(traits.Mapper)
	if !ok {
		return noOverload("transformMapEntry")
	}
	for it := members.Iterator(); it.HasNext() == types.True; {
		key := it.Next()
		inserted := types.InsertMapKeyValue(target, key, members.Get(key))
		if target, ok = inserted.(traits.Mapper); !ok {
			return inserted
		}
	}
	return target
}
