package http

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// event is one of a stream of events of a server.
type event struct {
	data, comment []byte
	id, name      string
	retry         time.Duration
	hasData       bool
}

// shortLine is how many bytes of a line are read before it needs more memory.
const shortLine = 128

// readEvents calls each for every event of a stream that has data, as browsers read it: https://html.spec.whatwg.org/#server-sent-events.
//
// The memory that lines take is charged to m.
func readEvents(r io.Reader, m *meter.Meter, each func(event) error) error {
	var e event
	lines := bufio.NewReader(r)
	for {
		line, err := readLine(lines, m)
		if errors.Is(err, io.EOF) && line == "" {
			return nil // what no empty line ends is no event
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if line != "" {
			e.read(strings.ToValidUTF8(line, "\ufffd"))
			continue
		}
		if e.hasData {
			if err := each(e); err != nil {
				return err
			}
		}
		e = event{}
	}
}

// readLine returns a line without its end, which may be \n, \r\n or \r. With [io.EOF] it is the last one, which had no end.
func readLine(r *bufio.Reader, m *meter.Meter) (string, error) {
	var line []byte
	for {
		b, err := r.ReadByte()
		switch {
		case err != nil:
			return string(line), err
		case b == '\n':
			return string(line), nil
		case b == '\r':
			if next, err := r.Peek(1); err == nil && next[0] == '\n' {
				_, _ = r.Discard(1)
			}
			return string(line), nil
		}
		if len(line) == cap(line) {
			if err := m.Allocate(2*cap(line) + shortLine); err != nil {
				return "", err
			}
			line = append(make([]byte, 0, 2*cap(line)+shortLine), line...)
		}
		line = append(line, b)
	}
}

// read takes a line of an event.
func (e *event) read(line string) {
	field, text, _ := strings.Cut(line, ":")
	text = strings.TrimPrefix(text, " ")
	switch field {
	case "":
		e.comment = joined(e.comment, text, len(e.comment) > 0)
	case "data":
		e.data, e.hasData = joined(e.data, text, e.hasData), true
	case "event":
		e.name = text
	case "id":
		if !strings.ContainsRune(text, 0) {
			e.id = text
		}
	case "retry":
		if ms, err := strconv.ParseUint(text, 10, 31); err == nil {
			e.retry = time.Duration(ms) * time.Millisecond
		}
	}
}

// members is how many members an event may have.
const members = 5

// joined adds a line to others: an event may have very many.
func joined(lines []byte, line string, others bool) []byte {
	if others {
		lines = append(lines, '\n')
	}
	return append(lines, line...)
}

// value returns the event as an output has it. Data that is JSON is what it means. Its memory is charged to budget.
func (e *event) value(budget *meter.Meter) (value.Value, error) {
	if err := budget.ChargeMembers(members); err != nil {
		return value.Null, err
	}
	text := string(e.data)
	if err := budget.ChargeJSON(text); err != nil {
		return value.Null, err
	}
	data, err := value.DecodeJSONText(text)
	if err != nil {
		data = value.String(text)
	}
	m := value.NewMap(members)
	m.Set("data", data)
	for _, member := range []struct{ name, text string }{{"id", e.id}, {"name", e.name}, {"comment", string(e.comment)}} {
		if member.text != "" {
			m.Set(member.name, value.String(member.text))
		}
	}
	if e.retry != 0 {
		m.Set("retry", value.String(string(value.AppendDuration(nil, e.retry))))
	}
	return value.FromMap(m), nil
}
