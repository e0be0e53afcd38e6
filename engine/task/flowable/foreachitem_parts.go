package flowable

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/ion"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/lines"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func splitPart() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    forEachItemType + "$ForEachItemSplit",
		Compile: nothing, // it is compiled with the whole
		Outputs: []flow.TaskOutput{{Name: "splits", Type: flow.TypeURI, Summary: "The URI of a file with the URIs of the batches, one in each line."}},
	}
}

// itemSplit divides the file into batches.
type itemSplit struct {
	items *pebble.Template
	by    *lines.Split
}

// storage is what the URIs of files of executions begin with.
const storage = "kestra://"

// Run implements [task.Task].
func (s *itemSplit) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	from, err := s.items.Render(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	if !strings.HasPrefix(from, storage) {
		return task.Result{}, fmt.Errorf("Unable to split the items from %s, this is not an internal storage URI!", from) //nolint:staticcheck // Kestra's words
	}
	list, err := c.Files.Create(ctx, c.Origin, "splits.txt")
	if err != nil {
		return task.Result{}, err
	}
	defer list.Close()
	out, before := bufio.NewWriter(list), ""
	err = s.by.Run(ctx, c, from, func(uri string) error {
		_, err := out.WriteString(before + uri)
		before = "\n"
		return err
	})
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return task.Result{}, err
	}
	uri, err := list.Commit()
	return task.Result{Outputs: value.MapOf("splits", value.String(uri))}, err
}

func itemsPart() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    forEachItemType + "$ForEachItemExecutable",
		Compile: nothing,
		Outputs: []flow.TaskOutput{
			{Name: "subflowOutputsBaseUri", Type: flow.TypeString, Summary: "Where the outputs of the executions are."},
			{Name: "iterations", Type: flow.TypeJSON, Summary: "How many of the executions are in which state."},
			{Name: "numberOfBatches", Type: flow.TypeInt, Summary: "How many batches there are."},
		},
		Shape: flow.ShapeChildren,
		Branches: func(c *flow.Component) flow.Branches {
			return flow.Branches{Transmit: !c.Has("transmitFailed") || c.Bool("transmitFailed"), Limit: itemsAtOnce}
		},
		Check: checkCall,
	}
}

// itemCalls starts an execution for each batch.
type itemCalls struct {
	call  *call
	split string // the id of the task that has made the batches
}

// Several implements [task.Children].
func (i *itemCalls) Several(ctx context.Context, c *task.Context) (task.Several, error) {
	several := task.Several{Wait: i.call.wait}
	err := i.eachBatch(ctx, c, func(string) bool {
		several.Number++
		return true
	})
	if err != nil {
		return several, err
	}
	uri, err := c.Files.URI(c.Origin, outputsName(0))
	base := strings.TrimSuffix(strings.TrimPrefix(uri, storage), "/"+outputsName(0))
	several.Outputs = value.MapOf("subflowOutputsBaseUri", value.String(base))
	return several, err
}

// eachBatch calls f with the URIs of the batches, the first one first, as long as it returns true.
func (i *itemCalls) eachBatch(ctx context.Context, c *task.Context, f func(uri string) bool) error {
	list, err := c.Files.Open(ctx, c.Origin, outputOf(c, i.split, "splits").Str())
	if err != nil {
		return err
	}
	defer list.Close()
	lines := bufio.NewScanner(list)
	for lines.Scan() && f(lines.Text()) {
	}
	return lines.Err()
}

// Anew reports whether an attempt that goes on starts other executions.
func (i *itemCalls) Anew() bool { return i.call.anew }

// Call implements [task.Children]. The names of batches follow from their numbers, see [lines.Split.Run]: of all the list of them only
// the first one is read.
func (i *itemCalls) Call(ctx context.Context, c *task.Context, number int) (task.Call, error) {
	first := ""
	err := i.eachBatch(ctx, c, func(uri string) bool {
		first = uri
		return false
	})
	if err != nil {
		return task.Call{}, err
	}
	folder, name := path.Split(first)
	o := c.Origin
	o.Run = path.Base(folder)
	_, extension, _ := strings.Cut(name, task.FileName(o, 0, ""))
	return i.call.render(aboutBatch(c, folder+task.FileName(o, number, extension), number))
}

