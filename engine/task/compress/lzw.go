package compress

import (
	"bufio"
	"errors"
	"io"
)

// The form of compress(1), whose files mostly end in .Z: codes of 9 bits and more, the lowest bits first, in groups of eight. When the
// codes get longer, and when the table is cleared, the rest of a group is left out.
const (
	lzwFewest  = 9
	lzwMost    = 16
	lzwClear   = 256
	lzwHeader  = 3
	lzwBlocks  = 0x80 // bit of the header: the table can be cleared
	lzwLengths = 0x1f // bits of it: of the longest code
)

var errLZW = errors.New("it is not what compress makes")

// lzwReader undoes compress(1).
type lzwReader struct {
	from *bufio.Reader

	longest  uint // bits of a code
	clears   bool
	bits     uint   // of the codes now
	held     uint32 // bits that were read
	have     uint   // how many
	inGroup  uint   // codes of this group that were read
	next     int    // code that the next string gets
	before   int    // the code before; -1: none
	first    byte   // of the string of the code before
	prefixes [1 << lzwMost]uint16
	suffixes [1 << lzwMost]byte
	out      []byte // what is decoded and was not read, the last byte first
	err      error
}

func newLZWReader(from *bufio.Reader) (io.Reader, error) {
	header := make([]byte, lzwHeader)
	if _, err := io.ReadFull(from, header); err != nil || header[0] != 0x1f || header[1] != 0x9d {
		return nil, errors.Join(errLZW, notEnd(err))
	}
	r := &lzwReader{from: from, longest: uint(header[2] & lzwLengths), clears: header[2]&lzwBlocks != 0, bits: lzwFewest, before: -1, next: lzwClear}
	if r.longest < lzwFewest || r.longest > lzwMost {
		return nil, errLZW
	}
	if r.clears {
		r.next++
	}
	return r, nil
}

// Read implements [io.Reader].
func (r *lzwReader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(r.out) > 0 {
			p[n] = r.out[len(r.out)-1]
			r.out = r.out[:len(r.out)-1]
			n++
			continue
		}
		if r.err == nil {
			r.err = r.decode()
		}
		if r.err != nil {
			break
		}
	}
	if n > 0 || len(p) == 0 {
		return n, nil
	}
	return 0, r.err
}

// code reads a code.
func (r *lzwReader) code() (int, error) {
	for r.have < r.bits {
		b, err := r.from.ReadByte()
		if err != nil {
			return 0, err // bits that are left at the end are none of a code
		}
		r.held |= uint32(b) << r.have
		r.have += 8
	}
	code := int(r.held & (1<<r.bits - 1))
	r.held >>= r.bits
	r.have -= r.bits
	r.inGroup = (r.inGroup + 1) % 8
	return code, nil
}

// lengthen begins a group of codes of other length.
func (r *lzwReader) lengthen(bits uint) error {
	for r.inGroup != 0 {
		if _, err := r.code(); err != nil {
			return err
		}
	}
	r.held, r.have, r.bits = 0, 0, bits
	return nil
}

// decode reads a code, and what it stands for.
func (r *lzwReader) decode() error {
	if r.next >= 1<<r.bits && r.bits < r.longest {
		if err := r.lengthen(r.bits + 1); err != nil {
			return err
		}
	}
	code, err := r.code()
	if err != nil {
		return err
	}
	if code == lzwClear && r.clears {
		r.next = lzwClear // the first string after it is never used
		return r.lengthen(lzwFewest)
	}
	if r.before < 0 {
		if code >= lzwClear {
			return errLZW
		}
		r.before, r.first = code, byte(code)
		r.out = append(r.out, byte(code))
		return nil
	}
	at := code
	switch {
	case code > r.next:
		return errLZW
	case code == r.next: // the string that is being made: the one before, and its first byte
		r.out = append(r.out, r.first)
		at = r.before
	}
	for at >= lzwClear {
		r.out = append(r.out, r.suffixes[at])
		at = int(r.prefixes[at])
	}
	r.first = byte(at)
	r.out = append(r.out, r.first)
	if r.next < 1<<r.longest {
		r.prefixes[r.next], r.suffixes[r.next] = uint16(r.before), r.first
		r.next++
	}
	r.before = code
	return nil
}
