package webhook

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// body is the body of one request: its text in UTF-8, and whether that text is a JSON object or array.
type body struct {
	text    string
	present bool // a body of no bytes is no body
	json    bool
	form    bool // that of an HTML form
}

// readBody turns the bytes of a request body into text: it undoes gzip and deflate, at most up to limit bytes, honours the
// charset of the content type (unknown ones count as UTF-8), and drops a byte order mark. What is no valid text becomes
// U+FFFD. One scan decides whether it is JSON; no tree is built. raw belongs to the body from now on. The error is a
// [*BodyError], or that of the account.
func readBody(r *Request, raw []byte, limit int64, account Account) (body, error) {
	var err error
	if len(raw) > 0 {
		if raw, err = decompress(r.Header, raw, limit, account); err != nil {
			return body{}, err
		}
	}
	if err := r.signature.end(raw, true, account); err != nil || len(raw) == 0 {
		return body{}, err
	}
	contentType := r.Header.Get("Content-Type")
	text, err := decodeCharset(contentType, raw, account)
	if err != nil {
		return body{}, err
	}
	if text = bytes.TrimPrefix(text, []byte("\ufeff")); len(text) == 0 {
		return body{}, nil
	}
	kind, err := value.ScanJSON(text)
	return body{
		text:    unsafe.String(unsafe.SliceData(text), len(text)), // nobody changes it any more
		present: true,
		json:    err == nil && (kind == value.KindMap || kind == value.KindList),
		form:    isForm(contentType),
	}, nil
}

// decodeCharset converts raw to UTF-8 from the charset that the content type names or, if it names none, from the UTF-16
// or UTF-32 that a byte order mark indicates. Invalid bytes become U+FFFD as in Kestra: one for every maximal part of a broken
// character. The error is that of the account.
func decodeCharset(contentType string, raw []byte, account Account) ([]byte, error) {
	name := charsetOf(contentType)
	if name == "" {
		name = marked(raw)
	}
	if enc := encodingOf(name); enc != nil {
		out, err := recode(enc.NewDecoder(), raw, account)
		if errors.Is(err, errAccount) {
			return nil, err
		}
		if err == nil {
			raw = out
		}
	}
	if utf8.Valid(raw) {
		return raw, nil
	}
	return recode(unicode.UTF8.NewDecoder(), raw, account)
}

// recode returns raw decoded. It takes memory for the longest possible result before it decodes; afterwards the account holds
// the memory of the result in place of that of raw.
func recode(decoder *encoding.Decoder, raw []byte, account Account) ([]byte, error) {
	most := int64(len(raw))*4 + 64
	if err := account.Take(most); err != nil {
		return nil, accountError{err}
	}
	out, err := decoder.Bytes(raw)
	if err != nil {
		account.Give(most)
		return nil, err
	}
	account.Give(most - int64(cap(out)) + int64(cap(raw)))
	return out, nil
}

// charsetOf returns the parameter charset of a content type, which need not be well formed otherwise.
func charsetOf(contentType string) string {
	_, parameters, some := strings.Cut(contentType, ";")
	if !some {
		return ""
	}
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, text, _ := strings.Cut(parameter, "=")
		if strings.EqualFold(strings.TrimSpace(name), "charset") {
			return strings.Trim(text, "\" \t")
		}
	}
	return ""
}

// isForm reports whether a content type is that of an HTML form.
func isForm(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), "application/x-www-form-urlencoded")
}
