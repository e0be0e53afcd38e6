package admission

import "container/list"

// Queue serves flows in turn, and what one flow has queued first in, first out. It is not safe for concurrent use.
type Queue[T any] struct {
	shared int // how many items of a flow may be out at once beside those of others; 0: any number
	alone  int // how many when no other flow has any, queued or out
	lanes  map[*party]*lane[T]
	turns  list.List // of *lane[T] with items, in the order of their turns
	length int
}

// lane is what one flow has queued, and how much of it is out.
type lane[T any] struct {
	items []T
	out   int
}

// NewQueue returns an empty queue that lets any number of items out.
func NewQueue[T any]() *Queue[T] {
	return &Queue[T]{lanes: make(map[*party]*lane[T])}
}

// Limit says that out of so many servers one flow may have share percent beside other flows, and alone all but an eighth:
// as many of its items are out, until [Queue.Done]. One server is kept for the next flow if there are several.
func (q *Queue[T]) Limit(servers, share int) {
	q.shared = max(1, (servers*share+99)/100)
	q.alone = max(q.shared, servers-max(1, servers/8))
}

// Len returns the number of queued items.
func (q *Queue[T]) Len() int { return q.length }

// Push queues an item of a claim's flow. The claim must be held until the item is out and done.
func (q *Queue[T]) Push(cl *Claim, item T) {
	l := q.lanes[cl.party]
	if l == nil {
		l = new(lane[T])
		q.lanes[cl.party] = l
	}
	if len(l.items) == 0 {
		q.turns.PushBack(l)
	}
	l.items = append(l.items, item)
	q.length++
}

// Pop returns the next item of the flow whose turn it is, passing over flows that have as many out as they may.
func (q *Queue[T]) Pop() (item T, ok bool) {
	most := q.shared
	if len(q.lanes) == 1 {
		most = q.alone
	}
	for turn := q.turns.Front(); turn != nil; turn = turn.Next() {
		l := turn.Value.(*lane[T])
		if most > 0 && l.out >= most {
			continue
		}
		item, l.items[0] = l.items[0], item
		l.items = l.items[1:]
		l.out++
		q.length--
		if len(l.items) > 0 {
			q.turns.MoveToBack(turn)
		} else {
			q.turns.Remove(turn)
		}
		return item, true
	}
	return item, false
}

// Done says that an item of a claim's flow that was out is so no more.
func (q *Queue[T]) Done(cl *Claim) {
	l := q.lanes[cl.party]
	if l.out--; l.out == 0 && len(l.items) == 0 {
		delete(q.lanes, cl.party)
	}
}
