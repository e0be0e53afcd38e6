package api

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// done answers an action that has succeeded.
func (c *call) done(status int) error {
	if !c.route.route.quiet {
		return c.shown(c.route.segments[0])
	}
	c.Header().Set("Cache-Control", "no-store")
	c.WriteHeader(status)
	return nil
}

// killExecution ends an execution, with those that it has started. As in Kestra one that has ended is no error, unless the parameter
// says that the others are to go on, which they cannot here.
func killExecution(c *call) error {
	values, err := c.parameters()
	if err != nil {
		return err
	}
	cascade := values.Get("isOnKillCascade")
	if cascade != "" && cascade != "true" && cascade != "false" {
		return badRequest(fmt.Sprintf("isOnKillCascade: %q is neither true nor false", cascade))
	}
	s, err := c.execution()
	if err != nil {
		return err
	}
	if cascade == "false" && !s.Over() {
		return illegalArgument("isOnKillCascade: executions that this one has started and waits for end with it")
	}
	err = c.engine.Kill(c.request.Context(), s.ID)
	switch {
	case errors.Is(err, engine.ErrEnded) && cascade == "false":
		return illegalState("Execution is already finished, can't kill it")
	case err != nil && !errors.Is(err, engine.ErrEnded):
		return err
	}
	return c.done(http.StatusAccepted)
}

// resumeExecution lets an execution go on that is paused, with the values of the inputs that its Pause asks for in a multipart body.
func resumeExecution(c *call) error {
	s, err := c.execution()
	if err != nil {
		return err
	}
	inputs, err := c.inputs()
	if err != nil {
		return err
	}
	err = c.engine.Resume(c.request.Context(), s.ID, inputs)
	if errors.Is(err, engine.ErrNotPaused) || errors.Is(err, engine.ErrEnded) {
		return illegalState("Execution '" + s.ID + "' is not paused, can't resume it")
	}
	if err != nil {
		return err
	}
	return c.done(http.StatusNoContent)
}

// passBreakpoint lets an execution go on that is at a breakpoint, with those of the parameter.
func passBreakpoint(c *call) error {
	values, err := c.parameters()
	if err != nil {
		return err
	}
	s, err := c.execution()
	if err != nil {
		return err
	}
	err = c.engine.ResumeFromBreakpoint(c.request.Context(), s.ID, values.Get("breakpoints"))
	if errors.Is(err, engine.ErrNotSuspended) || errors.Is(err, engine.ErrEnded) {
		return illegalState(engine.ErrNotSuspended.Error())
	}
	if err != nil {
		return err
	}
	return c.done(http.StatusOK)
}

// restartExecution lets an execution go on from where it has failed, or one that is paused, and answers with it.
func restartExecution(c *call) error {
	values, err := c.parameters()
	if err != nil {
		return err
	}
	revision, err := atLeast1(values, "revision", 0, "restartExecution")
	if err != nil {
		return err
	}
	s, err := c.execution()
	if err != nil {
		return err
	}
	if revision > 0 { // as another execution
		return c.replay(s, engine.Replay{Failed: true, Revision: revision})
	}
	if err := c.engine.Restart(c.request.Context(), s.ID); err != nil {
		return unfit(s, err)
	}
	return c.shown(s.ID)
}

// unfit returns an error of an execution that does not go on, or is not done anew, as Kestra's.
func unfit(s *execution.State, err error) error {
	missing := new(engine.NoRevisionError)
	switch {
	case errors.Is(err, engine.ErrNotRestartable):
		return illegalState(fmt.Sprintf("%s, current state is '%s' !", engine.ErrNotRestartable, s.Status()))
	case errors.Is(err, engine.ErrNothingToRestart):
		return illegalArgument(engine.ErrNothingToRestart.Error())
	case errors.Is(err, engine.ErrNotReplayable):
		return illegalArgument(err.Error())
	case errors.As(err, &missing):
		return &refusal{http.StatusNotFound, "Not Found: " + missing.Error()}
	default:
		return err
	}
}

// replayExecution starts an execution that does anew what another one did, and answers with it.
func replayExecution(c *call) error {
	values, err := c.parameters()
	if err != nil {
		return err
	}
	revision, err := atLeast1(values, "revision", 0, "replayExecution")
	if err != nil {
		return err
	}
	s, err := c.execution()
	if err != nil {
		return err
	}
	return c.replay(s, engine.Replay{
		TaskRun: values.Get("taskRunId"), Revision: revision, Breakpoints: values.Get("breakpoints"),
	})
}

// replay answers with a new execution.
func (c *call) replay(s *execution.State, how engine.Replay) error {
	next, err := c.api.Replay(c.request.Context(), s.ID, how)
	if err != nil {
		return unfit(s, err)
	}
	return c.shown(next)
}
