package notice

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Notice is what a task has to say which execution its message is about, and what it tells beside.
type Notice struct {
	execution, message setting.Setting
	fields             *pebble.Structure
}

// Properties are those of a [Notice].
func Properties() []flow.Property {
	return []flow.Property{
		{Name: "executionId", Type: flow.String, Dynamic: true, Default: "{{ execution.id }}", Summary: "The execution that the message is about."},
		{Name: "customMessage", Type: flow.String, Dynamic: true, Summary: "Text that stands before the rest."},
		{Name: "customFields", Type: flow.Map, Dynamic: true, JSONText: true, Summary: "Values that are told beside the others, by their names."},
	}
}

// New compiles the properties.
func New(c *flow.Component) Notice {
	return Notice{setting.Of(&c.Members, "executionId"), setting.Of(&c.Members, "customMessage"), c.Structure("customFields")}
}

// Facts are what is known of an execution.
type Facts struct {
	task.About
	ID       string
	Duration string // as in 00:01:02.500
	Link     string // where Kestra's user interface would show it; empty: the server does not know its own address
	Message  string
	Fields   *value.Map
}

// Facts returns what the message tells.
func (n *Notice) Facts(ctx context.Context, c *task.Context) (Facts, error) {
	f := Facts{ID: c.Origin.Execution}
	if c.Services == nil || c.Executions == nil {
		return f, errors.New("the task cannot run here: it needs a server")
	}
	var err error
	if n.execution.Written() {
		if f.ID, err = n.execution.Trimmed(c); err != nil {
			return f, err
		}
	}
	if f.About, err = c.Executions.About(ctx, f.ID); err != nil {
		return f, err
	}
	if f.Message, err = n.message.Text(c); err != nil {
		return f, err
	}
	if f.Fields, err = setting.Map(c, "customFields", n.fields); err != nil {
		return f, err
	}
	end := f.End
	if end.IsZero() {
		end = c.Pebble.Now
	}
	f.Duration = clock(end.Sub(f.Start))
	if kestra, ok := c.Pebble.Vars.Get("kestra"); ok {
		if base, ok := kestra.Map().Get("url"); ok {
			f.Link = strings.TrimRight(base.Str(), "/") + "/ui/" + flow.Tenant + "/executions/" + f.Flow.Namespace + "/" + f.Flow.ID + "/" + f.ID
		}
	}
	return f, nil
}

// clock returns a duration as hours, minutes, seconds and milliseconds.
func clock(d time.Duration) string {
	d = max(d, 0)
	return fmt.Sprintf("%02d:%02d:%02d.%03d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60, d.Milliseconds()%1000)
}

// Title names the flow and says what state the execution is in.
func (f *Facts) Title() string {
	return fmt.Sprintf("[%s] %s ➛ %s", f.Flow.Namespace, f.Flow.ID, f.Status)
}

// Outcome says in a few words how it went. Code is put around the id of a task.
func (f *Facts) Outcome(code string) string {
	if f.Failed {
		return "Failed on task " + code + f.Last + code + " after " + f.Duration
	}
	return "Succeeded after " + f.Duration
}
