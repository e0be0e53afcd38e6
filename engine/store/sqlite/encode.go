package sqlite

import (
	"fmt"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/packing"
)

// encoded is a batch with what is kept of it as bytes.
type encoded struct {
	*execution.Batch
	accepts   []encodedState
	writes    []encodedState
	lines     []*encodedLines // of executions that are neither accepted nor written
	otherwise *encoded        // Batch.Else
}

// encodedState is a new execution, or what has changed of one.
type encodedState struct {
	start []byte
	head  []byte // nil: it has not changed
	rows  []encodedRow
	lines *encodedLines // nil: none
	refs  bool          // it names values that are kept apart, and can be replaced
}

// encodedRow is a task run.
type encodedRow struct {
	row  int32
	data []byte
}

func encode(b *execution.Batch) *encoded {
	if b == nil {
		return nil
	}
	e := &encoded{Batch: b, accepts: make([]encodedState, len(b.Accept)), writes: make([]encodedState, len(b.Write)), otherwise: encode(b.Else)}
	for i := range b.Accept {
		st := b.Accept[i].State
		rows := make([]encodedRow, len(st.Runs))
		for row := range st.Runs {
			rows[row] = encodeRow(int32(row), &st.Runs[row])
		}
		e.accepts[i] = encodedState{
			start: encodeStart(&st.Start), head: encodeHead(&st.Head), rows: rows,
			refs: refsOfHead(&st.Head) || slices.ContainsFunc(st.Runs, func(r execution.Run) bool { return r.Outputs.Ref != "" }),
		}
	}
	for i := range b.Write {
		c := &b.Write[i].Changes
		rows := make([]encodedRow, len(c.Rows))
		for n := range c.Rows {
			rows[n] = encodeRow(c.Rows[n].Row, c.Rows[n].Run)
		}
		e.writes[i].rows = rows
		if c.Head != nil {
			e.writes[i].head = encodeHead(c.Head)
		}
		e.writes[i].refs = c.Head != nil && refsOfHead(c.Head) || slices.ContainsFunc(c.Rows, func(r execution.Row) bool { return r.Run.Outputs.Ref != "" })
	}
	for _, l := range encodeLogs(b.Logs) {
		if to := e.state(l.execution); to != nil {
			to.lines = l
		} else {
			e.lines = append(e.lines, l)
		}
	}
	return e
}

// state returns what is accepted or written of an execution; nil: nothing.
func (e *encoded) state(id string) *encodedState {
	for i := range e.Accept {
		if e.Accept[i].State.ID == id {
			return &e.accepts[i]
		}
	}
	for i := range e.Write {
		if e.Write[i].ID == id {
			return &e.writes[i]
		}
	}
	return nil
}

// tells reports whether the insertion of the one execution that is accepted tells if the batch was kept before: there is nothing else to look at.
func (e *encoded) tells() bool {
	return len(e.Accept) == 1 && e.Delivery == nil && len(e.Write) == 0 && len(e.Signals) == 0 && len(e.lines) == 0 && len(e.Take) == 0
}

// What is encoded begins with a byte that says by which version of package packing.

func newCodec(room int) packing.Codec {
	return packing.Writer(append(make([]byte, 0, room), packing.Version))
}

// codecOf returns a codec that reads data, which it does not share.
func codecOf(data []byte) (packing.Codec, error) {
	if len(data) == 0 || data[0] != packing.Version {
		return packing.Codec{}, packing.ErrBroken
	}
	return packing.Reader(string(data[1:]), nil), nil
}

func encodeStart(s *execution.Start) []byte {
	variables := s.Trigger.Variables.Kept().JSON
	c := newCodec(256 + len(variables) + len(s.Inputs.JSON))
	c.Start(s)
	c.Data(&variables)
	return c.Bytes()
}

func decodeStart(data []byte, s *execution.Start) error {
	c, err := codecOf(data)
	if err != nil {
		return err
	}
	c.Start(s)
	if c.Data(&s.Trigger.Variables.JSON); len(s.Trigger.Variables.JSON) == 0 {
		s.Trigger.Variables.JSON = nil
	}
	return c.Err()
}

func encodeHead(h *execution.Head) []byte {
	c := newCodec(256 + len(h.Variables.JSON) + len(h.Outputs.JSON))
	c.Head(h)
	return c.Bytes()
}

func decodeHead(data []byte, h *execution.Head) error {
	c, err := codecOf(data)
	if err != nil {
		return err
	}
	c.Head(h)
	return c.Err()
}

// refsOfHead reports whether a head names values that are kept apart.
func refsOfHead(h *execution.Head) bool { return h.Variables.Ref != "" || h.Outputs.Ref != "" }

func encodeRow(row int32, r *execution.Run) encodedRow {
	c := newCodec(192 + len(r.Outputs.JSON))
	c.Run(r)
	return encodedRow{row, c.Bytes()}
}

func decodeRun(data []byte, r *execution.Run) error {
	c, err := codecOf(data)
	if err != nil {
		return err
	}
	c.Run(r)
	return c.Err()
}

// decodeRow puts a task run into its row. Rows before it that were never written are empty.
func decodeRow(st *execution.State, row int32, data []byte) error {
	if row < 0 || row > maxRow {
		return fmt.Errorf("row %d of task runs", row)
	}
	for int(row) >= len(st.Runs) {
		st.Runs = append(st.Runs, execution.Run{})
	}
	return decodeRun(data, &st.Runs[row])
}

// maxRow is more rows than an execution has, so that a broken file takes no memory.
const maxRow = 10_000_000
