package compress

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// An archive of ar begins with a mark. Before each entry is a header of text of fixed width, and after one of odd length a line feed.
const (
	arMark      = "!<arch>\n"
	arHeader    = 60      // bytes
	arName      = 16      // bytes of it that the name has
	maxArNames  = 1 << 20 // bytes of the list of long names, and of one of them
	bsdLongName = "#1/"   // with the length of the name, which stands before what the entry has
)

// arReader reads an archive of ar, with long names as GNU and as BSD write them.
type arReader struct {
	from  io.Reader
	begun bool
	names string           // of GNU, each of which ends in a slash and a line feed
	entry io.LimitedReader // what is left of the entry
	odd   bool
}

func (r *arReader) next() (entry, error) {
	if !r.begun {
		mark := make([]byte, len(arMark))
		if _, err := io.ReadFull(r.from, mark); err != nil || string(mark) != arMark {
			return entry{}, errors.Join(errors.New("it does not begin as such an archive does"), notEnd(err))
		}
		r.begun = true
	}
	for {
		if err := r.skip(); err != nil {
			return entry{}, err
		}
		header := make([]byte, arHeader)
		if n, err := io.ReadFull(r.from, header); err != nil {
			if n > 0 && errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return entry{}, err
		}
		name := strings.TrimRight(string(header[:arName]), " ")
		size, err := strconv.ParseInt(strings.TrimRight(string(header[48:58]), " "), 10, 64)
		if err != nil || size < 0 || string(header[58:]) != "`\n" {
			return entry{}, errors.New("the header of an entry is broken")
		}
		r.entry, r.odd = io.LimitedReader{R: r.from, N: size}, size%2 == 1
		switch digits, isNumber := strings.CutPrefix(name, "/"); {
		case name == "//":
			if r.names, err = r.text(size); err != nil {
				return entry{}, err
			}
			continue
		case name == "/" || name == "/SYM64/": // the symbols of a library
			continue
		case isNumber:
			if name, err = r.named(digits); err != nil {
				return entry{}, err
			}
		case strings.HasPrefix(name, bsdLongName):
			length, err := strconv.ParseInt(name[len(bsdLongName):], 10, 64)
			if err != nil || length < 0 || length > size {
				return entry{}, errors.New("the header of an entry is broken")
			}
			if name, err = r.text(length); err != nil {
				return entry{}, err
			}
			if name = strings.TrimRight(name, "\x00"); strings.HasPrefix(name, "__.SYMDEF") {
				continue
			}
		default:
			name = strings.TrimSuffix(name, "/")
		}
		return entry{name: name, kind: fileEntry, from: &r.entry}, nil
	}
}

// skip reads what is left of the entry before.
func (r *arReader) skip() error {
	if r.entry.R == nil {
		return nil
	}
	if _, err := io.Copy(io.Discard, &r.entry); err != nil {
		return err
	}
	if r.entry.N > 0 {
		return io.ErrUnexpectedEOF
	}
	if r.odd {
		var one [1]byte
		if _, err := io.ReadFull(r.from, one[:]); err != nil {
			return notEnd(err)
		}
	}
	return nil
}

// text reads the beginning of the entry.
func (r *arReader) text(length int64) (string, error) {
	if length > maxArNames {
		return "", fmt.Errorf("names have more than %d bytes", maxArNames)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(&r.entry, text); err != nil {
		return "", io.ErrUnexpectedEOF
	}
	return string(text), nil
}

// named returns the name that begins in the list of names.
func (r *arReader) named(digits string) (string, error) {
	at, err := strconv.Atoi(digits)
	if err != nil || at < 0 || at >= len(r.names) {
		return "", errors.New("an entry has a name that is not in the list of names")
	}
	name, _, _ := strings.Cut(r.names[at:], "\n")
	return strings.TrimSuffix(name, "/"), nil
}

// notEnd returns the error of something that must not end here; the end is none of its own.
func notEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// arPacker writes an archive of ar. Long names are written as BSD does, which GNU reads too.
type arPacker struct {
	to    io.Writer
	begun bool
	odd   bool
}

func (p *arPacker) begin(name string, size int64, at time.Time) (io.Writer, error) {
	if err := p.pad(); err != nil {
		return nil, err
	}
	long := ""
	if len(name) > arName || strings.ContainsAny(name, "/ ") || strings.HasPrefix(name, "#1") {
		long = name
		name = bsdLongName + strconv.Itoa(len(long))
	}
	size += int64(len(long))
	header := fmt.Sprintf("%-16s%-12d%-6d%-6d%-8o%-10d`\n", name, at.Unix(), 0, 0, 0o100644, size)
	if len(header) != arHeader {
		return nil, errors.New("the file is too large for this archive")
	}
	p.odd = size%2 == 1
	_, err := io.WriteString(p.to, header+long)
	return p.to, err
}

// pad ends the entry before.
func (p *arPacker) pad() error {
	text := "\n"
	switch {
	case !p.begun:
		p.begun, text = true, arMark
	case !p.odd:
		return nil
	}
	_, err := io.WriteString(p.to, text)
	return err
}

// Close implements [io.Closer].
func (p *arPacker) Close() error {
	err := p.pad()
	p.odd = false
	return err
}
