package storage

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/lines"
)

func reverseSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.storage.Reverse",
		Aliases: []string{"io.kestra.core.tasks.storages.Reverse"},
		Summary: "Write the lines of a file in reverse order, the last one first.",
		Properties: []flow.Property{
			{Name: "from", Type: flow.String, Required: true, Dynamic: true, Summary: "The URI of the file."},
			{Name: "separator", Type: flow.String, Dynamic: true, Default: "a line feed", Summary: "What is written after each line."},
			{Name: "charset", Type: flow.String, Dynamic: true, Default: "UTF-8", Summary: "The charset of the file: UTF-8, ISO-8859-1 or US-ASCII."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "uri", Type: flow.TypeURI, Summary: "The URI of the file with the lines in reverse order."},
		},
		Example: `id: newest_first
type: io.kestra.plugin.core.storage.Reverse
from: "{{ trigger.body.file }}"
`,
		Compile: func(c *flow.Component) (any, error) {
			return &reverse{from: c.Template("from"), separator: c.Template("separator"), charset: c.Template("charset")}, nil
		},
	}
}

// reverse is io.kestra.plugin.core.storage.Reverse.
type reverse struct {
	from               *pebble.Template
	separator, charset *pebble.Template // may be nil
}

func (r *reverse) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	from, err := r.from.Render(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	separator, err := render(r.separator, c, "\n")
	if err != nil {
		return task.Result{}, err
	}
	charset, err := render(r.charset, c, "UTF-8")
	if err != nil {
		return task.Result{}, err
	}
	encoded, err := encode(separator, charset)
	if err != nil {
		return task.Result{}, err
	}
	f, err := c.Files.Open(ctx, c.Origin, from)
	if err != nil {
		return task.Result{}, err
	}
	defer f.Close()
	uri, err := writeFile(ctx, c, 0, lines.Extension(from), func(to io.Writer) error {
		out := bufio.NewWriterSize(to, reverseBlock)
		if err := reverseLines(ctx, out, f, encoded); err != nil {
			return err
		}
		return out.Flush()
	})
	return ofURI(uri), err
}

// encode returns a text in a charset. The lines themselves are copied as they are: in all of these a line feed is the same byte.
func encode(text, charset string) ([]byte, error) {
	var most rune
	switch strings.ToUpper(charset) {
	case "UTF-8", "UTF8":
		return []byte(text), nil
	case "ISO-8859-1", "LATIN1":
		most = 0xFF
	case "US-ASCII", "ASCII":
		most = 0x7F
	default:
		return nil, fmt.Errorf("charset must be UTF-8, ISO-8859-1 or US-ASCII, is %q", charset)
	}
	var out []byte
	for _, r := range text {
		if r > most {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out, nil
}

// reverseBlock is how much of a file is looked at, and written, at once.
const reverseBlock = 64 << 10

// reverseLines writes the lines of a file from its end, with a separator after each.
func reverseLines(ctx context.Context, to io.Writer, f *task.File, separator []byte) error {
	if f.Size == 0 {
		return nil
	}
	width, err := endsAt(f, f.Size)
	if err != nil {
		return err
	}
	end := f.Size - width // of the line that is looked for; the end of the last one begins no other
	write := func(begin int64) error {
		if _, err := io.Copy(to, io.NewSectionReader(f, begin, end-begin)); err != nil {
			return err
		}
		_, err := to.Write(separator)
		return err
	}
	block := make([]byte, reverseBlock)
	for at := end; at > 0; at = max(0, at-reverseBlock) {
		if err := ctx.Err(); err != nil {
			return err
		}
		from := max(0, at-reverseBlock)
		part := block[:at-from]
		if _, err := f.ReadAt(part, from); err != nil {
			return err
		}
		for i := bytes.LastIndexAny(part, "\r\n"); i >= 0; i = bytes.LastIndexAny(part[:i], "\r\n") {
			begin := from + int64(i) + 1
			if begin > end { // the first half of an end that was found
				continue
			}
			if err := write(begin); err != nil {
				return err
			}
			if width, err = endsAt(f, begin); err != nil {
				return err
			}
			end = begin - width
		}
	}
	return write(0)
}

// endsAt returns how many bytes before at are the end of a line: none, one or two.
func endsAt(f *task.File, at int64) (int64, error) {
	var room [2]byte
	last := room[:min(2, at)]
	if _, err := f.ReadAt(last, at-int64(len(last))); err != nil {
		return 0, err
	}
	switch {
	case bytes.HasSuffix(last, []byte("\r\n")):
		return 2, nil
	case bytes.HasSuffix(last, []byte("\n")), bytes.HasSuffix(last, []byte("\r")):
		return 1, nil
	default:
		return 0, nil
	}
}
