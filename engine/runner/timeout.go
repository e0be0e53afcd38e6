package runner

import (
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// timeout decides how long an attempt may take.
func (a *actor) timeout(e execution.Effect) (message, error) {
	log := a.taskLog(e.Run)
	m := message{event: execution.Event{Kind: execution.Evaluated, Run: e.Run}}
	err := guarded(&log, func() error {
		text, err := a.component(e.Run).Timeout.Expression.Render(&a.pebble)
		if err != nil {
			return err
		}
		m.event.Timeout, err = flow.ParseTimeout(text)
		return err
	})
	_, err, void := evaluated(&a.evaluation, a.spent, err)
	if void != nil {
		return message{}, void
	}
	if err != nil {
		log.Log(task.Error, err.Error())
		m.event.Failed = true
	}
	return m, nil
}

// limit returns how long a task run was allowed to take whose timeout is over; 0 for other events.
func (a *actor) limit(e execution.Event) time.Duration {
	if e.Kind != execution.TimedOut || a.state.Runs[e.Run].Deadline.IsZero() { // or it is too late
		return 0
	}
	r := &a.state.Runs[e.Run]
	return r.Deadline.Sub(r.Attempts[len(r.Attempts)-1].History.Start())
}

// logTimeout writes that a task run was interrupted, in Kestra's words.
func (a *actor) logTimeout(e execution.Event, limit time.Duration) {
	if e.Kind != execution.TimedOut {
		return
	}
	log := a.taskLog(e.Run)
	ms := limit.Milliseconds()
	log.Log(task.Error, fmt.Sprintf("Timeout after %02d:%02d:%02d.%03d", ms/3600000, ms/60000%60, ms/1000%60, ms%1000))
}
