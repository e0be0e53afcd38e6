package process

import (
	"bytes"
	"io"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// piece is how many bytes of a stream are read at once.
const piece = 32 << 10

// ReadLines hands the lines of a stream to yield until it ends. A line ends with a line feed, a carriage return, or both, as Java reads
// them. It holds at most one line of [task.MaxCommandLine] bytes.
func ReadLines(from io.Reader, stderr bool, yield func(task.CommandLine)) {
	readLines(from, task.MaxCommandLine, stderr, yield)
}

// readLines is [ReadLines] for lines of so many bytes.
func readLines(from io.Reader, most int, stderr bool, yield func(task.CommandLine)) {
	var line []byte // the beginning of one whose end has not come
	cut, returned := false, false
	flush := func() {
		yield(task.CommandLine{Text: strings.ToValidUTF8(string(line), "\uFFFD"), Stderr: stderr, Cut: cut})
		if cap(line) > 2*piece {
			line = nil
		}
		line, cut = line[:0], false
	}
	buffer := make([]byte, piece)
	for {
		n, err := from.Read(buffer)
		for rest := buffer[:n]; len(rest) > 0; {
			if returned && rest[0] == '\n' {
				rest, returned = rest[1:], false
				continue
			}
			returned = false
			end := bytes.IndexByte(rest, '\n')
			text := rest
			if end >= 0 {
				text = rest[:end]
			}
			if first := bytes.IndexByte(text, '\r'); first >= 0 {
				end, text = first, text[:first]
			}
			if room := most - len(line); len(text) > room {
				text, cut = text[:room], true
			}
			line = append(line, text...)
			if end < 0 {
				break
			}
			returned = rest[end] == '\r'
			rest = rest[end+1:]
			flush()
		}
		if err != nil {
			if len(line) > 0 {
				flush()
			}
			return
		}
	}
}
