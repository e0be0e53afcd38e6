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

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// Codings are the content codings of bodies that are undone, as the header Accept-Encoding lists them.
const Codings = "gzip, deflate, br, zstd"

// maxCodings is how many codings of one body are undone, one after the other: each may cost as much as the limit of a body allows.
const maxCodings = 3

// errCoding repeats nothing of the header, whose text may be anything, the key too.
var errCoding = &BodyError{
	Status:  http.StatusUnsupportedMediaType,
	Message: "the content codings of the request body must be gzip, deflate, br or zstd, and no more than three",
}

// contentCodings returns the content codings of a body in lower case, in the order in which they were applied. The empty members
// of a list and `identity` stand for no coding. Any that is not undone is an error, as are more than maxCodings.
func contentCodings(header http.Header) ([]string, error) {
	if len(header["Content-Encoding"]) == 0 { // nearly all
		return nil, nil
	}
	var codings []string
	for member := range strings.SplitSeq(strings.Join(header.Values("Content-Encoding"), ","), ",") {
		switch member = strings.ToLower(strings.Trim(member, " \t")); member {
		case "", "identity":
			continue
		case "x-gzip":
			member = "gzip"
		case "gzip", "deflate", "br", "zstd":
		default:
			return nil, errCoding
		}
		if codings = append(codings, member); len(codings) > maxCodings {
			return nil, errCoding
		}
	}
	return codings, nil
}

// decompress undoes the content codings of a body that is not empty, the last one first; no step makes more than limit bytes.
// The error is a [*BodyError], or that of the account.
func decompress(header http.Header, raw []byte, limit int64, account Account) ([]byte, error) {
	codings, err := contentCodings(header)
	for i := len(codings) - 1; i >= 0 && err == nil && len(raw) > 0; i-- {
		raw, err = undo(codings[i], raw, limit, account)
	}
	return raw, err
}

// undo undoes one coding. Afterwards the account holds the memory of the result in place of that of raw.
func undo(coding string, raw []byte, limit int64, account Account) ([]byte, error) {
	takes, open := decoder(coding, raw)
	if takes > maxDecoder {
		return nil, &BodyError{Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("request body needs a window of %s that is larger than 8 MiB", coding)}
	}
	if err := account.Take(takes); err != nil {
		return nil, err
	}
	defer account.Give(takes)
	r, err := open()
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

// What decoders take while they work, in bytes, beside the window: the part of the text behind them that they may copy from.
const (
	flateBytes  = 48 << 10 // with its window
	zstdBytes   = 1 << 20
	brotliBytes = 4 << 20 // 256 tables for literals, lengths and distances each

	// zstdMaxWindow is the largest window that RFC 9659 lets senders use for zstd. That of brotli has up to 16 MiB, but is made no
	// larger than the text needs.
	zstdMaxWindow = 8 << 20
	maxDecoder    = 32 << 20
)

// decoder returns what begins to read what raw was before it was coded, and about how much memory that takes while it works;
// more than maxDecoder: more than anybody may make us take.
func decoder(coding string, raw []byte) (takes int64, open func() (io.Reader, error)) {
	switch coding {
	case "gzip":
		return flateBytes, func() (io.Reader, error) { return gzip.NewReader(bytes.NewReader(raw)) }
	case "deflate":
		return flateBytes, func() (io.Reader, error) {
			// The standard means zlib's format; many senders leave its two bytes of header out.
			if r, err := zlib.NewReader(bytes.NewReader(raw)); err == nil {
				return r, nil
			}
			return flate.NewReader(bytes.NewReader(raw)), nil
		}
	case "br":
		window := brotliWindow(raw[0])
		return window + window/2 + brotliBytes, func() (io.Reader, error) { return brotli.NewReader(bytes.NewReader(raw)), nil } // while it grows
	default:
		window := max(zstdWindow(raw), 1<<20) // a later frame may have a larger one
		if window > zstdMaxWindow {
			return maxDecoder + 1, nil
		}
		return int64(window) + zstdBytes, func() (io.Reader, error) { return newZstd(raw, window) }
	}
}

// newZstd reads zstd data whose windows are no larger than that of the account. It starts no goroutine, so nobody has to close it.
func newZstd(raw []byte, window uint64) (io.Reader, error) {
	return zstd.NewReader(
		bytes.NewReader(raw),
		zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(window), zstd.WithDecoderMaxMemory(window),
	)
}

// zstdWindow returns the window of the first frame of zstd data; 0: there is none, as the decoder will say.
func zstdWindow(raw []byte) uint64 {
	for {
		var h zstd.Header
		if err := h.Decode(raw); err != nil {
			return 0
		}
		switch skip := uint64(h.HeaderSize) + uint64(h.SkippableSize); {
		case h.Skippable && skip <= uint64(len(raw)):
			raw = raw[skip:]
		case h.SingleSegment:
			return h.FrameContentSize
		default:
			return h.WindowSize
		}
	}
}

// brotliWindow returns the window of brotli data, which its first byte tells: RFC 7932, section 9.1.
func brotliWindow(first byte) int64 {
	switch {
	case first&1 == 0:
		return 1 << 16
	case first>>1&7 != 0:
		return 1 << (17 + first>>1&7)
	case first>>4&7 != 0:
		return 1 << (8 + first>>4&7)
	default:
		return 1 << 17
	}
}
