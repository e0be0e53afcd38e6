package compress

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	dictionary "github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
	"github.com/xi2/xz"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// The ways in which files are compressed.
const (
	gzipWay        = "GZIP"
	zstdWay        = "ZSTD"
	deflateWay     = "DEFLATE"
	bzip2Way       = "BZIP2"
	xzWay          = "XZ"
	lzmaWay        = "LZMA"
	lz4Way         = "LZ4FRAME"
	snappyWay      = "SNAPPY"
	snappyFrameWay = "SNAPPYFRAME"
	brotliWay      = "BROTLI"
	lzwWay         = "Z"
)

var (
	waysToRead  = []string{gzipWay, zstdWay, xzWay, lzmaWay, lz4Way, snappyFrameWay, deflateWay, bzip2Way, brotliWay, snappyWay, lzwWay}
	waysToWrite = waysToRead[:7]
	otherWays   = []string{"DEFLATE64", "LZ4BLOCK"} // that Kestra has beside
)

func checkWay(way string, written bool) error {
	switch {
	case way == "":
		return nil
	case !written:
		return check(way, waysToRead, otherWays)
	case slices.Contains(waysToRead, way) && !slices.Contains(waysToWrite, way):
		return fmt.Errorf("%s can only be read here: it must be one of %s", way, strings.Join(waysToWrite, ", "))
	default:
		return check(way, waysToWrite, otherWays)
	}
}

// maxWindow is how much of what was unpacked may be needed again, in bytes: as much as files of `xz -9` and `zstd --ultra` ask for.
const maxWindow = 128 << 20

// What is held to unpack and to pack, in bytes, where a file does not say it itself.
const (
	heldBzip2     = 4 << 20
	heldLZ4       = 8 << 20
	heldBrotli    = 17 << 20
	heldLZW       = 1 << 18
	heldToPack    = 32 << 20 // by ZSTD, XZ and LZMA
	packedWindow  = 8 << 20  // of XZ and LZMA
	longestHeader = 1 << 10  // bytes, in which the size of a window stands
	maxSnappy     = 64 << 20 // bytes that a file of SNAPPY has, which is unpacked at once
)

// hold takes what is held from the memory of the execution.
func hold(c *task.Context, size int64) error {
	if account := c.Pebble.Memory; account != nil {
		return account.Take(size)
	}
	return nil
}

// window returns the size of a window that can be held, and takes it.
func window(c *task.Context, size uint64) (uint64, error) {
	if size > maxWindow {
		return 0, fmt.Errorf("it needs a window of %d bytes, and may have %d", size, maxWindow)
	}
	size = max(size, 64<<10)
	return size, hold(c, int64(size))
}

// unpacked reads what is compressed.
func unpacked(c *task.Context, way string, from *bufio.Reader) (io.ReadCloser, error) {
	var held int64
	var open func() (io.Reader, error)
	switch way {
	case gzipWay:
		return gzip.NewReader(from)
	case deflateWay:
		return zlib.NewReader(from)
	case zstdWay:
		return unpackedZstd(c, from)
	case xzWay:
		open = func() (io.Reader, error) {
			header, _ := from.Peek(longestHeader)
			size, err := window(c, xzWindow(header))
			if err != nil {
				return nil, err
			}
			return xz.NewReader(from, uint32(size))
		}
	case lzmaWay:
		open = func() (io.Reader, error) {
			header, _ := from.Peek(lzma.HeaderLen)
			if len(header) < lzma.HeaderLen {
				return nil, io.ErrUnexpectedEOF
			}
			size, err := window(c, uint64(binary.LittleEndian.Uint32(header[1:])))
			if err != nil {
				return nil, err
			}
			return lzma.ReaderConfig{DictCap: int(size)}.NewReader(from)
		}
	case lz4Way:
		held, open = heldLZ4, func() (io.Reader, error) { return lz4.NewReader(from), nil }
	case bzip2Way:
		held, open = heldBzip2, func() (io.Reader, error) { return bzip2.NewReader(from), nil }
	case brotliWay:
		held, open = heldBrotli, func() (io.Reader, error) { return brotli.NewReader(from), nil }
	case snappyFrameWay:
		open = func() (io.Reader, error) { return snappy.NewReader(from), nil }
	case snappyWay:
		open = func() (io.Reader, error) { return unpackedSnappy(c, from) }
	case lzwWay:
		held, open = heldLZW, func() (io.Reader, error) { return newLZWReader(from) }
	default:
		return io.NopCloser(from), nil
	}
	if err := hold(c, held); err != nil {
		return nil, err
	}
	r, err := open()
	if err != nil {
		return nil, err
	}
	return io.NopCloser(r), nil
}

