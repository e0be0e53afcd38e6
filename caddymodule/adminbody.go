package caddymodule

import (
	"bytes"
	"encoding/json"
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

// object reads the JSON object in the body of a request, whose members must be known.
func (c *adminCall) object(v any) error {
	if err := c.query.end(); err != nil {
		return err
	}
	body, err := c.body()
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	err = decoder.Decode(v)
	if err == nil {
		if _, err = decoder.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("there is more than one object")
	}
	return badRequest(fmt.Errorf("the body must be a JSON object: %w", err))
}