// Ended implements [task.Children]: the outputs of an execution become a file.
func (i *itemCalls) Ended(ctx context.Context, c *task.Context, number int, outputs *value.Map) error {
	m := new(meter.Meter)
	m.Reset(&outputsLimits, nil) // they are there already, and bounded
	text, err := ion.Text(m, value.FromMap(outputs))
	if err != nil {
		return err
	}
	f, err := c.Files.Create(ctx, c.Origin, outputsName(number))
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.WriteString(f, text+"\n"); err != nil {
		return err
	}
	_, err = f.Commit()
	return err
}

// outputsLimits bound the work for the outputs of one execution.
var outputsLimits = meter.Limits{Steps: 100_000_000, OutputBytes: 1 << 30, RangeItems: 100_000_000, Depth: 1_000, Memory: 1 << 30}

// outputsName is the name of the file with the outputs of an execution.
func outputsName(number int) string { return strconv.Itoa(number) + ".ion" }

func mergePart() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    forEachItemType + "$ForEachItemMergeOutputs",
		Compile: nothing,
		Outputs: []flow.TaskOutput{{Name: "subflowOutputs", Type: flow.TypeURI, Summary: "The URI of a file with the outputs of the executions, as Ion, one in each line."}},
	}
}

// itemMerge joins the outputs of the executions.
type itemMerge struct {
	waited bool   // there may be outputs
	items  string // the id of the task that has started the executions
}

// Run implements [task.Task].
func (m *itemMerge) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	if !m.waited {
		return task.Result{}, nil
	}
	base := storage + outputOf(c, m.items, "subflowOutputsBaseUri").Str() + "/"
	all := joined{context: ctx, task: c}
	defer all.close()
	for number := range outputOf(c, m.items, "numberOfBatches").Int() {
		if err := all.add(base + outputsName(int(number))); err != nil {
			return task.Result{}, err
		}
	}
	if all.file == nil {
		return task.Result{}, nil
	}
	uri, err := all.file.Commit()
	return task.Result{Outputs: value.MapOf("subflowOutputs", value.String(uri))}, err
}

// joined is a file with the outputs of executions.
type joined struct {
	context context.Context //nolint:containedctx // of the attempt that joins them
	task    *task.Context
	file    task.NewFile // nil while there are none
}

// add adds the outputs of an execution, if it has some.
func (j *joined) add(uri string) error {
	one, err := j.task.Files.Open(j.context, j.task.Origin, uri)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer one.Close()
	if j.file == nil {
		if j.file, err = j.task.Files.Create(j.context, j.task.Origin, "outputs.ion"); err != nil {
			return err
		}
	}
	_, err = io.Copy(j.file, one)
	return err
}

func (j *joined) close() {
	if j.file != nil {
		_ = j.file.Close()
	}
}

// outputOf returns an output of a task beside the one that runs, in the same rounds of the loops around them.
func outputOf(c *task.Context, id, name string) value.Value {
	outputs, _ := c.Pebble.Vars.Get("outputs")
	v, _ := outputs.Map().Get(id)
	parents, _ := c.Pebble.Vars.Get("parents")
	for i := parents.List().Len() - 1; i >= 0; i-- { // the outermost one first
		run, _ := parents.List().At(i).Map().Get("taskrun")
		loop, _ := run.Map().Get("value")
		v, _ = v.Map().Get(loop.Str())
	}
	v, _ = v.Map().Get(name)
	return v
}

// aboutBatch returns what the expressions of a batch see: its URI and its number in `taskrun`.
func aboutBatch(c *task.Context, uri string, number int) *task.Context {
	before, _ := c.Pebble.Vars.Get("taskrun")
	run := value.NewMap(before.Map().Len() + 2)
	for name, member := range before.Map().All() {
		run.Set(name, member)
	}
	run.Set("items", value.String(uri))
	run.Set("iteration", value.Int(int64(number)))
	about, language := *c, *c.Pebble
	language.Vars = value.DrawMap(batchVariables{c.Pebble.Vars, value.FromMap(run)})
	about.Pebble = &language
	return &about
}

// batchVariables are variables with another `taskrun`.
type batchVariables struct {
	others  *value.Map
	taskRun value.Value
}

// Get implements [value.Source].
func (v batchVariables) Get(name string) (value.Value, bool) {
	if name == "taskrun" {
		return v.taskRun, true
	}
	return v.others.Get(name)
}

// Has implements [value.Source].
func (v batchVariables) Has(name string) bool { return name == "taskrun" || v.others.Has(name) }

// Map implements [value.Source].
func (v batchVariables) Map() *value.Map {
	m := value.NewMap(v.others.Len())
	for name, member := range v.others.All() {
		m.Set(name, member)
	}
	m.Set("taskrun", v.taskRun)
	return m
}
