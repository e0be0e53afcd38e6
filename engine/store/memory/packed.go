package memory

import (
	"bytes"
	"unsafe"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/packing"
)

// Executions that have ended are kept as bytes. There are thousands of them, and the garbage collector would follow every
// pointer in every one of them at each of its turns; of bytes it looks at none.

// packed is an execution as bytes.
type packed struct {
	text      []byte // all but the variables; empty: nothing is packed
	variables []byte // of the trigger: most of what there is, and bytes already
}

// reader returns a codec that reads p, whose texts are p's own memory.
func (p *packed) reader() packing.Codec {
	return packing.Reader(unsafe.String(unsafe.SliceData(p.text), len(p.text)), p.variables)
}

// packLimit is up to which size, in bytes, estimated, an execution is packed: that is done with the lock held.
const packLimit = 64 << 10

// pack packs e.
func (s *Store) pack(e *entry) {
	if e.state == nil || e.bytes > packLimit {
		return
	}
	before := e.size()
	e.packed = pack(nil, e.state, func(c *packing.Codec) { packing.Items(c, &e.runs, keptRun) })
	e.state, e.runs = nil, nil
	s.grow(e, e.size()-before)
}

// packNew packs an execution that is accepted when it has ended already, without a copy of it.
func packNew(room []byte, st *execution.State) packed {
	return pack(room, st, func(c *packing.Codec) {
		packing.Items(c, &st.Runs, func(c *packing.Codec, r *execution.Run) {
			there := true
			c.Flag(&there)
			c.Run(r)
		})
	})
}

// pack packs a state, whose task runs f writes, into room if that is enough.
func pack(room []byte, st *execution.State, f func(c *packing.Codec)) packed {
	c := packing.Writer(room[:0])
	c.Start(&st.Start)
	c.Head(&st.Head)
	f(&c)
	return packed{c.Bytes(), st.Trigger.Variables.Kept().JSON}
}

// lendCodec returns a codec that writes, until it is taken back.
func (s *Store) lendCodec() *packing.Codec {
	if c, ok := s.codecs.Get().(*packing.Codec); ok {
		return c
	}
	return new(packing.Codec)
}

func (s *Store) takeBack(c *packing.Codec) {
	*c = packing.Writer(c.Bytes()[:0])
	s.codecs.Put(c)
}

// unpack undoes pack.
func (s *Store) unpack(e *entry) {
	if e.state != nil {
		return
	}
	before := e.size()
	e.unpack()
	s.grow(e, e.size()-before)
}

func (e *entry) unpack() {
	e.state = new(execution.State)
	c := e.packed.reader()
	c.Start(&e.state.Start)
	c.Head(&e.state.Head)
	packing.Items(&c, &e.runs, keptRun)
	e.packed = packed{}
}

// keepVariables makes the packed variables of the trigger the entry's own: until then they are those of the state that was accepted.
func (e *entry) keepVariables() { e.packed.variables = bytes.Clone(e.packed.variables) }

// keptRun writes or reads a task run as an entry holds it. One that is nil was never written, but later ones were.
func keptRun(c *packing.Codec, r **execution.Run) {
	there := *r != nil
	c.Flag(&there)
	if !there {
		return
	}
	if c.Reading() {
		*r = new(execution.Run)
	}
	c.Run(*r)
}
