package handon

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Type is that of the task. No flow writes it.
const Type = "kestra.HandOn"

// Spec returns the spec of the task that hands the request of an execution on.
func Spec() *flow.Spec {
	return &flow.Spec{
		Kind: flow.KindTask, Type: Type,
		Summary: "Hand the request of the execution on to the Kestra behind this server.",
		Outputs: []flow.TaskOutput{
			{Name: "code", Type: flow.TypeInt, Summary: "The status of the answer."},
			{Name: "headers", Type: flow.TypeJSON, Summary: "Its headers: names with lists of values."},
			{Name: "body", Type: flow.TypeString, Summary: "Its body, if that is text."},
			{Name: "bodyBase64", Type: flow.TypeString, Summary: "Its body, if that is no text."},
			{Name: "sealed", Type: flow.TypeString, Summary: "Its body as it came, encrypted, if the key stands in it; `body` is without that."},
			{Name: "executionId", Type: flow.TypeString, Summary: "The execution that was started there, if the answer names one."},
			{Name: "state", Type: flow.TypeString, Summary: "The state of that one when it was answered."},
		},
		Compile: func(*flow.Component) (any, error) { return &handOn{now: time.Now}, nil },
		Check:   func(f *flow.Flow, c *flow.Component, _ flow.Report) { c.Compiled.(*handOn).flow = f },
	}
}

// handOn is the task. It sends the request until it is taken, within the time of one attempt: between two sendings that waits for a time,
// and holds no worker.
type handOn struct {
	flow *flow.Flow
	now  func() time.Time // that of expressions stands still while an attempt lasts
}

func (h *handOn) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	if c.Services == nil || c.Upstream == nil {
		return task.Result{}, errors.New("there is no Kestra to hand the request on to: the option `upstream` says where it is")
	}
	var take func(int64) error
	if c.Pebble.Memory != nil {
		take = c.Pebble.Memory.Take
	}
	answer, err := c.Upstream.HandOn(ctx, c.Origin, take)
	switch {
	case errors.Is(err, task.ErrNoRequest), ctx.Err() != nil:
		return task.Result{}, err
	case err != nil:
		return h.again(c, err.Error(), 0, task.Result{})
	}
	if take != nil {
		const copies = 2 // as text: to read it, and for the outputs
		if err := take(copies * int64(len(answer.Body))); err != nil {
			return task.Result{}, err
		}
		if err := c.Pebble.ChargeJSON(string(answer.Body)); err != nil {
			return task.Result{}, err
		}
	}
	ran := h.ran(answer)
	out := outputs(answer, ran)
	says := "the Kestra behind answered " + strconv.Itoa(answer.Code)
	if ran.ID != "" {
		says += ", with the execution " + ran.ID
	}
	taken := ran.Whether || answer.Code < http.StatusMultipleChoices
	result := task.Result{Outputs: value.FromMap(out)}
	if taken {
		c.Log.Log(task.Info, says)
		return result, nil
	}
	result.Exit = flow.Failed // with the answer, which an error would drop
	if answer.Code >= http.StatusInternalServerError || answer.Code == http.StatusTooManyRequests {
		return h.again(c, says, retryAfter(answer.Header, h.now()), result)
	}
	c.Log.Log(task.Error, says+", which is final")
	return result, nil
}

// longestPause bounds the time until a request is sent again.
const longestPause = 5 * time.Minute

// again lets the attempt wait until the request is sent again, and not before a time that the answer asks for, but once more at the end of
// the time to try it. When that is over, it ends with the result, which without an answer is an error.
func (h *handOn) again(c *task.Context, says string, atLeast time.Duration, failed task.Result) (task.Result, error) {
	now := h.now()
	wake := pause(c, now)
	if asked := now.Add(atLeast); asked.After(wake) {
		wake = asked
	}
	_, patience := c.Upstream.Retry()
	end := c.Begun.Add(patience)
	if wake.After(end) {
		wake = end
	}
	if !now.Before(end) {
		says += ", and the time to try it again is over: hand_on_retry is " + patience.String()
		if failed.Exit == "" {
			return task.Result{}, errors.New(says)
		}
		c.Log.Log(task.Error, says)
		return failed, nil
	}
	c.Log.Log(task.Warn, says+"; the request is sent again at "+string(value.AppendInstant(nil, wake)))
	return task.Result{Wake: wake}, nil
}

// Later returns until when the attempt waits because so many requests are on their way to the Kestra behind, or wait for that, that there
// is no room for another one. Nothing was tried, so it does not end by that.
func (h *handOn) Later(c *task.Context) time.Time {
	wake := pause(c, h.now())
	c.Log.Log(task.Info, "many requests wait for the Kestra behind; this one is sent at "+string(value.AppendInstant(nil, wake)))
	return wake
}

// pause returns until when an attempt waits now: for as long as the request was tried so far, so that each pause is twice the one before.
func pause(c *task.Context, now time.Time) time.Time {
	shortest, _ := c.Upstream.Retry()
	d := min(max(now.Sub(c.Begun), shortest), longestPause)
	d += time.Duration(float64(d) / 4 * float64(c.Pebble.Seed>>11) / (1 << 53)) // so that not all come at once
	return now.Add(d)
}

// retryAfter returns how long an answer asks to wait, in seconds or until a date; 0: it does not.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
