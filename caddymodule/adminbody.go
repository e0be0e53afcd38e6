package caddymodule

import (
	"errors"
	"fmt"
	"io"
	"net/http"
)

// maxAdminBody is how long the body of a request to the API may be, in bytes.
const maxAdminBody = 1 << 20

// body returns the body of the request.
func (c *adminCall) body() ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(c, c.request.Body, maxAdminBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, refuse(http.StatusRequestEntityTooLarge, err)
	case err != nil:
		return nil, badRequest(fmt.Errorf("reading the body: %w", err))
	}
	return body, nil
}
