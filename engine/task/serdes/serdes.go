package serdes

import (
	"bufio"
	"context"
	"errors"
	"io"

	"golang.org/x/text/encoding"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/ion"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/charset"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec {
	return []flow.Spec{csvToIonSpec(), ionToCsvSpec(), jsonToIonSpec(), ionToJSONSpec()}
}

// The properties that all tasks have.
var (
	fromProperty    = flow.Property{Name: "from", Type: flow.String, Required: true, Dynamic: true, Summary: "The URI of the file."}
	charsetProperty = flow.Property{Name: "charset", Type: flow.String, Dynamic: true, Default: "UTF-8", Summary: "The charset of the text."}
	outputs         = []flow.TaskOutput{
		{Name: "uri", Type: flow.TypeURI, Summary: "The URI of the file that was written."},
		{Name: "size", Type: flow.TypeInt, Summary: "How many rows it has, a header not counted."},
	}
)

var errNoServer = errors.New("the task cannot run here: it needs a server")

// conversion is what the tasks have in common.
type conversion struct{ from, charset setting.Setting }

func newConversion(c *flow.Component) (conversion, error) {
	v := conversion{setting.Of(&c.Members, "from"), setting.Of(&c.Members, "charset")}
	if name, constant := v.charset.Constant(); constant {
		if _, err := charset.Named(name); err != nil {
			return v, c.Errorf("charset", "%w", err)
		}
	}
	return v, nil
}

// render returns the URI of the file, and its charset; nil is UTF-8.
func (v *conversion) render(c *task.Context) (from string, e encoding.Encoding, err error) {
	if c.Services == nil || c.Files == nil {
		return "", nil, errNoServer
	}
	if from, err = v.from.Trimmed(c); err != nil {
		return "", nil, err
	}
	name, err := v.charset.Trimmed(c)
	if err != nil {
		return "", nil, err
	}
	e, err = charset.Named(name)
	return from, e, err
}

// open opens the file as UTF-8, without the mark of the order of bytes that may stand at its beginning. It is to be closed.
func (v *conversion) open(ctx context.Context, c *task.Context) (io.Reader, io.Closer, error) {
	from, e, err := v.render(c)
	if err != nil {
		return nil, nil, err
	}
	f, err := c.Files.Open(ctx, c.Origin, from)
	if err != nil {
		return nil, nil, err
	}
	var in io.Reader = f
	if e != nil {
		in = e.NewDecoder().Reader(in)
	}
	buffered := bufio.NewReaderSize(in, 64<<10)
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" {
		_, _ = buffered.Discard(3)
	}
	return buffered, f, nil
}

// write writes the file of the task run, and returns what the task gives. The function rows says how many there are.
func write(ctx context.Context, c *task.Context, extension string, e encoding.Encoding, rows func(to *bufio.Writer) (int64, error)) (task.Result, error) {
	f, err := c.Files.Create(ctx, c.Origin, task.FileName(c.Origin, 0, extension))
	if err != nil {
		return task.Result{}, err
	}
	defer func() { _ = f.Close() }()
	var to io.Writer = f
	var encoder io.Closer
	if e != nil {
		w := e.NewEncoder().Writer(f)
		to = w
		if closer, ok := w.(io.Closer); ok {
			encoder = closer
		}
	}
	out := bufio.NewWriterSize(to, 64<<10)
	size, err := rows(out)
	if err != nil {
		return task.Result{}, err
	}
	if err := out.Flush(); err != nil {
		return task.Result{}, err
	}
	if encoder != nil {
		if err := encoder.Close(); err != nil {
			return task.Result{}, err
		}
	}
	uri, err := f.Commit()
	return task.Result{Outputs: value.MapOf("uri", value.String(uri), "size", value.Int(size))}, err
}

// writeIon writes a value as a line of Ion.
func writeIon(m *meter.Meter, to *bufio.Writer, v value.Value) error {
	text, err := ion.Text(m, v)
	if err != nil {
		return err
	}
	if _, err := to.WriteString(text); err != nil {
		return err
	}
	return to.WriteByte('\n')
}
