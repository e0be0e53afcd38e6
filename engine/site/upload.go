package site

import (
	"context"
	"fmt"
	"io"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// Files keeps what requests bring for their executions, as long as these are kept.
type Files interface {
	// RequestURI returns the URI that a file has which the execution of o gets from its request.
	RequestURI(o task.Origin, name string) (string, error)

	// CreateOfRequest begins such a file. What an execution has that does not begin goes by Forget.
	CreateOfRequest(ctx context.Context, o task.Origin, name string) (task.NewFile, error)
	Forget(namespace, flowID, id string)

	// Open opens a file.
	Open(ctx context.Context, o task.Origin, uri string) (*task.File, error)
}

// placeBody says what the execution is to have of the body of the request, unless that is all of it, as text.
func (c *call) placeBody() {
	if err := c.delivery.Broken(); err != nil {
		c.log().Warn("the parts of a multipart body could not be read, so it is a text and nothing more", zap.Error(err))
	}
	if fetch := c.trigger.Fetch(); fetch != webhook.FetchText || c.delivery.IsForm() {
		c.delivery.Place(fetch, c.fileURI)
	}
}

// ownFiles says whose the files of the request are.
func (c *call) ownFiles() task.Origin {
	o := c.origin()
	o.Execution = c.Execution().ID
	return o
}

// fileURI returns the URI of a file of the request. It can be told before there is the file: that is written when the execution is to
// begin.
func (c *call) fileURI(name string) string {
	uri, err := c.site.host.Files().RequestURI(c.ownFiles(), name)
	if err != nil { // never: the name is ours
		c.logError("a file of a request has no URI", zap.Error(err))
	}
	return uri
}

// copyBytes is about what the copy of one file takes while it is written.
const copyBytes = 64 << 10

// writeFiles writes the files of the request, whose URIs the execution is about to know. An error leaves none.
func (c *call) writeFiles(ctx context.Context) error {
	c.handOn()
	if !c.delivery.HasFiles() {
		return nil
	}
	if err := c.claim.Take(copyBytes); err != nil {
		return err
	}
	defer c.claim.Give(copyBytes)
	keep := context.WithoutCancel(ctx) // it has all been received: the execution begins, whether somebody waits for the answer or not
	o, files := c.ownFiles(), c.site.host.Files()
	c.filed = true
	err := c.delivery.WriteFiles(func(name string, content io.Reader) error { return writeFile(keep, files, o, name, content) })
	if err != nil {
		c.forgetFiles()
		return fmt.Errorf("files of the request: %w", err)
	}
	return nil
}

// forgetFiles removes the files of a request whose execution does not begin.
func (c *call) forgetFiles() {
	if c.filed {
		c.filed = false
		c.site.host.Files().Forget(c.trigger.Flow.Namespace, c.trigger.Flow.ID, c.Execution().ID)
	}
}
