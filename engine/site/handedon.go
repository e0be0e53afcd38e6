package site

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// handOn keeps the request for the Kestra behind this server, if that runs the flow.
func (c *call) handOn() {
	if !c.trigger.Flow.HandedOn {
		return
	}
	c.delivery.HandOn(c.trigger.ID(), c.Execution().ID, c.site.host.Tokens())
}

// handOnAgain lets the execution of a job hand on the request that another one has handed on. The error is [task.ErrNoRequest] if that
// was begun by none, or has it no more. What the execution has then goes by forget, if it does not begin.
func (s *Site) handOnAgain(ctx context.Context, before *execution.State, job *runner.Job) (err error) {
	if !job.Flow.Plan().Flow().HandedOn {
		return nil
	}
	if err := job.Claim.Take(copyBytes); err != nil {
		return err
	}
	defer job.Claim.Give(copyBytes)
	files, from := s.host.Files(), filesOf(before)
	uri, err := files.RequestURI(from, webhook.LetterFile)
	if err != nil {
		return err
	}
	f, err := files.Open(ctx, from, uri)
	if errors.Is(err, fs.ErrNotExist) {
		err = task.ErrNoRequest
	}
	if err != nil {
		return fmt.Errorf("execution %s: %w", before.ID, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	letter, err := webhook.CopyLetter(f, before.ID, job.State.ID, s.host.Tokens())
	if err != nil {
		return err
	}
	if err = writeFile(ctx, files, filesOf(job.State), webhook.LetterFile, letter); err != nil {
		s.forget(job.State)
		return fmt.Errorf("execution %s: what it has handed on cannot be copied: %w", before.ID, err)
	}
	return nil
}

// filesOf says whose files those of an execution are.
func filesOf(s *execution.State) task.Origin {
	return task.Origin{Namespace: s.Namespace, Flow: s.FlowID, Execution: s.ID}
}

// forget removes the files of an execution that does not begin.
func (s *Site) forget(e *execution.State) { s.host.Files().Forget(e.Namespace, e.FlowID, e.ID) }

// writeFile writes a file of a request.
func writeFile(ctx context.Context, files Files, o task.Origin, name string, content io.Reader) (err error) {
	f, err := files.CreateOfRequest(ctx, o, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err = io.Copy(f, content); err == nil {
		_, err = f.Commit()
	}
	return err
}
