package http

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

const (
	// piece is how many bytes of an answer are read at once, at first.
	piece = 4 << 10

	// maxShown bounds how much of the body of a failed request its error shows, in bytes.
	maxShown = 8 << 10
)

// text reads the body as text.
func (a *answer) text(c *task.Context) (string, error) {
	raw, err := readAll(c, a.Body)
	if err != nil {
		return "", err
	}
	return decode(c, a.Header.Get("Content-Type"), raw)
}

// readAll reads a body into memory, which it takes from the account of the execution before.
func readAll(c *task.Context, r io.Reader) ([]byte, error) {
	var raw []byte
	for {
		if len(raw) == cap(raw) {
			size := max(piece, 2*cap(raw))
			if err := take(c, int64(size)); err != nil {
				return nil, err
			}
			raw = append(make([]byte, 0, size), raw...)
		}
		n, err := r.Read(raw[len(raw):cap(raw)])
		raw = raw[:len(raw)+n]
		switch {
		case errors.Is(err, io.EOF):
			return raw, nil
		case err != nil:
			return nil, err
		}
	}
}

// failure returns the error of an answer that is one, with the beginning of its body.
func (a *answer) failure(c *task.Context) error {
	text := fmt.Sprintf("Failed http request with response code '%d'", a.Code)
	if !a.HasBody {
		return errors.New(text)
	}
	raw, err := io.ReadAll(io.LimitReader(a.Body, maxShown))
	if err != nil {
		return fmt.Errorf("%s, and its body cannot be read: %w", text, err)
	}
	body, err := decode(c, a.Header.Get("Content-Type"), raw)
	if err != nil {
		return err
	}
	return errors.New(text + " and body:\n" + body)
}

// headers returns the headers as outputs: names in lower case and in their order, with lists of values.
func headers(h http.Header) value.Value {
	byName := map[string][]string{}
	for name, values := range h {
		name = strings.ToLower(name)
		for _, v := range values {
			byName[name] = append(byName[name], headerText(v))
		}
	}
	names := make([]string, 0, len(byName))
	for name := range byName {
		names = append(names, name)
	}
	slices.Sort(names)
	out := value.NewMap(len(names))
	for _, name := range names {
		out.Set(name, value.Strings(byName[name]))
	}
	return value.FromMap(out)
}

// headerText returns the text of a header: UTF-8 if it is that, else Latin-1.
func headerText(v string) string {
	if utf8.ValidString(v) {
		return v
	}
	out, err := charmap.ISO8859_1.NewDecoder().String(v)
	if err != nil {
		return strings.ToValidUTF8(v, "\ufffd")
	}
	return out
}
