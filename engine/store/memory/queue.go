package memory

import "container/heap"

// queue holds items by an order of theirs. Each notes its place in it, so that it can be taken out from anywhere.
type queue[T any] struct {
	items  []T
	before func(a, b T) bool
	at     func(T) *int // its place, counted from 1; 0 while it is not in
}

// add adds an item that is not in.
func (q *queue[T]) add(item T) { heap.Push(q, item) }

// remove takes an item out, if it is in.
func (q *queue[T]) remove(item T) {
	if at := *q.at(item); at != 0 {
		heap.Remove(q, at-1)
	}
}

// first returns the first item; there must be one.
func (q *queue[T]) first() T { return q.items[0] }

// The methods of [heap.Interface].

// Len returns the number of items.
func (q *queue[T]) Len() int { return len(q.items) }

// Less implements [heap.Interface].
func (q *queue[T]) Less(i, j int) bool { return q.before(q.items[i], q.items[j]) }

// Swap implements [heap.Interface].
func (q *queue[T]) Swap(i, j int) {
	q.items[i], q.items[j] = q.items[j], q.items[i]
	*q.at(q.items[i]), *q.at(q.items[j]) = i+1, j+1
}

// Push implements [heap.Interface].
func (q *queue[T]) Push(item any) {
	q.items = append(q.items, item.(T))
	*q.at(item.(T)) = len(q.items)
}

// Pop implements [heap.Interface].
func (q *queue[T]) Pop() any {
	last := len(q.items) - 1
	item := q.items[last]
	clear(q.items[last:])
	q.items = q.items[:last]
	*q.at(item) = 0
	return item
}
