package task

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Upstream is a Kestra behind this server, to which requests are handed on.
type Upstream interface {
	// HandOn sends the request that the execution of o began with, once. An answer, whatever its code, is no error. [ErrNoRequest] is one
	// that stays; any other says in words for the flow's author why there is no answer, and quotes neither the key nor a credential.
	// Take takes the memory for the body of the answer before that is read; nil: nobody counts it.
	HandOn(ctx context.Context, o Origin, take func(bytes int64) error) (*UpstreamAnswer, error)

	// Retry returns how long to wait at least until a request is sent again that was not taken, and for how long it is.
	Retry() (pause, patience time.Duration)
}

// UpstreamAnswer is what the Kestra behind this server says, without the key where it quotes that.
type UpstreamAnswer struct {
	Trigger string // id of the one that took the request here
	Code    int
	Header  http.Header // by canonical names
	Body    []byte
	Sealed  []byte // the body as it came, encrypted, if the key stands in that; else nil
}

// ErrNoRequest is the error of an execution that no request has begun which could be handed on.
var ErrNoRequest = errors.New("there is nothing to hand on: the execution was not begun by a request, or what it brought is not kept any more")
