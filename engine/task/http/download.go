package http

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// unlimited is the limit of a download whose task has none: the storage for files has one.
const unlimited = 1 << 50

func downloadSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.http.Download",
		Aliases: []string{"io.kestra.plugin.fs.http.Download"},
		Summary: "Send a request to another server, and keep its answer as a file of the execution.",
		Properties: properties(
			flow.Property{Name: "failOnEmptyResponse", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "An answer without a body is a failure."},
			flow.Property{Name: "saveAs", Type: flow.String, Dynamic: true, Summary: "The name of the file. Default: the one that the answer names, else a number with the extension of the address."},
		),
		Outputs: []flow.TaskOutput{
			{Name: "uri", Type: flow.TypeString, Summary: "The URI of the file."},
			{Name: "code", Type: flow.TypeInt, Summary: "The code of the answer."},
			{Name: "length", Type: flow.TypeInt, Summary: "How many bytes the file has."},
			{Name: "headers", Type: flow.TypeJSON, Summary: "The headers of the answer: names in lower case, with lists of values."},
		},
		Example: `id: orders
type: io.kestra.plugin.core.http.Download
uri: "https://files.example.com/orders/{{ trigger.body.day }}.csv"
`,
		Compile: func(c *flow.Component) (any, error) {
			q, err := newCall(c)
			if err != nil {
				return nil, err
			}
			q.most = unlimited
			return &download{q, setting.Of(&c.Members, "failOnEmptyResponse"), setting.Of(&c.Members, "saveAs")}, nil
		},
	}
}

// download is io.kestra.plugin.core.http.Download.
type download struct {
	call                *call
	failOnEmpty, saveAs setting.Setting
}

func (d *download) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	failOnEmpty, err := d.failOnEmpty.OnOff(c, true)
	if err != nil {
		return task.Result{}, err
	}
	saveAs, err := d.saveAs.Trimmed(c)
	if err != nil {
		return task.Result{}, err
	}
	a, err := d.call.send(ctx, c)
	if err != nil {
		return task.Result{}, err
	}
	defer func() { _ = a.Body.Close() }()
	if c.Files == nil {
		return task.Result{}, errNoServer
	}
	file, err := c.Files.Create(ctx, c.Origin, a.fileName(c, saveAs))
	if err != nil {
		return task.Result{}, err
	}
	defer func() { _ = file.Close() }()
	length, err := io.Copy(file, a.Body)
	if err != nil {
		return task.Result{}, err
	}
	if length == 0 {
		if err := d.empty(c, a, failOnEmpty); err != nil {
			return task.Result{}, err
		}
	}
	uri, err := file.Commit()
	if err != nil {
		return task.Result{}, err
	}
	c.Log.Log(task.Debug, "File '"+a.uri+"' downloaded with size '"+strconv.FormatInt(length, 10)+"'")
	return task.Result{Outputs: value.MapOf(
		"uri", value.String(uri), "code", value.Int(int64(a.Code)), "length", value.Int(length), "headers", headers(a.Header),
	)}, nil
}

// empty says what becomes of an answer without a body.
func (d *download) empty(c *task.Context, a *answer, fail bool) error {
	if !fail {
		c.Log.Log(task.Warn, "File '"+a.uri+"' is empty")
		return nil
	}
	if allowed, err := d.call.options.allowFailed.OnOff(c, false); err != nil || allowed {
		return err
	}
	return errors.New("No response from server") //nolint:staticcheck // Kestra's words
}

// fileName returns the name of the file: the one that the task says, or the server, or a number.
func (a *answer) fileName(c *task.Context, saveAs string) string {
	if name := cleanName(saveAs); name != "" {
		return name
	}
	if says := a.Header.Get("Content-Disposition"); says != "" {
		_, parameters, err := mime.ParseMediaType(says)
		if name := cleanName(parameters["filename"]); name != "" {
			return name
		}
		if err != nil {
			c.Log.Log(task.Debug, "Unable to parse the Content-Disposition header: "+headerText(says))
		}
	}
	return task.FileName(c.Origin, 0, extension(a.uri))
}

// cleanName returns the last part of a path as the name of a file, with + for blanks as in Kestra; "" if there is none.
func cleanName(name string) string {
	name = strings.ToValidUTF8(name, "\ufffd")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '+'
		case r < ' ' || r == 0x7f:
			return -1
		default:
			return r
		}
	}, name)
	const longest = 200 // bytes
	if name == "." || name == ".." || len(name) > longest {
		return ""
	}
	return name
}

// extension returns the extension of the path of an address, with its dot.
func extension(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return ".tmp"
	}
	if ext := cleanName(path.Ext(u.Path)); len(ext) > 1 {
		return ext
	}
	return ".tmp"
}
