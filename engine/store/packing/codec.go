package packing

import (
	"encoding/binary"
	"errors"
	"time"
	"unsafe"
)

// ErrBroken is the error of bytes that were not written by this package, or not in this order.
var ErrBroken = errors.New("the bytes of an execution are broken")

// Codec writes values one after the other, or reads them in the same order.
type Codec struct {
	reading   bool
	broken    bool
	bytes     []byte // what was written
	rest      string // what is left to be read; it does not change
	variables []byte // of the trigger, of what is read
}

// Writer returns a codec that writes, behind what is in room.
func Writer(room []byte) Codec { return Codec{bytes: room} }

// Reader returns a codec that reads a text, and takes the variables of the trigger from beside it. What it gives shares their memory.
func Reader(text string, variables []byte) Codec {
	return Codec{reading: true, rest: text, variables: variables}
}

// Bytes returns what was written.
func (c *Codec) Bytes() []byte { return c.bytes }

// Reading reports whether the codec reads.
func (c *Codec) Reading() bool { return c.reading }

// Err returns [ErrBroken] when what was read cannot be right. Everything that was read then means nothing.
func (c *Codec) Err() error {
	if c.broken {
		return ErrBroken
	}
	return nil
}

func (c *Codec) fail() { c.broken, c.rest = true, "" }

// Data writes or reads bytes. What is read must not be changed.
func (c *Codec) Data(b *[]byte) {
	if c.reading {
		text := c.take()
		*b = unsafe.Slice(unsafe.StringData(text), len(text)) // its own memory
		return
	}
	c.put(int64(len(*b)))
	c.bytes = append(c.bytes, *b...)
}

// Text writes or reads a text.
func (c *Codec) Text(s *string) {
	if c.reading {
		*s = c.take()
		return
	}
	c.put(int64(len(*s)))
	c.bytes = append(c.bytes, *s...)
}

// take reads a text.
func (c *Codec) take() string {
	n := c.varint()
	if n < 0 || n > int64(len(c.rest)) {
		c.fail()
		return ""
	}
	text := c.rest[:n]
	c.rest = c.rest[n:]
	return text
}

// Time writes or reads a time in UTC.
func (c *Codec) Time(t *time.Time) {
	seconds, nanoseconds := t.Unix(), t.Nanosecond()
	Number(c, &seconds)
	Number(c, &nanoseconds)
	if c.reading {
		*t = time.Unix(seconds, int64(nanoseconds)).UTC()
	}
}

// Flag writes or reads a truth value.
func (c *Codec) Flag(b *bool) {
	n := 0
	if *b {
		n = 1
	}
	Number(c, &n)
	if c.reading { // what is written is read by others meanwhile
		*b = n == 1
	}
}

// Number writes or reads a whole number.
func Number[T ~int | ~int32 | ~int64 | ~uint8 | ~uint64](c *Codec, n *T) {
	if c.reading {
		*n = T(c.varint())
	} else {
		c.put(int64(*n))
	}
}

// put writes a whole number; most are small.
func (c *Codec) put(n int64) {
	if n >= 0 && n < 1<<6 {
		c.bytes = append(c.bytes, byte(n<<1)) // as AppendVarint does
		return
	}
	c.bytes = binary.AppendVarint(c.bytes, n)
}

func (c *Codec) varint() int64 {
	var room [binary.MaxVarintLen64]byte
	n, length := binary.Varint(room[:copy(room[:], c.rest)])
	if length <= 0 {
		c.fail()
		return 0
	}
	c.rest = c.rest[length:]
	return n
}

// Items writes or reads a list, each item by f. An empty list becomes nil.
func Items[L ~[]T, T any](c *Codec, list *L, f func(*Codec, *T)) {
	n := len(*list)
	Number(c, &n)
	if c.reading {
		if n < 0 || n > len(c.rest) { // an item has a byte or more
			c.fail()
			n = 0
		}
		*list = nil
		if n > 0 {
			*list = make(L, n)
		}
	}
	for i := range *list {
		f(c, &(*list)[i])
	}
}
