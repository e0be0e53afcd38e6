package api

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/caddy-kestra/kestra-webhook/engine"
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

// restartExecution lets an execution go on from where it has failed, or one that is paused, and answers with it.
func restartExecution(c *call) error {
	values, err := c.parameters()
	if err != nil {
		return err
	}
	if values.Get("revision") != "" {
		return illegalArgument("revision: an execution is restarted by the revision of its flow that it began with")
	}
	s, err := c.execution()
	if err != nil {
		return err
	}
	switch err := c.engine.Restart(c.request.Context(), s.ID); {
	case errors.Is(err, engine.ErrNotRestartable):
		return illegalState(fmt.Sprintf("%s, current state is '%s' !", engine.ErrNotRestartable, s.Status()))
	case errors.Is(err, engine.ErrNothingToRestart):
		return illegalArgument(engine.ErrNothingToRestart.Error())
	case err != nil:
		return err
	}
	return c.shown(s.ID)
}

// replayExecution starts an execution that does anew what another one did, and answers with it.
func replayExecution(c *call) error {
	values, err := c.parameters()
	if err != nil {
		return err
	}
	for _, name := range []string{"taskRunId", "revision", "breakpoints"} {
		if values.Get(name) != "" {
			return illegalArgument(name + ": an execution is replayed from its beginning, by the flow as it is loaded now")
		}
	}
	s, err := c.execution()
	if err != nil {
		return err
	}
	next, err := c.api.Replay(c.request.Context(), s.ID)
	if err != nil {
		return err
	}
	return c.shown(next)
}
