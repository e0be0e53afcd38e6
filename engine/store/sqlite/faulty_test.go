package sqlite

import (
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// operation is what a disk is asked to do.
type operation string

const (
	reading    operation = "read"
	writing    operation = "write"
	truncating operation = "truncate"
	syncing    operation = "fsync"
	sharing    operation = "shm" // memory for the index of the log
)

// fault is what is wrong with the disk.
type fault struct {
	op    operation
	code  int32        // of SQLite, that an operation ends with
	after int64        // how many of them go well before
	once  bool         // only one of them ends so
	asked atomic.Int64 // how many there were
}

// met reports whether an operation has failed.
func (f *fault) met() bool { return f.asked.Load() > f.after }

// disk is the faulty disk. SQLite knows its disks by their names, for the whole process.
var disk faultyDisk

const faulty = "faulty" // its name

// faultyDisk does what SQLite's own one does, unless something is wrong. It is made of that: a table of functions for the disk, and
// one for each kind of file.
type faultyDisk struct {
	registered sync.Once
	fault      atomic.Pointer[fault]

	mu    sync.Mutex
	kinds map[uintptr]uintptr // the table of a kind, by the one that it is a copy of
}

// shatter lets the disk fail until it is mended, or the test ends.
func (d *faultyDisk) shatter(t *testing.T, f *fault) {
	d.fault.Store(f)
	t.Cleanup(d.mend)
}

func (d *faultyDisk) mend() { d.fault.Store(nil) }

// ask does an operation, or returns how it fails.
func (d *faultyDisk) ask(op operation, do func() int32) int32 {
	if f := d.fault.Load(); f != nil && f.op == op {
		if n := f.asked.Add(1); n > f.after && (!f.once || n == f.after+1) {
			return f.code
		}
	}
	return do()
}

// register makes the disk known to SQLite.
func (d *faultyDisk) register(t *testing.T) {
	t.Helper()
	d.registered.Do(func() {
		tls := libc.NewTLS()
		name, err := libc.CString(faulty)
		if err != nil {
			t.Fatal(err)
		}
		copied := duplicate[sqlite3.Tsqlite3_vfs](tls, sqlite3.Xsqlite3_vfs_find(tls, 0))
		vfs := at[sqlite3.Tsqlite3_vfs](copied)
		vfs.FzName, d.kinds = name, map[uintptr]uintptr{}
		open := function[opens](vfs.FxOpen)
		vfs.FxOpen = address[opens](func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32 {
			code := open(tls, vfs, name, file, flags, out)
			d.take(tls, at[sqlite3.Tsqlite3_file](file))
			return code
		})
		if code := sqlite3.Xsqlite3_vfs_register(tls, copied, 0); code != sqlite3.SQLITE_OK {
			t.Fatalf("the disk cannot be registered: %d", code)
		}
	})
}

// The functions of files and disks, as SQLite is translated from C.
type (
	opens     func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32
	moves     func(tls *libc.TLS, file, buffer uintptr, bytes int32, offset int64) int32
	truncates func(tls *libc.TLS, file uintptr, size int64) int32
	syncs     func(tls *libc.TLS, file uintptr, flags int32) int32
	shares    func(tls *libc.TLS, file uintptr, region, size, extend int32, out uintptr) int32
)

// take makes a file that was opened one of the disk.
func (d *faultyDisk) take(tls *libc.TLS, file *sqlite3.Tsqlite3_file) {
	if file.FpMethods == 0 { // it was not opened
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	kind := d.kinds[file.FpMethods]
	if kind == 0 {
		kind = duplicate[sqlite3.Tsqlite3_io_methods](tls, file.FpMethods)
		d.kinds[file.FpMethods] = kind
		d.stand(at[sqlite3.Tsqlite3_io_methods](kind))
	}
	file.FpMethods = kind
}

// stand puts the disk before the functions of a kind of files.
func (d *faultyDisk) stand(kind *sqlite3.Tsqlite3_io_methods) {
	read, write := function[moves](kind.FxRead), function[moves](kind.FxWrite)
	kind.FxRead = address[moves](func(tls *libc.TLS, file, buffer uintptr, bytes int32, offset int64) int32 {
		return d.ask(reading, func() int32 { return read(tls, file, buffer, bytes, offset) })
	})
	kind.FxWrite = address[moves](func(tls *libc.TLS, file, buffer uintptr, bytes int32, offset int64) int32 {
		return d.ask(writing, func() int32 { return write(tls, file, buffer, bytes, offset) })
	})
	truncate, sync := function[truncates](kind.FxTruncate), function[syncs](kind.FxSync)
	kind.FxTruncate = address[truncates](func(tls *libc.TLS, file uintptr, size int64) int32 {
		return d.ask(truncating, func() int32 { return truncate(tls, file, size) })
	})
	kind.FxSync = address[syncs](func(tls *libc.TLS, file uintptr, flags int32) int32 {
		return d.ask(syncing, func() int32 { return sync(tls, file, flags) })
	})
	if kind.FxShmMap == 0 { // the log itself has none
		return
	}
	share := function[shares](kind.FxShmMap)
	kind.FxShmMap = address[shares](func(tls *libc.TLS, file uintptr, region, size, extend int32, out uintptr) int32 {
		return d.ask(sharing, func() int32 { return share(tls, file, region, size, extend, out) })
	})
}

// at returns what is at an address of the translated C, whose memory does not move.
func at[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }

// duplicate copies a table in the memory of the translated C, for as long as the process lives.
func duplicate[T any](tls *libc.TLS, address uintptr) uintptr {
	table := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(*at[T](address))))
	*at[T](table) = *at[T](address)
	return table
}

// function returns the function that a pointer of the translated C is.
func function[F any](pointer uintptr) F { return *(*F)(unsafe.Pointer(&pointer)) }

// held are the functions that have an address.
var held []any

// address returns the pointer of the translated C to a function.
func address[F any](f F) uintptr {
	held = append(held, f)
	return *(*uintptr)(unsafe.Pointer(&f))
}
