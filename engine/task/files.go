package task

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
)

// Files keeps the files of executions, and has those of namespaces. Expressions and tasks know a file by its URI:
//
//	kestra:///<namespace>/<flow>/executions/<execution>/tasks/<task>/<run>/<name>
//	kestra:///<namespace>/<flow>/executions/<execution>/inputs/<input>/<name>
//	kestra:///<namespace>/<flow>/executions/<execution>/webhook/<name>, which the request has brought
//	kestra:///<namespace>/_files/<path>
//	nsfile:///<path>, of the namespace that asks, and nsfile://<namespace>/<path>
//
// One of a namespace may name a version behind it, as in ?version=2; without, it is the newest.
//
// Whoever knows the URI of a file may read it, as in Kestra: it holds the ids of an execution and of a task run. A file goes with
// its execution. Methods may be called concurrently. A missing file is [fs.ErrNotExist], a text that is no URI of a file
// [ErrFileURI]; both are errors that name it.
type Files interface {
	// Create begins a file of the task run that asks. Its name may have slashes. It is there once it is committed, in place of one
	// that has its name already: an attempt that is made again leaves what the first one would have left.
	Create(ctx context.Context, o Origin, name string) (NewFile, error)

	// CreateInput begins the file of an input of the execution that asks.
	CreateInput(ctx context.Context, o Origin, input, name string) (NewFile, error)

	// URI returns the URI that a file of the task run that asks has, be it there or not.
	URI(o Origin, name string) (string, error)

	// Open opens a file.
	Open(ctx context.Context, o Origin, uri string) (*File, error)

	// Size returns how many bytes a file has.
	Size(ctx context.Context, o Origin, uri string) (int64, error)

	// Delete removes a file of an execution, or one of a namespace that tasks have written, with its older versions, and reports
	// whether it was there.
	Delete(ctx context.Context, o Origin, uri string) (deleted bool, err error)

	// List returns the URIs of all files of the execution that asks, in their order.
	List(ctx context.Context, o Origin) ([]string, error)

	// ListNamespace returns the paths of all files of a namespace, in their order.
	ListNamespace(ctx context.Context, namespace string) ([]string, error)

	// CreateNamespaceFile begins a file of a namespace. What has its path already stays as an older version once it is committed,
	// unless both have the same bytes: an attempt that is made again leaves no other version.
	CreateNamespaceFile(ctx context.Context, namespace, path string) (NewFile, error)
}

// ErrFileURI is the error of texts that are no URI of a file.
var ErrFileURI = errors.New("no URI of a file")

// ErrBeside is the error of a file that tasks cannot remove.
var ErrBeside = errors.New("the file is beside the flows, where no task changes it")

// File is a file that is read. It is to be closed.
type File struct {
	io.ReadCloser
	io.ReaderAt
	Size int64 // bytes
}

// NewFile is a file that is written. One that is closed and was not committed is not there.
type NewFile interface {
	io.Writer

	// Commit puts the file into its place and returns its URI. Nothing is written after it.
	Commit() (uri string, err error)

	// Close gives up a file that was not committed; after Commit it does nothing.
	Close() error
}

// NamespaceFile returns the URI of a file of a namespace by its path, with or without a slash at its beginning, and its version; 0: the
// newest.
func NamespaceFile(namespace, path string, version int) string {
	u := url.URL{Scheme: "kestra", Path: "/" + strings.ReplaceAll(namespace, ".", "/") + "/_files/" + strings.TrimPrefix(path, "/")}
	if version > 0 {
		u.RawQuery = "version=" + strconv.Itoa(version)
	}
	return u.String()
}

// FileName returns a name for the file with a number that a task run makes: text as Kestra's names, the same in each attempt.
// The extension has its dot.
func FileName(o Origin, number int, extension string) string {
	sum := sha256.Sum256([]byte(o.Execution + "/" + o.Run + "/" + strconv.Itoa(number)))
	return fmt.Sprintf("%020d%s", binary.BigEndian.Uint64(sum[:]), extension)
}
