package runner

import (
	"context"
	"math"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// Executions that wait for a place go by the flow as it is now, not as it was when they were started: else a limit that was raised
// would let newcomers pass them by, and one that was lowered would not hold.

// noLimit is the number of places of a flow that has no `concurrency` any more, as long as executions wait that began to when it had.
const noLimit = math.MaxInt

// Renew says that a flow has this plan from now on. Executions that wait for a place take those that there are more.
func (r *Runner) Renew(ctx context.Context, p *execution.Plan) error {
	key, limit := p.PlaceKey(), noLimit
	if place, limited := p.Place(); limited {
		limit = place.Limit
	}
	r.mu.Lock()
	before, waiting := r.limits[key], r.lines[key]
	if limit != noLimit || waiting > 0 {
		r.limits[key] = limit
	} else {
		delete(r.limits, key)
	}
	r.mu.Unlock()
	if waiting == 0 || before >= limit {
		return nil
	}
	place := []execution.Place{{Key: key, Limit: limit}}
	for range min(waiting, limit) { // a place that is taken and given back makes the one due that has waited longest
		if err := r.store.Commit(ctx, &execution.Batch{Take: place, Give: place, Else: &execution.Batch{}}); err != nil {
			return err
		}
	}
	r.wakeNow()
	return nil
}

// placeOf returns the place that an execution of a plan needs, of as many as there are now; false if it needs none.
func (r *Runner) placeOf(p *execution.Plan) (execution.Place, bool) {
	place, limited := p.Place()
	if !limited {
		return place, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if limit, ok := r.limits[place.Key]; ok {
		place.Limit = limit
	}
	return place, true
}
