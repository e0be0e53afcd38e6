package serdes

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/lines"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

var newLineProperty = flow.Property{Name: "newLine", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "The JSON file has a value in each line; otherwise it is one list of them."}

func jsonToIonSpec() flow.Spec {
	return flow.Spec{
		Kind:       flow.KindTask,
		Type:       "io.kestra.plugin.serdes.json.JsonToIon",
		Aliases:    []string{"io.kestra.plugin.serdes.json.JsonReader"},
		Summary:    "Turn a JSON file into one of Ion, a row each.",
		Properties: []flow.Property{fromProperty, charsetProperty, newLineProperty},
		Outputs:    outputs,
		Example: `id: rows
type: io.kestra.plugin.serdes.json.JsonToIon
from: "{{ trigger.body.file }}"
newLine: false
`,
		Compile: func(c *flow.Component) (any, error) {
			v, err := newConversion(c)
			return &jsonToIon{v, setting.Of(&c.Members, "newLine")}, err
		},
	}
}

// jsonToIon is io.kestra.plugin.serdes.json.JsonToIon.
type jsonToIon struct {
	conversion
	newLine setting.Setting
}

func (t *jsonToIon) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	newLine, err := t.newLine.OnOff(c, true)
	if err != nil {
		return task.Result{}, err
	}
	in, file, err := t.open(ctx, c)
	if err != nil {
		return task.Result{}, err
	}
	defer func() { _ = file.Close() }()
	rows := &rowReader{context: ctx, from: in, task: c, most: maxRow}
	return write(ctx, c, ".ion", nil, func(to *bufio.Writer) (size int64, err error) {
		meters := lines.NewMeters(c)
		each := func(text []byte) error {
			rows.next()
			size++
			row := string(text)
			if err := rows.take(int64(meter.JSONBytes(row))); err != nil {
				return err
			}
			v, err := value.DecodeJSONText(row)
			if err != nil {
				return err
			}
			return writeIon(meters.Next(), to, v)
		}
		eachOf := eachItem
		if newLine {
			eachOf = eachLine
		}
		err = eachOf(rows, each)
		return size, err
	})
}

// eachLine calls each for the lines that are not blank.
func eachLine(in io.Reader, each func(text []byte) error) error {
	s := bufio.NewScanner(in)
	s.Buffer(nil, maxRow+1)
	for n := 1; s.Scan(); n++ {
		if len(bytes.TrimSpace(s.Bytes())) == 0 {
			continue
		}
		if err := each(s.Bytes()); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return s.Err()
}

// eachItem calls each for the items of a list, or for the one value that there is.
func eachItem(in io.Reader, each func(text []byte) error) error {
	buffered := bufio.NewReader(in)
	first, err := firstByte(buffered)
	if err != nil {
		return err
	}
	d := json.NewDecoder(buffered)
	if first == '[' {
		if _, err := d.Token(); err != nil {
			return err
		}
	}
	for n := 0; first != '[' && n == 0 || first == '[' && d.More(); n++ {
		var raw json.RawMessage
		err := d.Decode(&raw)
		if err == nil {
			err = each(raw)
		}
		if err != nil {
			return fmt.Errorf("item %d: %w", n, err)
		}
	}
	if first == '[' {
		if _, err := d.Token(); err != nil {
			return fmt.Errorf("the list has no end: %w", err)
		}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the file has more than one value: see newLine")
	}
	return nil
}

// firstByte returns the first byte that is no blank, and leaves it unread.
func firstByte(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return 0, errors.New("the file is empty")
		case err != nil:
			return 0, err
		case b != ' ' && b != '\t' && b != '\n' && b != '\r':
			return b, r.UnreadByte()
		}
	}
}
