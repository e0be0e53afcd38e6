package compress

import (
	"compress/bzip2"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
)

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec { return []flow.Spec{archiveCompressSpec(), archiveDecompressSpec()} }

// The forms of archives, and the ways in which they can be compressed as a whole.
const (
	zipFormat = "ZIP"
	jarFormat = "JAR"
	tarFormat = "TAR"

	gzipWay    = "GZIP"
	zstdWay    = "ZSTD"
	deflateWay = "DEFLATE"
	bzip2Way   = "BZIP2"
)

var (
	formats = []string{zipFormat, jarFormat, tarFormat}
	ways    = []string{gzipWay, zstdWay, deflateWay, bzip2Way}

	// otherFormats and otherWays are those that Kestra has beside.
	otherFormats = []string{"AR", "ARJ", "CPIO", "DUMP"}
	otherWays    = []string{"BROTLI", "DEFLATE64", "LZ4BLOCK", "LZ4FRAME", "LZMA", "SNAPPY", "SNAPPYFRAME", "XZ", "Z"}
)

// properties are those that all tasks have.
var properties = []flow.Property{
	{Name: "algorithm", Type: flow.String, Required: true, Dynamic: true, Summary: "The form of the archive: ZIP, JAR or TAR."},
	{Name: "compression", Type: flow.String, Dynamic: true, Summary: "How it is compressed as a whole, mostly a TAR: GZIP, ZSTD, DEFLATE or, only to be read, BZIP2."},
}

var errNoServer = errors.New("the task cannot run here: it needs a server")

// archive is what the tasks have in common.
type archive struct{ format, way setting.Setting }

func newArchive(c *flow.Component, written bool) (archive, error) {
	a := archive{setting.Of(&c.Members, "algorithm"), setting.Of(&c.Members, "compression")}
	if format, constant := a.format.Constant(); constant {
		if err := checkFormat(format); err != nil {
			return a, c.Errorf("algorithm", "%w", err)
		}
	}
	if way, constant := a.way.Constant(); constant {
		if err := checkWay(way, written); err != nil {
			return a, c.Errorf("compression", "%w", err)
		}
	}
	return a, nil
}

// render returns the form of the archive, and how it is compressed; "": not at all.
func (a *archive) render(c *task.Context, written bool) (format, way string, err error) {
	if c.Services == nil || c.Files == nil {
		return "", "", errNoServer
	}
	if format, err = a.format.Trimmed(c); err != nil {
		return "", "", err
	}
	if way, err = a.way.Trimmed(c); err != nil {
		return "", "", err
	}
	if err := checkFormat(format); err != nil {
		return "", "", fmt.Errorf("algorithm %w", err)
	}
	if err := checkWay(way, written); err != nil {
		return "", "", fmt.Errorf("compression %w", err)
	}
	return format, way, nil
}

func checkFormat(format string) error { return check(format, formats, otherFormats) }

func checkWay(way string, written bool) error {
	switch {
	case way == "":
		return nil
	case written && way == bzip2Way:
		return errors.New("BZIP2 can only be read here")
	default:
		return check(way, ways, otherWays)
	}
}

func check(name string, known, others []string) error {
	switch {
	case slices.Contains(known, name):
		return nil
	case slices.Contains(others, name):
		return fmt.Errorf("%s is not supported here: it must be one of %s", name, strings.Join(known, ", "))
	default:
		return fmt.Errorf("must be one of %s", strings.Join(known, ", "))
	}
}

// unpacked reads what is compressed.
func unpacked(way string, from io.Reader) (io.ReadCloser, error) {
	switch way {
	case gzipWay:
		return gzip.NewReader(from)
	case zstdWay:
		const window = 64 << 20 // bytes that are held at once
		d, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(window), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	case deflateWay:
		return zlib.NewReader(from)
	case bzip2Way:
		return io.NopCloser(bzip2.NewReader(from)), nil
	default:
		return io.NopCloser(from), nil
	}
}

// packed compresses what is written.
func packed(way string, to io.Writer) (io.WriteCloser, error) {
	switch way {
	case gzipWay:
		return gzip.NewWriter(to), nil
	case zstdWay:
		return zstd.NewWriter(to, zstd.WithEncoderConcurrency(1))
	case deflateWay:
		return zlib.NewWriter(to), nil
	default:
		return nopCloser{to}, nil
	}
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }
