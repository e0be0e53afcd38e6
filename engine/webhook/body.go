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

// body is the body of one request: its bytes, their text in UTF-8, and what that text is.
type body struct {
	raw       []byte // decompressed; text is made of the same bytes unless they had to be decoded
	text      string
	present   bool // a body of no bytes is no body
	json      bool
	binary    bool      // text has U+FFFD in the place of bytes that are no text
	form      bool      // that of an HTML form without files
	multipart *formBody // that of one with files
	broken    error     // why there is none although the content type says so
}

// readBody turns the bytes of a request body into text: it undoes content codings, at most up to limit bytes, honours the
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
	text, whole, err := decodeCharset(contentType, raw, account)
	if err != nil {
		return body{}, err
	}
	if text = bytes.TrimPrefix(text, []byte("\ufeff")); len(text) == 0 {
		return body{}, nil
	}
	kind, err := value.ScanJSON(text)
	b := body{
		raw:     raw,
		text:    textOf(text),
		present: true,
		json:    err == nil && (kind == value.KindMap || kind == value.KindList),
		binary:  !whole,
		form:    isForm(contentType),
	}
	if boundary := formBoundary(contentType); boundary != "" {
		b.multipart, err = readForm(raw, boundary, account)
		if broken, ok := errors.AsType[brokenError](err); ok {
			b.broken, err = broken.error, nil
		}
		return b, err
	}
	return b, nil
}

// decodeCharset converts raw to UTF-8 from the charset that the content type names or, if it names none, from the UTF-16
// or UTF-32 that a byte order mark indicates. Invalid bytes become U+FFFD as in Kestra: one for every maximal part of a broken
// character; whole says that there are none. If raw is no UTF-8, the account has the result beside it. The error is that of
// the account.
func decodeCharset(contentType string, raw []byte, account Account) (text []byte, whole bool, err error) {
	name := charsetOf(contentType)
	if name == "" {
		name = marked(raw)
	}
	if enc := encodingOf(name); enc != nil {
		out, err := recode(enc.NewDecoder(), raw, account)
		if errors.Is(err, errAccount) {
			return nil, false, err
		}
		if err == nil && utf8.Valid(out) {
			return out, !bytes.Contains(out, []byte("\ufffd")), nil
		}
		if err == nil { // a decoder that lets through what is none
			defer account.Give(int64(cap(out)))
			raw = out
		}
	}
	if utf8.Valid(raw) {
		return raw, true, nil
	}
	text, err = recode(unicode.UTF8.NewDecoder(), raw, account)
	return text, false, err
}

// recode returns raw decoded, in UTF-8. It takes memory for the longest possible result before it decodes.
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
	account.Give(most - int64(cap(out)))
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

// isForm reports whether a content type is that of an HTML form without files.
func isForm(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), "application/x-www-form-urlencoded")
}

// textOf returns bytes that nobody changes any more as text.
func textOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
