package webhook

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Codings are the content codings of bodies that are undone, as the header Accept-Encoding lists them.
const Codings = "gzip, deflate"

// errCoding repeats nothing of the header, whose text may be anything, the key too.
var errCoding = &BodyError{
	Status:  http.StatusUnsupportedMediaType,
	Message: "the content coding of the request body must be gzip, deflate or none",
}

// contentCoding returns the content coding of a body in lower case, "" for none. The empty members of a list and `identity`
// stand for no coding. Any other coding than gzip and deflate is an error, as are two at once: no sender needs them, and each
// could cost as much as the limit of a body allows.
func contentCoding(header http.Header) (string, error) {
	if len(header["Content-Encoding"]) == 0 { // nearly all
		return "", nil
	}
	coding := ""
	for member := range strings.SplitSeq(strings.Join(header.Values("Content-Encoding"), ","), ",") {
		member = strings.ToLower(strings.Trim(member, " \t"))
		switch {
		case member == "" || member == "identity":
		case coding != "" || member != "gzip" && member != "x-gzip" && member != "deflate":
			return "", errCoding
		default:
			coding = member
		}
	}
	return coding, nil
}

// decompress undoes the content coding of a body that is not empty, at most up to limit bytes. The error is a [*BodyError], or
// that of the account.
func decompress(header http.Header, raw []byte, limit int64, account Account) ([]byte, error) {
	coding, err := contentCoding(header)
	if err != nil || coding == "" {
		return raw, err
	}
	if err := account.Take(decoderBytes); err != nil {
		return nil, err
	}
	defer account.Give(decoderBytes)
	r, err := decoder(coding, raw)
	var out []byte
	if err == nil {
		out, err = ReadAll(r, int64(len(raw)), limit, account)
	}
	if refused := new(BodyError); errors.As(err, &refused) || errors.Is(err, errAccount) {
		return nil, err
	}
	if err != nil {
		return nil, &BodyError{Status: http.StatusBadRequest, Message: fmt.Sprintf("request body is not valid %s data", coding), Err: err}
	}
	account.Give(int64(cap(raw)))
	return out, nil
}

// decoderBytes is about what a decoder of gzip or deflate takes while it works, in bytes.
const decoderBytes = 48 << 10

// decoder reads what raw was before it was coded.
func decoder(coding string, raw []byte) (io.Reader, error) {
	if coding != "deflate" {
		return gzip.NewReader(bytes.NewReader(raw))
	}
	// The standard means zlib's format; many senders leave its two bytes of header out.
	if r, err := zlib.NewReader(bytes.NewReader(raw)); err == nil {
		return r, nil
	}
	return flate.NewReader(bytes.NewReader(raw)), nil
}
