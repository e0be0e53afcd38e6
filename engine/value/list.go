package value

import (
	"iter"
	"slices"
	"unsafe"
)

// List is an immutable list of values. A nil *List is an empty list.
type List struct {
	items []Value
}

// ListOf returns a list value of items and takes ownership of the slice.
func ListOf(items ...Value) Value {
	return Value{kind: KindList, ptr: unsafe.Pointer(&List{items: items})}
}

// Strings returns a list value of strings.
func Strings(texts []string) Value {
	items := make([]Value, len(texts))
	for i, s := range texts {
		items[i] = String(s)
	}
	return ListOf(items...)
}

// Len returns the number of items.
func (l *List) Len() int {
	if l == nil {
		return 0
	}
	return len(l.items)
}

// At returns item i, counted from 0; it panics when there is none.
func (l *List) At(i int) Value { return l.items[i] }

// All iterates over the items in order.
func (l *List) All() iter.Seq2[int, Value] {
	return slices.All(l.Slice())
}

// Slice returns the items; the caller must not change them.
func (l *List) Slice() []Value {
	if l == nil {
		return nil
	}
	return l.items
}

// Sub returns the list value of items from up to before to, which must be in range; it shares their storage.
func (l *List) Sub(from, to int) Value { return ListOf(l.Slice()[from:to:to]...) }

// Plus is the operator + with a list on its left: a new list of the items of l and, after them, the items of x if x is a list,
// else x itself.
func (l *List) Plus(x Value) Value {
	if x.kind == KindList {
		return ListOf(slices.Concat(l.Slice(), x.List().Slice())...)
	}
	return ListOf(append(slices.Clip(l.Slice()), x)...)
}

// Minus is the operator - with a list on its left: a new list without any item that is
// [Equal] to an item of x if x is a list, else without the first item that is equal to x.
func (l *List) Minus(x Value) Value {
	if x.kind == KindList {
		return ListOf(slices.DeleteFunc(slices.Clone(l.Slice()), setOf(x.List()).Has)...)
	}
	if i := Index(l, x); i >= 0 {
		return ListOf(slices.Concat(l.items[:i], l.items[i+1:])...)
	}
	return ListOf(l.Slice()...)
}
