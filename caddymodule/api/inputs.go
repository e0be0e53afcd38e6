package api

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The bounds of the body of a request.
const (
	maxBody   = 1 << 20 // bytes
	maxInputs = 1000
)

// inputs returns the values of inputs, which are texts, from a multipart body; nil when there is none.
func (c *call) inputs() (*value.Map, error) {
	body := http.MaxBytesReader(c, c.request.Body, maxBody)
	kind, parameters, err := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || parameters["boundary"] == "" {
		if n, err := body.Read(make([]byte, 1)); n == 0 && errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, &refusal{http.StatusUnsupportedMediaType, "Unsupported Media Type: write inputs as multipart/form-data"}
	}
	inputs := value.NewMap(0)
	for parts := multipart.NewReader(body, parameters["boundary"]); ; {
		part, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // it is wrapped when parts are missing
			return inputs, nil
		}
		var text []byte
		if err == nil {
			text, err = io.ReadAll(part)
		}
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			return nil, &refusal{http.StatusRequestEntityTooLarge, fmt.Sprintf("Request Entity Too Large: the inputs are longer than %d bytes", maxBody)}
		case err != nil:
			return nil, badRequest("the multipart body is broken: " + err.Error())
		case part.FileName() != "":
			return nil, illegalArgument("input " + part.FormName() + ": files are not taken here")
		case inputs.Len() == maxInputs:
			return nil, illegalArgument(fmt.Sprintf("there are more than %d inputs", maxInputs))
		}
		inputs.Set(part.FormName(), value.String(string(text)))
	}
}
