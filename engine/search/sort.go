package search

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// Hit is what a list is sorted by.
type Hit struct {
	Seq                   int64
	ID, Namespace, FlowID string
	State                 execution.Status
	Start, End            time.Time
}

// HitOf returns that of an execution.
func HitOf(s *execution.Summary) Hit {
	h := s.Head.History
	return Hit{s.Seq, s.ID, s.Namespace, s.FlowID, h.Current(), h.Start(), h.End()}
}

// HitSize is about how many bytes of memory a hit takes.
const HitSize = 320

// Order is an order of hits.
type Order []func(a, b Hit) int

// orders are those of each property that a list is sorted by.
var orders = map[string]func(a, b Hit) int{
	"id":              func(a, b Hit) int { return strings.Compare(a.ID, b.ID) },
	"namespace":       func(a, b Hit) int { return strings.Compare(a.Namespace, b.Namespace) },
	"flowId":          func(a, b Hit) int { return strings.Compare(a.FlowID, b.FlowID) },
	"state.current":   func(a, b Hit) int { return strings.Compare(string(a.State), string(b.State)) },
	"state.startDate": func(a, b Hit) int { return a.Start.Compare(b.Start) },
	"state.endDate":   func(a, b Hit) int { return a.End.Compare(b.End) },
	"state.duration":  func(a, b Hit) int { return cmp.Compare(duration(a), duration(b)) },
}

func duration(h Hit) time.Duration {
	if h.End.IsZero() {
		return 0
	}
	return h.End.Sub(h.Start)
}

// maxOrders is how many properties a list is sorted by at most.
const maxOrders = 8

// ParseOrder reads an order, each as in state.startDate:desc. Of none it is that of acceptance, the newest first, which also decides
// between equals.
func ParseOrder(texts []string) (Order, error) {
	var o Order
	for _, text := range texts {
		for part := range strings.SplitSeq(text, ",") {
			name, direction, _ := strings.Cut(part, ":")
			compare := orders[name]
			if compare == nil {
				return nil, fmt.Errorf("sort: executions are not sorted by %q", name)
			}
			switch strings.ToLower(direction) {
			case "", "asc":
				o = append(o, compare)
			case "desc":
				o = append(o, func(a, b Hit) int { return compare(b, a) })
			default:
				return nil, fmt.Errorf("sort: %q is neither asc nor desc", direction)
			}
			if len(o) > maxOrders {
				return nil, fmt.Errorf("sort: there are more than %d orders", maxOrders)
			}
		}
	}
	return append(o, func(a, b Hit) int { return cmp.Compare(b.Seq, a.Seq) }), nil
}

// Sort sorts hits.
func (o Order) Sort(hits []Hit) {
	slices.SortFunc(hits, func(a, b Hit) int {
		for _, compare := range o {
			if n := compare(a, b); n != 0 {
				return n
			}
		}
		return 0
	})
}
