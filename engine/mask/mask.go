package mask

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// Stars stands where a secret was. It is as long as the shortest secret, so that masking makes no text longer.
const Stars = "******"

// Shortest is how many characters a secret has at least to be masked. Shorter ones stand in too many texts by chance.
const Shortest = len(Stars)

// cutMark is at the end of texts that this package, or the caller before it, shortened.
const cutMark = "…"

// headSize is the number of bytes that decide whether a form may begin at a place of a text. No form is shorter.
const headSize = Shortest

// Mask replaces a set of secrets in texts. It does not change; nil masks nothing.
type Mask struct {
	forms   map[uint64][]string // by their heads, sorted
	heads   [headBits / 64]uint64
	longest int // bytes of the longest form
}

// headBits is the size of a table of hashed heads. One look-up in it excludes nearly every place of a text at which no form
// begins.
const headBits = 1 << 16

// New returns a mask of these secrets; those with fewer than [Shortest] characters are left out. It is nil when none is
// left.
func New(secrets []string) *Mask {
	var all []string
	for _, secret := range secrets {
		if utf8.RuneCountInString(secret) >= Shortest {
			all = append(all, formsOf(secret)...)
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	all = slices.Compact(all)
	m := &Mask{forms: make(map[uint64][]string, len(all))}
	for _, form := range all {
		var head uint64
		for i := range headSize {
			head = head<<8 | uint64(form[i])
		}
		m.forms[head] = append(m.forms[head], form)
		m.longest = max(m.longest, len(form))
		bit := headBit(head)
		m.heads[bit/64] |= 1 << (bit % 64)
	}
	return m
}

// Size returns about how many bytes the mask of these secrets takes.
func Size(secrets []string) int64 {
	const fixed, perByte = headBits/8 + 8<<10, 64 // a secret has some sixty forms
	size := int64(fixed)
	for _, secret := range secrets {
		size += int64(perByte * len(secret))
	}
	return size
}

// With returns a mask that replaces these secrets too.
func (m *Mask) With(secrets []string) *Mask {
	more := New(secrets)
	if more == nil || m == nil {
		return cmp.Or(more, m)
	}
	for head, forms := range m.forms {
		all := append(slices.Clone(forms), more.forms[head]...)
		slices.Sort(all)
		more.forms[head] = slices.Compact(all)
	}
	for i, bits := range m.heads {
		more.heads[i] |= bits
	}
	more.longest = max(more.longest, m.longest)
	return more
}

// Text returns text with every secret in it replaced. It allocates nothing when there is none.
func (m *Mask) Text(text string) string {
	begin, end := m.next(text, 0)
	if begin == len(text) {
		return text
	}
	var b strings.Builder
	for from := 0; ; {
		b.WriteString(text[from:begin])
		if begin == len(text) {
			return b.String()
		}
		b.WriteString(Stars)
		from = end
		begin, end = m.next(text, from)
	}
}

// next returns where the first secret at or after from begins and ends; the length of text for both when there is none.
// Secrets that overlap, or contain each other, count as one.
func (m *Mask) next(text string, from int) (begin, end int) {
	begin, end = len(text), len(text)
	if m == nil {
		return begin, end
	}
	found := false
	var head uint64
	for i := from; i < len(text); i++ {
		head = (head<<8 | uint64(text[i])) & (1<<(8*headSize) - 1)
		at := i + 1 - headSize
		if at < from {
			continue
		}
		if found && at >= end {
			break
		}
		bit := headBit(head)
		if m.heads[bit/64]&(1<<(bit%64)) == 0 {
			continue
		}
		switch n := m.match(head, text[at:]); {
		case n == 0:
		case found:
			end = max(end, at+n)
		default:
			found, begin, end = true, at, at+n
		}
	}
	return begin, end
}

// match returns how much of the beginning of text is a secret. A secret that was cut short, with the mark of that, is one
// too: messages quote only the beginning of a long text.
//
// It goes along the text and keeps the forms that agree with it so far: secrets often begin alike, with words that
// everybody knows and may send.
func (m *Mask) match(head uint64, text string) int {
	longest := 0
	forms := m.forms[head]
	for n := headSize; len(forms) > 0; n++ {
		if len(forms) == 1 {
			n += commonPrefix(forms[0][n:], text[n:])
		}
		if len(forms[0]) == n {
			longest, forms = n, forms[1:]
		}
		if len(forms) == 0 || n == len(text) {
			break
		}
		if strings.HasPrefix(text[n:], cutMark) {
			longest = n
		}
		c := text[n]
		forms = forms[sort.Search(len(forms), func(i int) bool { return forms[i][n] >= c }):]
		forms = forms[:sort.Search(len(forms), func(i int) bool { return forms[i][n] > c })]
	}
	return longest
}

func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// headBit returns the place of a head in the table: the upper bits of its product with an odd number without a pattern.
func headBit(head uint64) uint64 {
	const spread = 0x9e3779b97f4a7c15
	return head * spread >> (64 - 16)
}
