package sqlite

import (
	"encoding/binary"
	"encoding/json"
	"slices"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/packing"
)

// Log lines that one commit adds to an execution stand together. The first ones are in its row, as long as they are small, since that is
// written anyway: one text after the other, each behind the number of its first line and its length. All others are rows of their own.

// inlineLines is how many bytes of log lines are in the row of their execution at most: it is written as a whole with each change.
const inlineLines = 2 << 10

// encodedLines are the log lines that a commit adds to an execution.
type encodedLines struct {
	execution string
	count     int
	text      keptLines
}

// keptLines are log lines as they are kept: a text, and the number of the first one, from which the others are counted.
type keptLines struct {
	first int64
	data  []byte
}

// encodeLogs returns the lines of a batch, by their execution. The writer numbers them.
func encodeLogs(logs []execution.LogLine) (all []*encodedLines) {
	for from := range logs {
		id := logs[from].Execution
		if slices.ContainsFunc(all, func(l *encodedLines) bool { return l.execution == id }) {
			continue
		}
		var lines []execution.LogLine
		for _, l := range logs[from:] {
			if l.Execution == id {
				l.Seq = int64(len(lines))
				lines = append(lines, l)
			}
		}
		all = append(all, &encodedLines{execution: id, count: len(lines), text: encodeLines(lines, 0)})
	}
	return all
}

// encodeLines returns lines as they are kept, of which the first one has or had a number.
func encodeLines(lines []execution.LogLine, first int64) keptLines {
	size := 0
	for i := range lines {
		size += 128 + len(lines[i].Message)
	}
	c := newCodec(size)
	packing.Items(&c, &lines, func(c *packing.Codec, l *execution.LogLine) {
		seq := l.Seq - first
		c.Line(l, &seq)
	})
	return keptLines{first, c.Bytes()}
}

// decode returns the lines, which are those of an execution.
func (k keptLines) decode(id string) (lines []execution.LogLine, err error) {
	if len(k.data) > 0 && k.data[0] == '[' {
		return decodeJSONLines(id, k.data)
	}
	c, err := codecOf(k.data)
	if err != nil {
		return nil, err
	}
	packing.Items(&c, &lines, func(c *packing.Codec, l *execution.LogLine) {
		c.Line(l, &l.Seq)
		l.Execution = id
		l.Seq += k.first
	})
	return lines, c.Err()
}

// decodeJSONLines reads lines as files of version 1 have them: JSON, with their numbers.
func decodeJSONLines(id string, data []byte) ([]execution.LogLine, error) {
	var kept []struct {
		Seq     int64
		Run     string
		Task    string
		Attempt int32
		Level   string
		At      time.Time
		Message string
	}
	if err := json.Unmarshal(data, &kept); err != nil {
		return nil, err
	}
	lines := make([]execution.LogLine, len(kept))
	for i, l := range kept {
		lines[i] = execution.LogLine{
			Execution: id, Seq: l.Seq, Run: l.Run, Task: l.Task, Attempt: l.Attempt, Level: l.Level, At: l.At, Message: l.Message,
		}
	}
	return lines, nil
}

// appendLines adds lines to those that are in the row of an execution.
func appendLines(inline []byte, k keptLines) []byte {
	inline = binary.AppendUvarint(inline, uint64(k.first))
	inline = binary.AppendUvarint(inline, uint64(len(k.data)))
	return append(inline, k.data...)
}

// parts returns the lines of a row of a log, by commit. What is in the row of an execution has the number 0.
func (k keptLines) parts() ([]keptLines, error) {
	if k.first > 0 {
		return []keptLines{k}, nil
	}
	return splitLines(k.data)
}

// splitLines undoes appendLines.
func splitLines(inline []byte) (all []keptLines, err error) {
	for len(inline) > 0 {
		first, n := binary.Uvarint(inline)
		if n <= 0 {
			return nil, packing.ErrBroken
		}
		size, m := binary.Uvarint(inline[n:])
		if m <= 0 || size > uint64(len(inline)-n-m) {
			return nil, packing.ErrBroken
		}
		end := n + m + int(size)
		all = append(all, keptLines{int64(first), inline[n+m : end]})
		inline = inline[end:]
	}
	return all, nil
}
