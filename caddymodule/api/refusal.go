package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// refusal is an error with the status of its answer. Its message begins as Kestra's does, as in "Illegal argument: ".
type refusal struct {
	status  int
	message string
}

// Error returns the message.
func (r *refusal) Error() string { return r.message }

// The kinds of refusals that Kestra has.
func badRequest(message string) error {
	return &refusal{http.StatusBadRequest, "Bad Request: " + message}
}

func illegalArgument(message string) error {
	return &refusal{http.StatusUnprocessableEntity, "Illegal argument: " + message}
}

func invalidEntity(message string) error {
	return &refusal{http.StatusUnprocessableEntity, "Invalid entity: " + message}
}

func illegalState(message string) error {
	return &refusal{http.StatusConflict, "Illegal state: " + message}
}

// retryAfter is after how many seconds to send a request again that cannot be answered now.
const retryAfter = 1

// refuse answers with an error.
func (c *call) refuse(err error) {
	var refused *refusal
	var input *flow.InputError
	switch {
	case errors.As(err, &refused):
		WriteError(c, refused.status, refused.message)
	case errors.Is(err, engine.ErrNotFound):
		WriteError(c, http.StatusNotFound, "Not Found")
	case errors.As(err, &input):
		WriteError(c, http.StatusUnprocessableEntity, "Invalid entity: "+input.Public())
	case errors.Is(err, engine.ErrFoundLarge):
		WriteError(c, http.StatusUnprocessableEntity, "Illegal argument: "+err.Error())
	case engine.Unfit(err):
		WriteError(c, http.StatusConflict, "Illegal state: "+err.Error())
	case engine.IsBusy(err):
		c.Header().Set("Retry-After", strconv.Itoa(retryAfter))
		WriteError(c, http.StatusServiceUnavailable, "Service Unavailable: "+err.Error())
	case c.request.Context().Err() != nil: // nobody reads it
		WriteError(c, http.StatusServiceUnavailable, "Service Unavailable: the client has gone")
	default:
		WriteError(c, http.StatusInternalServerError, "Internal server error: "+err.Error())
	}
}

// WriteError answers with a status and a message in the form of errors.
func WriteError(w http.ResponseWriter, status int, message string) {
	text, err := engine.EncodeJSON(struct {
		Message string `json:"message"`
	}{strings.ToValidUTF8(message, "\uFFFD")})
	if err != nil { // never: it is a text
		status = http.StatusInternalServerError
	}
	header(w, "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text) // who asked has gone, if it fails
}
