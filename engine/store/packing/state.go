package packing

import (
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Version counts the changes of what this file writes and in which order.
const Version = 1

// Start writes or reads the part of an execution that never changes, but for the variables of its trigger: they are bytes already,
// and most of what there is. [Reader] gets them by themselves.
func (c *Codec) Start(s *execution.Start) {
	c.Text(&s.ID)
	c.Text(&s.Namespace)
	c.Text(&s.FlowID)
	Number(c, &s.Revision)
	Number(c, &s.Core)
	Number(c, &s.Seed)
	c.Text(&s.Trigger.ID)
	c.Text(&s.Trigger.Type)
	c.Text(&s.Trigger.Variables.Ref)
	if c.reading {
		s.Trigger.Variables.JSON = c.variables
	}
	c.Text(&s.Parent.ID)
	Number(c, &s.Parent.Run)
	Number(c, &s.Parent.Attempt)
	Number(c, &s.Parent.Iteration)
	Number(c, &s.Depth)
	c.Text(&s.Origin.ID)
	c.Text(&s.Origin.Before)
	c.Time(&s.Origin.Created)
	Number(c, &s.Origin.Tries)
	c.Datum(&s.Inputs)
	c.Text(&s.Trace)
}

// Head writes or reads the part of an execution as a whole that changes.
func (c *Codec) Head(h *execution.Head) {
	Items(c, &h.Labels, (*Codec).label)
	Items(c, &h.First, (*Codec).label)
	c.Datum(&h.Variables)
	Items(c, &h.History, (*Codec).transition)
	c.Datum(&h.Outputs)
	c.Text((*string)(&h.Exit))
	Number(c, &h.Wait)
	c.Time(&h.Since)
	c.progress(&h.Progress)
	Items(c, &h.Promises, (*Codec).promise)
	Items(c, &h.Asking, Number)
	c.Time(&h.Again)
	c.last(h)
}

// last writes or reads three members as a number, which is negative if there are breakpoints, and those: files that were written before
// there were the others have the first alone.
func (c *Codec) last(h *execution.Head) {
	n := int64(uint32(h.Restarts)) << 1
	if h.Refused {
		n |= 1
	}
	if len(h.Breakpoints) > 0 {
		n = ^n
	}
	Number(c, &n)
	breakpoints := n < 0
	if breakpoints {
		n = ^n
	}
	if c.reading { // what is written is read by others meanwhile
		h.Refused, h.Restarts = n&1 == 1, int32(uint32(n>>1))
	}
	if breakpoints {
		Items(c, &h.Breakpoints, (*Codec).breakpoint)
	}
}

func (c *Codec) breakpoint(b *execution.Breakpoint) {
	c.Text(&b.ID)
	valued := b.Value != nil
	c.Flag(&valued)
	if !valued {
		return
	}
	if c.reading {
		b.Value = new(string)
	}
	c.Text(b.Value)
}

// Run writes or reads a task run.
func (c *Codec) Run(r *execution.Run) {
	c.Text(&r.ID)
	c.Text(&r.TaskID)
	Number(c, &r.Node)
	Number(c, &r.Parent)
	c.Text(&r.Value)
	Number(c, &r.Iteration)
	Items(c, &r.Values, (*Codec).Text)
	Items(c, &r.Children, Number)
	Items(c, &r.History, (*Codec).transition)
	Items(c, &r.Attempts, func(c *Codec, a *execution.Attempt) { Items(c, &a.History, (*Codec).transition) })
	c.Datum(&r.Outputs)
	Number(c, &r.Wait)
	c.Time(&r.Wake)
	c.Time(&r.Deadline)
	c.progress(&r.Progress)
	c.several(&r.Several)
}

func (c *Codec) progress(g *execution.Progress) {
	Number(c, &g.Stage)
	Number(c, &g.Round)
	c.Flag(&g.Asked)
	Number(c, &g.Case)
	Number(c, &g.Next)
	Number(c, &g.Open)
	c.Flag(&g.Broken)
	c.Text((*string)(&g.Worst))
}

func (c *Codec) several(v **execution.Several) {
	there := *v != nil
	c.Flag(&there)
	if !there {
		return
	}
	if c.reading {
		*v = new(execution.Several)
	}
	Number(c, &(*v).Total)
	Number(c, &(*v).Next)
	Items(c, &(*v).Open, Number)
	Items(c, &(*v).Ended, (*Codec).count)
	c.brokenAndAgain(*v)
	c.Flag(&(*v).Alone)
	c.Text(&(*v).Given)
}

// brokenAndAgain writes or reads two members as one number, for the same reason.
func (c *Codec) brokenAndAgain(v *execution.Several) {
	var n int64
	if v.Broken {
		n |= 1
	}
	if v.Again {
		n |= 2
	}
	Number(c, &n)
	if c.reading {
		v.Broken, v.Again = n&1 != 0, n&2 != 0
	}
}

func (c *Codec) count(n *execution.Count) {
	c.Text((*string)(&n.Status))
	Number(c, &n.N)
}

func (c *Codec) promise(p *execution.Promise) {
	c.Time(&p.Due)
	c.Flag(&p.Broken)
}

func (c *Codec) label(l *flow.Label) {
	c.Text(&l.Key)
	c.Text(&l.Value)
}

func (c *Codec) transition(t *execution.Transition) {
	c.Text((*string)(&t.Status))
	c.Time(&t.At)
}

// Line writes or reads a log line with a number, but without its execution.
func (c *Codec) Line(l *execution.LogLine, seq *int64) {
	Number(c, seq)
	c.Text(&l.Run)
	c.Text(&l.Task)
	Number(c, &l.Attempt)
	c.Text(&l.Level)
	c.Time(&l.At)
	c.Text(&l.Message)
}

// Datum writes or reads what is kept of a text.
func (c *Codec) Datum(d *execution.Datum) {
	c.Text(&d.Ref)
	if !c.reading {
		text := d.Kept().JSON
		c.put(int64(len(text)))
		c.bytes = append(c.bytes, text...)
	} else if text := c.take(); text != "" {
		d.JSON = []byte(text)
	}
}
