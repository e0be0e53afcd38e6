package execution

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"strconv"
	"time"
)

// digits are those of FriendlyId, in their order.
const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// The lengths of ids: shorter numbers get leading zeros, and 128 bits need at most 22 digits.
const (
	MinIDLength = 21
	MaxIDLength = 22
)

// NewID returns a new execution id: the milliseconds since 1970 and 80 random bits in base 62, 21 characters. One that is made later
// mostly sorts later, so that an index of ids grows at its end, whatever its size.
func NewID() string {
	id, _ := newIdentity(time.Now())
	return id
}

// RunID returns the id of the task run of a node, by its path, below a parent's run, whose id is "" at the top. It has 21
// or 22 characters and follows from structure alone: neither what runs beside it nor a crash changes it.
func RunID(execution, parent, path string, iteration, try int) string {
	var buffer [256]byte
	text := append(buffer[:0], execution...)
	text = append(text, '/')
	text = append(text, parent...)
	text = append(text, '/')
	text = append(text, path...)
	text = append(text, '/')
	text = strconv.AppendInt(text, int64(iteration), 10)
	text = append(text, '/')
	text = strconv.AppendInt(text, int64(try), 10)
	sum := sha256.Sum256(text)
	return base62([16]byte(sum[:16]))
}

// hashID returns a number that follows from an id (FNV-1a).
func hashID(id string) uint64 {
	hash := uint64(14695981039346656037)
	for i := range len(id) {
		hash = (hash ^ uint64(id[i])) * 1099511628211
	}
	return hash
}

// tenDigits is 62 to the power of 10.
const tenDigits = 839299365868340224

func base62(b [16]byte) string {
	hi, lo := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	var text [MaxIDLength]byte
	i := len(text)
	for hi != 0 || lo != 0 { // ten digits at once
		var part uint64
		hi, part = hi/tenDigits, hi%tenDigits
		lo, part = bits.Div64(part, lo, tenDigits)
		for end := max(0, i-10); i > end; part /= 62 {
			i--
			text[i] = digits[part%62]
		}
	}
	for i > 0 {
		i--
		text[i] = '0'
	}
	if text[0] == '0' {
		return string(text[len(text)-MinIDLength:])
	}
	return string(text[:])
}

// newIdentity returns a new id as of [NewID], made at a time, and a random number that is not 0.
func newIdentity(at time.Time) (id string, seed uint64) {
	var b [16 + 8]byte
	binary.BigEndian.PutUint64(b[:], uint64(max(at.UnixMilli(), 0))<<16)
	rand.Read(b[6:]) // never fails
	return base62([16]byte(b[:16])), binary.BigEndian.Uint64(b[16:]) | 1
}

// mixSeed derives the seed of one effect. Neighbouring arguments give unrelated seeds, and none is 0.
func mixSeed(seed uint64, parts ...uint64) uint64 {
	for _, p := range parts { // splitmix64
		seed += 0x9e3779b97f4a7c15 * (p + 1)
		seed = (seed ^ seed>>30) * 0xbf58476d1ce4e5b9
		seed = (seed ^ seed>>27) * 0x94d049bb133111eb
		seed ^= seed >> 31
	}
	return max(seed, 1)
}
