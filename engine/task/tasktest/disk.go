package tasktest

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Disk has the files of an execution.
type Disk struct {
	t     testing.TB
	Files task.Files
}

// NewDisk returns a disk over a store of files.
func NewDisk(t testing.TB, files task.Files) Disk { return Disk{t, files} }

// Put writes a file of another task than the one that is tested, and returns its URI.
func (d Disk) Put(name, text string) string {
	d.t.Helper()
	o := Origin
	o.Task, o.Run = "before", "1Run"
	f, err := d.Files.Create(context.Background(), o, name)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.WriteString(f, text); err != nil {
		d.t.Fatal(err)
	}
	uri, err := f.Commit()
	if err != nil {
		d.t.Fatal(err)
	}
	return uri
}

// Read returns the text of a file.
func (d Disk) Read(uri string) string {
	d.t.Helper()
	f, err := d.Files.Open(context.Background(), Origin, uri)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}

// Run runs a task with variables, and returns its outputs with the extension and the text of each file in place of its URI.
func (d Disk) Run(specs []flow.Spec, services task.Services, yaml string, variables value.Value) Result {
	d.t.Helper()
	services.Files = d.Files
	r := RunServed(d.t, specs, &services, yaml, value.JSON(variables))
	if r.Err != "" {
		return r
	}
	outputs, err := value.DecodeJSONText(r.Outputs)
	if err != nil {
		d.t.Fatal(err)
	}
	r.Outputs = value.JSON(d.Inlined(outputs))
	return r
}

// Inlined returns outputs with the extension and the text of each file in place of its URI.
func (d Disk) Inlined(v value.Value) value.Value {
	const own = "kestra:///company/team/hello/executions/4Execution/tasks/a/5Run/"
	switch v.Kind() {
	case value.KindString:
		if name, ok := strings.CutPrefix(v.Str(), own); ok {
			_, extension, _ := strings.Cut(name, ".")
			return value.String(extension + ": " + d.Read(v.Str()))
		}
	case value.KindList:
		items := make([]value.Value, v.List().Len())
		for i, item := range v.List().All() {
			items[i] = d.Inlined(item)
		}
		return value.ListOf(items...)
	case value.KindMap:
		m := value.NewMap(v.Map().Len())
		for name, member := range v.Map().All() {
			m.Set(name, d.Inlined(member))
		}
		return value.FromMap(m)
	default:
	}
	return v
}
