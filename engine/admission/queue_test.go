package admission

import (
	"slices"
	"testing"
)

func TestQueueServesFlowsInTurn(t *testing.T) {
	c := New(Limits{})
	claims := map[string]*Claim{}
	for _, flow := range []string{"a", "b", "c"} {
		claims[flow] = c.Claim(flow)
	}
	tests := []struct {
		name    string
		servers int      // 0: no limit
		push    []string // flow and number
		want    []string // "" for none; "-a" for an item of a that is done
	}{
		{"one flow in its order", 0, []string{"a1", "a2", "a3"}, []string{"a1", "a2", "a3", ""}},
		{"flows in turn", 0, []string{"a1", "a2", "a3", "b1", "c1", "c2"}, []string{"a1", "b1", "c1", "a2", "c2", "a3", ""}},
		{"alone a flow leaves one server", 4, []string{"a1", "a2", "a3", "a4"}, []string{"a1", "a2", "a3", "", "-a", "a4"}},
		{"beside another it has half", 4, []string{"a1", "a2", "a3", "b1"}, []string{"a1", "b1", "a2", "", "-a", "a3"}},
		{"and more when that has gone", 4, []string{"a1", "a2", "a3", "b1"}, []string{"a1", "b1", "a2", "", "-b", "a3"}},
		{"the only server is for all", 1, []string{"a1", "a2", "b1"}, []string{"a1", "b1", "", "-a", "a2", ""}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			q := NewQueue[string]()
			if test.servers > 0 {
				q.Limit(test.servers, DefaultShare)
			}
			for _, item := range test.push {
				q.Push(claims[item[:1]], item)
			}
			if q.Len() != len(test.push) {
				t.Errorf("%d are queued", q.Len())
			}
			var got []string
			for _, want := range test.want {
				if len(want) == 2 && want[0] == '-' {
					q.Done(claims[want[1:]])
					got = append(got, want)
					continue
				}
				item, _ := q.Pop()
				got = append(got, item)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestQueueForgetsFlows checks that flows which have nothing queued or out cost nothing.
func TestQueueForgetsFlows(t *testing.T) {
	c := New(Limits{})
	q := NewQueue[int]()
	for i := range 100 {
		cl := c.Claim(string(rune('a' + i)))
		q.Push(cl, i)
		if got, ok := q.Pop(); !ok || got != i {
			t.Fatalf("popped %d, %v", got, ok)
		}
		q.Done(cl)
		cl.Release()
	}
	if len(q.lanes) != 0 || q.turns.Len() != 0 || q.Len() != 0 {
		t.Errorf("%d lanes, %d turns and %d items are left", len(q.lanes), q.turns.Len(), q.Len())
	}
}
