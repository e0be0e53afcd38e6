package webhook

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// body is the body of one request: its text in UTF-8, and whether that text is a JSON object or array.
type body struct {
	text    []byte
	present bool // a body of no bytes is no body
	json    bool
}

// readBody turns the bytes of a request body into text: it undoes gzip and deflate, at most up to limit bytes, honours the
// charset of the content type (unknown ones count as UTF-8), and drops a byte order mark. What is no valid text becomes
// U+FFFD. One scan decides whether it is JSON; no tree is built. The error is a [*BodyError].
func readBody(header http.Header, raw []byte, limit int64) (body, error) {
	raw, err := decompress(header.Get("Content-Encoding"), raw, limit)
	if err != nil || len(raw) == 0 {
		return body{}, err
	}
	text := bytes.TrimPrefix(decodeCharset(header.Get("Content-Type"), raw), []byte("\ufeff"))
	if len(text) == 0 {
		return body{}, nil
	}
	kind, err := value.ScanJSON(text)
	return body{
		text:    text,
		present: true,
		json:    err == nil && (kind == value.KindMap || kind == value.KindList),
	}, nil
}

// decompress undoes one content coding. A coding that is not known leaves the bytes as they are, as Kestra does
// (spec/kestra-live.md §B.4).
func decompress(coding string, raw []byte, limit int64) ([]byte, error) {
	if coding == "" || len(raw) == 0 {
		return raw, nil
	}
	var r io.Reader
	var err error
	switch strings.ToLower(strings.TrimSpace(coding)) {
	case "gzip", "x-gzip":
		r, err = gzip.NewReader(bytes.NewReader(raw))
	case "deflate":
		// The standard means zlib's format; many senders leave its two bytes of header out.
		if r, err = zlib.NewReader(bytes.NewReader(raw)); err != nil {
			r, err = flate.NewReader(bytes.NewReader(raw)), nil
		}
	default:
		return raw, nil
	}
	var out []byte
	if err == nil {
		out, err = io.ReadAll(io.LimitReader(r, limit+1))
	}
	if int64(len(out)) > limit {
		return nil, TooLarge(limit)
	}
	if err != nil {
		return nil, &BodyError{
			Status:  http.StatusBadRequest,
			Message: fmt.Sprintf("request body is not valid %s data", strings.ToLower(strings.TrimSpace(coding))),
			Err:     err,
		}
	}
	return out, nil
}

// decodeCharset returns raw as UTF-8, out of the charset that a content type names, or of the UTF-16 that a byte order mark
// tells where none is named. What is no text of that charset becomes U+FFFD, as often as Kestra writes it: once for every
// maximal part of a broken character.
func decodeCharset(contentType string, raw []byte) []byte {
	name := charsetOf(contentType)
	if name == "" && (bytes.HasPrefix(raw, []byte("\xfe\xff")) || bytes.HasPrefix(raw, []byte("\xff\xfe"))) {
		name = "utf-16"
	}
	if name != "" && !strings.EqualFold(name, "utf-8") {
		if enc, err := ianaindex.MIME.Encoding(name); err == nil && enc != nil {
			if out, err := enc.NewDecoder().Bytes(raw); err == nil {
				raw = out
			}
		}
	}
	if utf8.Valid(raw) {
		return raw
	}
	if out, err := unicode.UTF8.NewDecoder().Bytes(raw); err == nil {
		return out
	}
	return bytes.ToValidUTF8(raw, []byte("\uFFFD"))
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

// isForm reports whether a content type is that of an HTML form.
func isForm(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), "application/x-www-form-urlencoded")
}
