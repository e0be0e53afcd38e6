package outside

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// read returns the text of a file.
func (f *Functions) read(args []value.Value) (value.Value, error) {
	uri, err := f.fileOf("read", args)
	if err != nil {
		return value.Null, f.about(args, err)
	}
	file, err := f.Files.Open(f.Context, f.Origin, uri)
	if err != nil {
		return value.Null, f.about(args, err)
	}
	defer file.Close()
	if err := f.Meter.ChargeOutput(int(min(file.Size, math.MaxInt32))); err != nil {
		return value.Null, err
	}
	text := make([]byte, file.Size)
	n, err := io.ReadFull(file, text)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) { // a file beside the flows may have become shorter
		return value.Null, err
	}
	return value.String(validText(text[:n])), nil
}

// validText returns bytes as text, with U+FFFD for each that belongs to no character.
func validText(text []byte) string {
	if utf8.Valid(text) {
		return string(text)
	}
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		b.WriteRune(r)
		text = text[size:]
	}
	return b.String()
}

// fileURI returns the URI of a file of a namespace, whether there is one or not.
func (f *Functions) fileURI(args []value.Value) (value.Value, error) {
	path, ok := text(args[0])
	switch {
	case !ok || path == "":
		return value.Null, errors.New("the 'fileURI' function expects an argument 'path' that is a path to a namespace file")
	case climbs(path):
		return value.Null, errClimbs
	}
	uri, err := f.namespaceFile(path, args)
	return value.String(uri), err
}

// fileSize returns the number of bytes of a file.
func (f *Functions) fileSize(args []value.Value) (value.Value, error) {
	size, err := f.size("fileSize", args)
	return value.Int(size), f.about(args, err)
}

// isFileEmpty returns whether a file has no byte.
func (f *Functions) isFileEmpty(args []value.Value) (value.Value, error) {
	size, err := f.size("isFileEmpty", args)
	return value.Bool(size == 0), f.about(args, err)
}

// fileExists returns whether there is a file.
func (f *Functions) fileExists(args []value.Value) (value.Value, error) {
	_, err := f.size("fileExists", args)
	if errors.Is(err, fs.ErrNotExist) {
		return value.Bool(false), nil
	}
	return value.Bool(err == nil), err
}

func (f *Functions) size(function string, args []value.Value) (int64, error) {
	uri, err := f.fileOf(function, args)
	if err != nil {
		return 0, err
	}
	return f.Files.Size(f.Context, f.Origin, uri)
}

var errClimbs = errors.New("files are named by their full path, without '..'")

// fileOf returns the URI of the file that a call of a function names: by a URI, or by a path of a namespace.
func (f *Functions) fileOf(function string, args []value.Value) (string, error) {
	path, ok := text(args[0])
	if !ok {
		return "", fmt.Errorf("the '%s' function expects an argument 'path' that is a path to a namespace file or an internal storage URI, not %s", function, args[0].Kind())
	}
	if climbs(path) {
		return "", errClimbs
	}
	name, rest, isURI := strings.Cut(path, ":/")
	switch {
	case strings.Trim(path, "/") == "":
		return "", fs.ErrNotExist
	case !isURI || strings.Contains(name, "/"):
		return f.namespaceFile(path, args)
	case name == "kestra" && !strings.Contains(rest, "/executions/") && !strings.Contains(rest, "/_files/"):
		return "", fmt.Errorf("unable to read the file '%s' as it is not an execution file", path)
	case name == "kestra" || name == "nsfile":
		return path, nil
	case name == "file":
		return "", fmt.Errorf("the path '%s' is not authorized: flows read no files of the server", path)
	default:
		return "", fmt.Errorf("cannot process the URI %s: scheme not supported", path)
	}
}

// namespaceFile returns the URI of a file by its path in a namespace, that of the flow unless a call names another one.
func (f *Functions) namespaceFile(path string, args []value.Value) (string, error) {
	namespace, version := args[1].Str(), args[2]
	if namespace == "" {
		namespace = f.Origin.Namespace
	}
	if version.IsNull() {
		return task.NamespaceFile(namespace, path, 0), nil
	}
	if version.Kind() != value.KindInt || version.Int() < 1 || version.Int() > math.MaxInt32 {
		return "", errors.New("the version of a file is a whole number of at least 1")
	}
	return task.NamespaceFile(namespace, path, int(version.Int())), nil
}

// about says of a missing file of a namespace what was asked for.
func (f *Functions) about(args []value.Value, err error) error {
	path := args[0].Str()
	if !errors.Is(err, fs.ErrNotExist) || strings.Contains(path, ":/") {
		return err
	}
	namespace, version := args[1].Str(), ""
	if namespace == "" {
		namespace = f.Origin.Namespace
	}
	if !args[2].IsNull() {
		version = fmt.Sprintf("version %d of ", args[2].Int())
	}
	return fmt.Errorf("%sfile '/%s' was not found in namespace '%s'", version, strings.TrimPrefix(path, "/"), namespace)
}

func text(v value.Value) (string, bool) { return v.Str(), v.Kind() == value.KindString }

// climbs reports whether a path has an element that leads to the folder above.
func climbs(path string) bool {
	for element := range strings.SplitSeq(path, "/") {
		if element == ".." {
			return true
		}
	}
	return false
}