func unpackedZstd(c *task.Context, from *bufio.Reader) (io.ReadCloser, error) {
	text, _ := from.Peek(longestHeader)
	var header zstd.Header
	const usual = 8 << 20 // bytes of a window that each file may ask for
	if err := header.Decode(text); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	wanted := header.WindowSize
	if header.SingleSegment {
		wanted = header.FrameContentSize
	}
	size, err := window(c, max(wanted, usual))
	if err != nil {
		return nil, err
	}
	d, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(size), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// xzWindow returns what the first block of a file of XZ says of its window; 0 when it has none.
func xzWindow(file []byte) uint64 {
	const start, lzma2 = 12, 0x21 // bytes of the header of the file, and the number of the filter that has a window
	if len(file) <= start {
		return 0
	}
	length := (int(file[start]) + 1) * 4
	if file[start] == 0 || len(file) < start+length {
		return 0
	}
	block := file[start+1 : start+length]
	flags, block := block[0], block[1:]
	number := func() (n uint64) {
		n, read := binary.Uvarint(block)
		block = block[max(read, 0):]
		return n
	}
	if flags&0x40 != 0 {
		number() // bytes of the block
	}
	if flags&0x80 != 0 {
		number() // bytes that it has when it is unpacked
	}
	for range flags&3 + 1 {
		filter, size := number(), number()
		if size > uint64(len(block)) {
			return 0
		}
		if filter == lzma2 && size == 1 {
			bits := uint64(block[0])
			if bits > 40 {
				return 0 // the reader refuses it
			}
			return (2 | bits&1) << (bits/2 + 11)
		}
		block = block[size:]
	}
	return 0
}

// unpackedSnappy unpacks a file of SNAPPY without frames, which has no other way than at once.
func unpackedSnappy(c *task.Context, from *bufio.Reader) (io.Reader, error) {
	begin, _ := from.Peek(binary.MaxVarintLen64)
	size, read := binary.Uvarint(begin)
	if read <= 0 {
		return nil, errors.New("it has no size")
	}
	if size > maxSnappy {
		return nil, fmt.Errorf("it has more than %d bytes: SNAPPYFRAME has no such limit", maxSnappy)
	}
	most := snappy.MaxEncodedLen(int(size))
	if err := hold(c, int64(most)+int64(size)); err != nil {
		return nil, err
	}
	packed, err := io.ReadAll(io.LimitReader(from, int64(most)+1))
	if err != nil {
		return nil, err
	}
	text, err := snappy.Decode(nil, packed)
	if err != nil {
		return nil, err
	}
	return bytes.NewReader(text), nil
}

// packed compresses what is written.
func packed(c *task.Context, way string, to io.Writer) (io.WriteCloser, error) {
	held := map[string]int64{zstdWay: heldToPack, xzWay: heldToPack, lzmaWay: heldToPack, lz4Way: heldLZ4}[way]
	if err := hold(c, held); err != nil {
		return nil, err
	}
	switch way {
	case gzipWay:
		return gzip.NewWriter(to), nil
	case zstdWay:
		return zstd.NewWriter(to, zstd.WithEncoderConcurrency(1))
	case xzWay:
		return dictionary.WriterConfig{DictCap: packedWindow}.NewWriter(to)
	case lzmaWay:
		return lzma.WriterConfig{DictCap: packedWindow}.NewWriter(to)
	case lz4Way:
		return lz4.NewWriter(to), nil
	case snappyFrameWay:
		return snappy.NewBufferedWriter(to), nil
	case deflateWay:
		return zlib.NewWriter(to), nil
	default:
		return nopCloser{to}, nil
	}
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }
