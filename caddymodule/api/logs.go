package api

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// showLogs answers with the lines of an execution's log; none of an unknown one, as in Kestra.
func showLogs(c *call) error {
	values, err := c.parameters()
	if err != nil {
		return err
	}
	q := engine.EntryQuery{TaskID: values.Get("taskId"), RunID: values.Get("taskRunId"), Attempt: -1}
	if text := values.Get("minLevel"); text != "" {
		if q.Level, err = engine.ParseLevel(text); err != nil {
			return badRequest("minLevel: " + err.Error())
		}
	}
	if text := values.Get("attempt"); text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil || n < 0 {
			return badRequest(fmt.Sprintf("attempt: %q is no number of an attempt", text))
		}
		q.Attempt = int32(n)
	}
	s, err := c.execution()
	if errors.Is(err, engine.ErrNotFound) {
		c.write(http.StatusOK, []byte("[]"))
		return nil
	}
	if err != nil {
		return err
	}
	found, err := c.engine.Entries(c.request.Context(), s, q)
	if err != nil {
		return err
	}
	defer found.Release()
	text := append([]byte("["), bytes.Join(asBytes(found.Results), []byte(","))...)
	c.write(http.StatusOK, append(text, ']'))
	return nil
}
