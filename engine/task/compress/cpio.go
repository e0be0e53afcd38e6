package compress

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

const (
	cpioEnd     = "TRAILER!!!" // the name of the entry that ends an archive of cpio
	maxCpioName = 64 << 10     // bytes of a name
	cpioBlock   = 512          // bytes; the whole is a multiple of it

	cpioNewHeader    = 110 // bytes, as of those below
	cpioOldHeader    = 76
	cpioBinaryHeader = 26

	cpioKinds  = 0o170000 // the bits of the mode that say what an entry is
	cpioFile   = 0o100000
	cpioFolder = 0o040000
)

// cpioReader reads an archive of cpio: with headers of text as newc and crc have them, of older text, and of bytes in either order.
type cpioReader struct {
	from  io.Reader
	entry io.LimitedReader // what is left of the entry
	pad   int64            // bytes after it
}

// cpioHead is what a header says.
type cpioHead struct {
	mode, name, size int64 // name and size in bytes
	align            int64 // what the length of a header with its name, and that of an entry, is a multiple of
	length           int64 // of the header
}

func (r *cpioReader) next() (entry, error) {
	if r.entry.R != nil {
		if _, err := io.Copy(io.Discard, &r.entry); err != nil {
			return entry{}, err
		}
		if r.entry.N > 0 {
			return entry{}, io.ErrUnexpectedEOF
		}
	}
	if err := r.skip(r.pad); err != nil {
		return entry{}, err
	}
	h, err := r.head()
	if err != nil {
		return entry{}, err
	}
	if h.name < 1 || h.name > maxCpioName || h.size < 0 {
		return entry{}, errors.New("the header of an entry is broken")
	}
	name := make([]byte, h.name)
	if _, err := io.ReadFull(r.from, name); err != nil {
		return entry{}, io.ErrUnexpectedEOF
	}
	text := string(bytes.TrimRight(name, "\x00"))
	if text == cpioEnd {
		return entry{}, io.EOF
	}
	if err := r.skip(padding(h.length+h.name, h.align)); err != nil {
		return entry{}, err
	}
	r.entry, r.pad = io.LimitedReader{R: r.from, N: h.size}, padding(h.size, h.align)
	kind := otherEntry
	switch h.mode & cpioKinds {
	case cpioFile, 0:
		kind = fileEntry
	case cpioFolder:
		kind = folderEntry
	}
	return entry{name: text, kind: kind, from: &r.entry}, nil
}

func (r *cpioReader) skip(n int64) error {
	_, err := io.CopyN(io.Discard, r.from, n)
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// padding is how many bytes are missing to a multiple.
func padding(n, multiple int64) int64 { return (multiple - n%multiple) % multiple }

var errNoCpio = errors.New("it does not begin as such an archive does")

// head reads a header.
func (r *cpioReader) head() (cpioHead, error) {
	header := make([]byte, cpioNewHeader)
	read := func(from, to int) bool {
		_, err := io.ReadFull(r.from, header[from:to])
		return err == nil
	}
	if !read(0, 6) {
		return cpioHead{}, io.ErrUnexpectedEOF // it has no entry that ends it
	}
	broken := false
	number := func(from, to, base int) int64 {
		n, err := strconv.ParseInt(string(header[from:to]), base, 64)
		broken = broken || err != nil || n < 0
		return n
	}
	var h cpioHead
	switch string(header[:6]) {
	case "070701", "070702":
		if !read(6, cpioNewHeader) {
			return h, io.ErrUnexpectedEOF
		}
		h = cpioHead{mode: number(14, 22, 16), size: number(54, 62, 16), name: number(94, 102, 16), align: 4, length: cpioNewHeader}
	case "070707":
		if !read(6, cpioOldHeader) {
			return h, io.ErrUnexpectedEOF
		}
		h = cpioHead{mode: number(18, 24, 8), name: number(59, 65, 8), size: number(65, 76, 8), align: 1, length: cpioOldHeader}
	default:
		var order binary.ByteOrder = binary.LittleEndian
		switch uint16(0o070707) {
		case binary.LittleEndian.Uint16(header):
		case binary.BigEndian.Uint16(header):
			order = binary.BigEndian
		default:
			return h, errNoCpio
		}
		if !read(6, cpioBinaryHeader) {
			return h, io.ErrUnexpectedEOF
		}
		word := func(at int) int64 { return int64(order.Uint16(header[at:])) }
		h = cpioHead{mode: word(6), name: word(20), size: word(22)<<16 | word(24), align: 2, length: cpioBinaryHeader}
	}
	if broken {
		return h, errors.New("the header of an entry is broken")
	}
	return h, nil
}

// cpioPacker writes an archive of cpio in the form newc.
type cpioPacker struct {
	to      io.Writer
	written int64
	pad     int64 // bytes after the entry
	inode   int64
}

func (p *cpioPacker) begin(name string, size int64, at time.Time) (io.Writer, error) {
	err := p.entry(name, cpioFile|0o644, size, at.Unix())
	return p, err
}

func (p *cpioPacker) entry(name string, mode, size, at int64) error {
	const most = 1<<32 - 1
	if size > most || at > most {
		return errors.New("the file is too large for this archive")
	}
	p.inode++
	header := fmt.Sprintf("070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", p.inode, mode, 0, 0, 1, max(at, 0), size, 0, 0, 0, 0, len(name)+1, 0)
	before := strings.Repeat("\x00", int(p.pad))
	after := strings.Repeat("\x00", 1+int(padding(int64(len(header)+len(name)+1), 4)))
	p.pad = padding(size, 4)
	_, err := io.WriteString(p, before+header+name+after)
	return err
}

// Write implements [io.Writer].
func (p *cpioPacker) Write(text []byte) (int, error) {
	n, err := p.to.Write(text)
	p.written += int64(n)
	return n, err
}

// Close implements [io.Closer].
func (p *cpioPacker) Close() error {
	if err := p.entry(cpioEnd, 0, 0, 0); err != nil {
		return err
	}
	_, err := io.WriteString(p, strings.Repeat("\x00", int(padding(p.written, cpioBlock))))
	return err
}
