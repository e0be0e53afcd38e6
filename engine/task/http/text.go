package http

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/text/encoding/unicode"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/charset"
)

// encode returns text in a charset.
func encode(text, name string) ([]byte, error) {
	e, err := charset.Named(name)
	if err != nil || e == nil {
		return []byte(text), err
	}
	out, err := e.NewEncoder().Bytes([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("the body has characters that the charset %s has not", name)
	}
	return out, nil
}

// decode returns the text of an answer, which is UTF-8 unless its content type names a charset that is known. What is no valid text
// becomes U+FFFD. It takes over raw.
func decode(c *task.Context, contentType string, raw []byte) (string, error) {
	e, err := charset.Named(charsetOf(contentType))
	if err != nil {
		e = nil
	}
	if e == nil && utf8.Valid(raw) {
		return unsafe.String(unsafe.SliceData(raw), len(raw)), nil // nobody changes it any more
	}
	if e == nil {
		e = unicode.UTF8
	}
	const widest = 4 // bytes of a character
	if err := take(c, int64(len(raw))*widest); err != nil {
		return "", err
	}
	out, err := e.NewDecoder().Bytes(raw)
	if err != nil {
		out = bytes.ToValidUTF8(raw, []byte("\ufffd"))
	}
	return string(out), nil
}

// charsetOf returns the parameter charset of a content type, which need not be well formed otherwise.
func charsetOf(contentType string) string {
	_, parameters, _ := strings.Cut(contentType, ";")
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, text, _ := strings.Cut(parameter, "=")
		if strings.EqualFold(strings.TrimSpace(name), "charset") {
			return strings.Trim(text, "\" \t")
		}
	}
	return ""
}

// take takes memory from the account of the execution before something large is made.
func take(c *task.Context, bytes int64) error {
	if c.Pebble.Memory == nil {
		return nil
	}
	return c.Pebble.Memory.Take(bytes)
}
