package memory

import (
	"bytes"
	"hash/maphash"
	"strings"
	"unsafe"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/packing"
)

// archive holds executions that have ended as bytes, in pages of many, and points to none of them: the garbage collector has
// nothing to follow there, and what is kept does not lie scattered among what is not.
type archive struct {
	pages []*page // the oldest first; nil: nothing in it is kept any more
	first int32   // the number of pages[0], counted from 1
	open  int32   // the number of the page that small ones go into; 0: none
	spare *page   // an empty one, or nil
	seed  maphash.Seed
	seqs  map[uint64]int64 // the number of an execution, by the hash of its id
}

// page is the memory of some executions, which becomes that of others when they have gone.
type page struct {
	bytes []byte
	left  int // of the executions in it, those that are still there
}

// record is where an execution stands in the archive, and what is needed to let go of it.
type record struct {
	page, at int32 // page 0: it is not in the archive
	hash     uint64
	ended    int64 // the number of its ending
	bytes    int
}

const (
	pageBytes = 64 << 10

	// ownPage is from which size on an execution has a page of its own, so that little is left over at the end of a page.
	ownPage = pageBytes / 8

	// recordBytes is more than the numbers of a record take.
	recordBytes = 128
)

func newArchive() archive {
	return archive{first: 1, seed: maphash.MakeSeed(), seqs: map[uint64]int64{}}
}

// hash returns what stands for an id in seqs.
func (a *archive) hash(id string) uint64 { return maphash.String(a.seed, id) }

func (a *archive) page(number int32) *page { return a.pages[number-a.first] }

// room returns the number of a page that has room for so many bytes.
func (a *archive) room(bytes int) int32 {
	if bytes >= ownPage {
		return a.add(bytes)
	}
	if a.open != 0 {
		if p := a.page(a.open); cap(p.bytes)-len(p.bytes) >= bytes {
			return a.open
		}
	}
	a.open = a.add(pageBytes)
	return a.open
}

// add returns the number of a new page.
func (a *archive) add(bytes int) int32 {
	p := a.spare
	if p == nil || bytes != pageBytes {
		p = &page{bytes: make([]byte, 0, bytes)}
	} else {
		a.spare = nil
	}
	a.pages = append(a.pages, p)
	return a.first + int32(len(a.pages)-1)
}

// put writes an entry into a page.
func (a *archive) put(e *entry) record {
	number := a.room(recordBytes + e.packedSize())
	p := a.page(number)
	r := record{page: number, at: int32(len(p.bytes)), hash: a.hash(e.id), ended: e.ended, bytes: e.bytes}
	c := packing.Writer(p.bytes)
	archived(&c, e)
	p.bytes = c.Bytes()
	p.left++
	a.seqs[r.hash] = e.seq
	return r
}

// reader returns a codec that reads a record, whose texts are only good while the lock is held.
func (a *archive) reader(r record) packing.Codec {
	text := a.page(r.page).bytes[r.at:]
	return packing.Reader(unsafe.String(unsafe.SliceData(text), len(text)), nil)
}

// remove lets go of a record.
func (a *archive) remove(r record) {
	delete(a.seqs, r.hash)
	p := a.page(r.page)
	if p.left--; p.left > 0 {
		return
	}
	a.pages[r.page-a.first] = nil
	if a.open == r.page {
		a.open = 0
	}
	if cap(p.bytes) == pageBytes {
		p.bytes = p.bytes[:0]
		a.spare = p
	}
	for len(a.pages) > 0 && a.pages[0] == nil {
		a.pages = a.pages[1:]
		a.first++
	}
}

// archived writes or reads an entry that [Store.file] may put into the archive.
func archived(c *packing.Codec, e *entry) {
	c.Text((*string)(&e.status))
	c.Data(&e.packed.text)
	packing.Number(c, &e.seq)
	packing.Number(c, &e.version)
	c.Data(&e.packed.variables)
	c.Data(&e.lines.bytes)
	packing.Number(c, &e.lines.count)
	packing.Number(c, &e.lines.gone)
	packing.Number(c, &e.lines.last)
	c.Time(&e.lines.when)
}

// file puts an execution that has ended into the archive, if it is packed and nothing else belongs to it, and reports whether it did. One
// that was taken out of it stays out: each time it was filed again, it would leave its old place in a page empty.
func (s *Store) file(e *entry) bool {
	if !e.accepted() || e.ended == 0 || e.state != nil || e.inbox.unread() || len(e.refs) > 0 || e.takenOut {
		return false
	}
	if _, taken := s.archive.seqs[s.archive.hash(e.id)]; taken { // another id has the same hash
		return false
	}
	s.grow(e, archivedBytes+e.packedSize()-e.bytes)
	n := s.order.find(e.seq)
	n.entry, n.record = nil, s.archive.put(e)
	delete(s.executions, e.id)
	s.takeBackEntry(e)
	return true
}

// archived returns where an execution stands in the order, if it is in the archive; else nil.
func (s *Store) archived(id string) *numbered {
	seq, ok := s.archive.seqs[s.archive.hash(id)]
	if !ok {
		return nil
	}
	n := s.order.find(seq)
	if e := s.packedEntry(n); e.id != id {
		return nil
	}
	return n
}

// packedEntry returns an execution that is in the archive without what stands there after the packed text. It is only good while
// the lock is held.
func (s *Store) packedEntry(n *numbered) entry {
	e := entry{seq: n.seq, over: true, ended: n.record.ended}
	c := s.archive.reader(n.record)
	c.Text((*string)(&e.status))
	c.Data(&e.packed.text)
	packing.Number(&c, &e.seq)
	packing.Number(&c, &e.version)
	c.Data(&e.packed.variables)
	e.name()
	return e
}

// name fills in what an entry has outside of the packed text.
func (e *entry) name() {
	c := e.packed.reader()
	c.Text(&e.id)
	c.Text(&e.flow.namespace)
	c.Text(&e.flow.id)
}

// packedSize returns how long all that [Store.file] puts away is.
func (e *entry) packedSize() int {
	return len(e.packed.text) + len(e.packed.variables) + len(e.lines.bytes)
}

// look returns an execution to be read with the lock held; nil if there is none. Of one in the archive it is a copy.
func (s *Store) look(id string) *entry {
	if e := s.executions[id]; e != nil {
		return e
	}
	n := s.archived(id)
	if n == nil {
		return nil
	}
	e := &entry{over: true, ended: n.record.ended, bytes: n.record.bytes}
	c := s.archive.reader(n.record)
	archived(&c, e)
	p := &e.packed
	p.text, p.variables, e.lines.bytes = bytes.Clone(p.text), bytes.Clone(p.variables), bytes.Clone(e.lines.bytes)
	e.name()
	e.status = execution.Status(strings.Clone(string(e.status)))
	return e
}

// entry returns an execution to be changed; nil if there is none. It is taken out of the archive.
func (s *Store) entry(id string) *entry {
	if e := s.executions[id]; e != nil {
		return e
	}
	e := s.look(id)
	if e == nil {
		return nil
	}
	e.takenOut = true
	n := s.order.find(e.seq)
	s.archive.remove(n.record)
	n.entry, n.record = e, record{}
	s.executions[e.id] = e
	s.grow(e, e.size()+len(e.lines.bytes)-e.bytes)
	return e
}

// has reports whether an execution is there.
func (s *Store) has(id string) bool { return s.executions[id].accepted() || s.archived(id) != nil }
