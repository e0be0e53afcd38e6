package runner

import (
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// assertions decides which assertions of `sla` do not hold. One that cannot be evaluated counts as one that holds.
func (a *actor) assertions() (message, error) {
	log := a.log()
	m := message{event: execution.Event{Kind: execution.Evaluated, Run: execution.RootRow}}
	for i, sla := range a.plan.Flow().SLAs {
		if !a.state.Asserts(a.plan, i) {
			continue
		}
		var text string
		err := guarded(&log, func() (err error) {
			text, err = sla.Assert.Render(&a.pebble)
			return err
		})
		_, err, void := evaluated(&a.evaluation, a.spent, err)
		switch {
		case void != nil:
			return message{}, void
		case err != nil:
			log.Log(task.Error, "Ignoring SLA '"+sla.ID+"' because of the error: "+err.Error())
		case !pebble.Truthy(text):
			m.event.Broken = append(m.event.Broken, int32(i))
		}
	}
	return m, nil
}

// logBreaches writes which promises of `sla` an event has broken, in Kestra's words.
func (a *actor) logBreaches(e *execution.Event) {
	broken := e.Broken
	if e.Kind == execution.Overdue {
		broken = []int32{e.Attempt}
	}
	for _, i := range broken {
		if !a.state.Promises[i].Broken { // the execution has ended before
			return
		}
		sla := a.plan.Flow().SLAs[i]
		text := "SLA '" + sla.ID + "' violated: "
		if sla.Kind == flow.MaxDuration {
			took := value.AppendDuration(nil, e.At.Sub(a.state.History.Start()))
			text += "execution duration of " + string(took) + " exceed the maximum duration of " + string(value.AppendDuration(nil, sla.Duration)) + "."
		} else {
			text += "assertion is false: " + sla.Text + "."
		}
		log := a.log()
		log.Log(task.Warn, text)
		if sla.Behavior == flow.FailBySLA {
			log.Log(task.Error, "Execution failed due to "+text)
		}
	}
}
