package memory

import (
	"encoding/binary"
	"time"
	"unsafe"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Executions that have ended are kept as bytes. There are thousands of them, and the garbage collector would follow every
// pointer in every one of them at each of its turns; of bytes it looks at none.

// packed is an execution as bytes.
type packed struct {
	text      []byte // all but the variables; empty: nothing is packed
	variables []byte // of the trigger: most of what there is, and bytes already
}

// reader returns a codec that reads p, whose texts are p's own memory.
func (p *packed) reader() codec {
	return codec{reading: true, rest: unsafe.String(unsafe.SliceData(p.text), len(p.text)), variables: p.variables}
}

// packLimit is up to which size, in bytes, estimated, an execution is packed: that is done with the lock held.
const packLimit = 64 << 10

// pack packs e.
func (s *Store) pack(e *entry) {
	if e.state == nil || e.bytes > packLimit {
		return
	}
	before := e.size()
	e.packed = pack(nil, e.state, func(c *codec) { items(c, &e.runs, (*codec).keptRun) })
	e.state, e.runs = nil, nil
	s.grow(e, e.size()-before)
}

// packNew packs an execution that is accepted when it has ended already, without a copy of it.
func packNew(room []byte, st *execution.State) packed {
	return pack(room, st, func(c *codec) {
		items(c, &st.Runs, func(c *codec, r *execution.Run) {
			there := true
			c.flag(&there)
			c.run(r)
		})
	})
}

// pack packs a state, whose task runs f writes, into room if that is enough.
func pack(room []byte, st *execution.State, f func(c *codec)) packed {
	c := codec{bytes: room[:0]}
	c.head(&st.Start, &st.Head)
	f(&c)
	return packed{c.bytes, st.Trigger.Variables.Kept().JSON}
}

// lendCodec returns a codec that writes, until it is taken back.
func (s *Store) lendCodec() *codec {
	if c, ok := s.codecs.Get().(*codec); ok {
		return c
	}
	return new(codec)
}

func (s *Store) takeBack(c *codec) {
	c.bytes = c.bytes[:0]
	s.codecs.Put(c)
}

// unpack undoes pack.
func (s *Store) unpack(e *entry) {
	if e.state != nil {
		return
	}
	before := e.size()
	e.state = new(execution.State)
	c := e.packed.reader()
	c.head(&e.state.Start, &e.state.Head)
	items(&c, &e.runs, (*codec).keptRun)
	e.packed = packed{}
	s.grow(e, e.size()-before)
}

// codec writes values one after the other, or reads them in the same order.
type codec struct {
	reading   bool
	bytes     []byte // what was written
	rest      string // what is left to be read; it does not change
	variables []byte // of the trigger, of what is read
}

// head writes or reads all of an execution but its task runs, which come after it.
func (c *codec) head(s *execution.Start, h *execution.Head) {
	c.text(&s.ID)
	c.text(&s.Namespace)
	c.text(&s.FlowID)
	number(c, &s.Revision)
	number(c, &s.Core)
	number(c, &s.Seed)
	c.text(&s.Trigger.ID)
	c.text(&s.Trigger.Type)
	c.text(&s.Trigger.Variables.Ref)
	if c.reading {
		s.Trigger.Variables.JSON = c.variables
	}
	c.text(&s.Parent.ID)
	number(c, &s.Parent.Run)
	number(c, &s.Parent.Attempt)
	number(c, &s.Parent.Iteration)
	number(c, &s.Depth)
	c.text(&s.Origin.ID)
	c.time(&s.Origin.Created)
	number(c, &s.Origin.Tries)
	c.datum(&s.Inputs)

	items(c, &h.Labels, (*codec).label)
	c.datum(&h.Variables)
	items(c, &h.History, (*codec).transition)
	c.datum(&h.Outputs)
	c.text((*string)(&h.Exit))
	number(c, &h.Wait)
	c.time(&h.Since)
	c.progress(&h.Progress)
	items(c, &h.Promises, (*codec).promise)
	items(c, &h.Asking, number)
	c.time(&h.Again)
	c.flag(&h.Refused)
}

// keptRun writes or reads a task run as an entry holds it. One that is nil was never written, but later ones were.
func (c *codec) keptRun(r **execution.Run) {
	there := *r != nil
	c.flag(&there)
	if !there {
		return
	}
	if c.reading {
		*r = new(execution.Run)
	}
	c.run(*r)
}

func (c *codec) run(r *execution.Run) {
	c.text(&r.ID)
	c.text(&r.TaskID)
	number(c, &r.Node)
	number(c, &r.Parent)
	c.text(&r.Value)
	number(c, &r.Iteration)
	items(c, &r.Values, (*codec).text)
	items(c, &r.Children, number)
	items(c, &r.History, (*codec).transition)
	items(c, &r.Attempts, func(c *codec, a *execution.Attempt) { items(c, &a.History, (*codec).transition) })
	c.datum(&r.Outputs)
	number(c, &r.Wait)
	c.time(&r.Wake)
	c.time(&r.Deadline)
	c.progress(&r.Progress)
	c.several(&r.Several)
}

func (c *codec) progress(g *execution.Progress) {
	number(c, &g.Stage)
	number(c, &g.Round)
	c.flag(&g.Asked)
	number(c, &g.Case)
	number(c, &g.Next)
	number(c, &g.Open)
	c.flag(&g.Broken)
	c.text((*string)(&g.Worst))
}

func (c *codec) several(v **execution.Several) {
	there := *v != nil
	c.flag(&there)
	if !there {
		return
	}
	if c.reading {
		*v = new(execution.Several)
	}
	number(c, &(*v).Total)
	number(c, &(*v).Next)
	items(c, &(*v).Open, number)
	items(c, &(*v).Ended, (*codec).count)
	c.flag(&(*v).Broken)
	c.flag(&(*v).Alone)
	c.text(&(*v).Given)
}

func (c *codec) count(n *execution.Count) {
	c.text((*string)(&n.Status))
	number(c, &n.N)
}

func (c *codec) promise(p *execution.Promise) {
	c.time(&p.Due)
	c.flag(&p.Broken)
}

func (c *codec) label(l *flow.Label) {
	c.text(&l.Key)
	c.text(&l.Value)
}

func (c *codec) transition(t *execution.Transition) {
	c.text((*string)(&t.Status))
	c.time(&t.At)
}

func (c *codec) datum(d *execution.Datum) {
	c.text(&d.Ref)
	if !c.reading {
		text := d.Kept().JSON
		c.put(int64(len(text)))
		c.bytes = append(c.bytes, text...)
	} else if text := c.take(); text != "" {
		d.JSON = []byte(text)
	}
}

// data writes or reads bytes. What is read must not be changed.
func (c *codec) data(b *[]byte) {
	if c.reading {
		text := c.take()
		*b = unsafe.Slice(unsafe.StringData(text), len(text)) // its own memory
		return
	}
	c.put(int64(len(*b)))
	c.bytes = append(c.bytes, *b...)
}

func (c *codec) text(s *string) {
	if c.reading {
		*s = c.take()
		return
	}
	c.put(int64(len(*s)))
	c.bytes = append(c.bytes, *s...)
}

// take reads a text.
func (c *codec) take() string {
	n := c.varint()
	text := c.rest[:n]
	c.rest = c.rest[n:]
	return text
}

// time writes or reads a time in UTC.
func (c *codec) time(t *time.Time) {
	seconds, nanoseconds := t.Unix(), t.Nanosecond()
	number(c, &seconds)
	number(c, &nanoseconds)
	if c.reading {
		*t = time.Unix(seconds, int64(nanoseconds)).UTC()
	}
}

func (c *codec) flag(b *bool) {
	n := 0
	if *b {
		n = 1
	}
	number(c, &n)
	if c.reading { // what is written is read by others meanwhile
		*b = n == 1
	}
}

// number writes or reads a whole number.
func number[T ~int | ~int32 | ~int64 | ~uint8 | ~uint64](c *codec, n *T) {
	if c.reading {
		*n = T(c.varint())
	} else {
		c.put(int64(*n))
	}
}

// put writes a whole number; most are small.
func (c *codec) put(n int64) {
	if n >= 0 && n < 1<<6 {
		c.bytes = append(c.bytes, byte(n<<1)) // as AppendVarint does
		return
	}
	c.bytes = binary.AppendVarint(c.bytes, n)
}

func (c *codec) varint() int64 {
	var room [binary.MaxVarintLen64]byte
	n, length := binary.Varint(room[:copy(room[:], c.rest)])
	c.rest = c.rest[length:]
	return n
}

// items writes or reads a list, each item by f. An empty list becomes nil.
func items[L ~[]T, T any](c *codec, list *L, f func(*codec, *T)) {
	n := len(*list)
	number(c, &n)
	if c.reading && n > 0 {
		*list = make(L, n)
	}
	for i := range *list {
		f(c, &(*list)[i])
	}
}
