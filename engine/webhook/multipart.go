package webhook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strconv"
	"strings"
	"unsafe"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The limits of a multipart body, beside that of its bytes.
const (
	maxParts      = 1000
	maxPartHeader = 8 << 10 // bytes of the names and values of all headers of one part
)

// formBody is a body of type multipart/form-data, read once: the texts of its fields, and what its files are. Their bytes stay where
// they are, in the body.
type formBody struct {
	boundary string
	fields   []formField
	files    []formFile
	bytes    int64 // taken for it
}

// formField is a plain field.
type formField struct{ name, text string }

// formFile is a file. What the sender says of it is data: nothing is named by it.
type formFile struct {
	name        string // of the field
	filename    string // without folders; may be any text
	contentType string // as it was sent; may be empty
	size        int64  // bytes
}

// formBoundary returns what stands between the parts of a body of type multipart/form-data; empty: it is none.
func formBoundary(contentType string) string {
	if len(contentType) < len("multipart/") || !strings.EqualFold(contentType[:len("multipart/")], "multipart/") { // nearly all
		return ""
	}
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || mediaType != "multipart/form-data" {
		return ""
	}
	return parameters["boundary"]
}

// brokenError is what makes a body that says it is a form, and is none, a text: the form that is to be read is not there.
type brokenError struct{ error }

var errCut = errors.New("the line at the end is missing, or what a part says of its encoding is wrong")

// readForm reads the parts of a body. The error is brokenError, a [*BodyError] about a limit, or that of the account.
func readForm(raw []byte, boundary string, account Account) (*formBody, error) {
	work := partWork(raw)
	if err := account.Take(work); err != nil {
		return nil, err
	}
	defer account.Give(work)
	form := &formBody{boundary: boundary}
	err := eachPart(raw, boundary, func(p *formPart) error {
		size, err := form.add(p, account)
		form.bytes += size
		return err
	})
	if err != nil {
		account.Give(form.bytes)
		return nil, err
	}
	return form, nil
}

// partWork returns how many bytes the headers of one part of a body may take while they are read: mime/multipart reads no more than
// 10,000, and refuses the others.
func partWork(raw []byte) int64 {
	const header, most = 512, 10_000 // bytes of a name and a value beside their texts
	return 64<<10 + int64(len(raw)) + header*int64(min(bytes.Count(raw, []byte("\n")), most))
}

// add adds a part, and takes the memory that is kept of it, also when it fails.
func (f *formBody) add(p *formPart, account Account) (taken int64, err error) {
	size := partBytes + int64(3*(len(p.name)+len(p.filename)+len(p.contentType)))
	if err := account.Take(size); err != nil {
		return 0, err
	}
	if !p.isFile {
		text, err := fieldText(p, account)
		f.fields = append(f.fields, formField{p.name, textOf(text)})
		return size + int64(cap(text)), err
	}
	bytes, err := io.Copy(io.Discard, p.content)
	if err != nil {
		return size, brokenError{errCut}
	}
	if p.filename != "" || bytes > 0 { // a browser sends a field for which nobody chose a file without a name
		f.files = append(f.files, formFile{p.name, p.filename, p.contentType, bytes})
	}
	return size, nil
}

// fieldText reads the text of a field in its charset. The account has the memory of the result, and nothing after an error.
func fieldText(p *formPart, account Account) ([]byte, error) {
	raw, err := ReadAll(p.content, 0, math.MaxInt64/2, account)
	if errors.Is(err, errAccount) {
		return nil, err
	}
	if err != nil {
		return nil, brokenError{errCut}
	}
	text, _, err := decodeCharset(p.contentType, raw, account)
	if err != nil || len(raw) > 0 && unsafe.SliceData(text) != unsafe.SliceData(raw) {
		account.Give(int64(cap(raw)))
	}
	return text, err
}

// partBytes is about what is kept of a part, in bytes, beside what the sender wrote.
const partBytes = 1 << 10

// formPart is one part while it is read.
type formPart struct {
	name, filename, contentType string
	isFile                      bool // it says that it has a name as a file, if only an empty one
	content                     io.Reader
}

// eachPart calls f for each part with a name, in their order. Its error is brokenError, a [*BodyError] about a limit, or that of f.
func eachPart(raw []byte, boundary string, f func(p *formPart) error) error {
	r := multipart.NewReader(bytes.NewReader(raw), boundary)
	for n := 1; ; n++ {
		p, err := r.NextPart()
		if err == io.EOF { // one that is wrapped says that the end of the form is missing
			return nil
		}
		if err != nil { // its text repeats the body, which belongs into no log
			return brokenError{fmt.Errorf("part %d: its headers are broken, or the line before it or at the end is missing", n)}
		}
		if n > maxParts {
			return &BodyError{Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("request body has more than %d parts", maxParts)}
		}
		size := 0
		for name, texts := range p.Header {
			for _, text := range texts {
				size += len(name) + len(text)
			}
		}
		if size > maxPartHeader {
			return &BodyError{Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("a part of the request body has more than %d bytes of headers", maxPartHeader)}
		}
		part, ok := newFormPart(p)
		if !ok {
			continue
		}
		if err := f(part); err != nil {
			return err
		}
	}
}

// newFormPart returns what a part is by its headers; false: it has no name, so that nothing could ask for it.
func newFormPart(p *multipart.Part) (*formPart, bool) {
	disposition, parameters, err := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
	name := strings.ToValidUTF8(parameters["name"], "\uFFFD")
	if err != nil || disposition != "form-data" || name == "" {
		return nil, false
	}
	filename, isFile := parameters["filename"]
	filename = filename[strings.LastIndexAny(filename, `/\`)+1:]
	return &formPart{
		name: name, filename: strings.ToValidUTF8(filename, "\uFFFD"), isFile: isFile,
		contentType: headerText(p.Header.Get("Content-Type")), content: p,
	}, true
}

// fileName returns the name that the file with an index has among those of the execution: ours but for the extension, by which tasks
// and inputs tell what it is.
func (f *formBody) fileName(index int) string {
	return strconv.Itoa(index) + "/file" + safeExtension(f.files[index].filename)
}

// safeExtension returns the extension of a file's name, with its dot and in small letters, if it is a short one of letters and digits.
func safeExtension(filename string) string {
	const longest = 16
	extension := strings.ToLower(path.Ext(filename))
	if len(extension) < 2 || len(extension) > longest || strings.Trim(extension[1:], "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return ""
	}
	return extension
}

// fieldsValue returns the fields: a map of name to list of texts, names in the order of their first appearance.
func (f *formBody) fieldsValue() value.Value {
	lists := make(map[string][]value.Value, len(f.fields))
	m := value.NewMap(len(f.fields))
	for _, field := range f.fields {
		lists[field.name] = append(lists[field.name], value.String(field.text))
	}
	for _, field := range f.fields {
		if !m.Has(field.name) {
			m.Set(field.name, value.ListOf(lists[field.name]...))
		}
	}
	return value.FromMap(m)
}

// filesValue returns the files as a list of maps: name, filename, contentType if there is one, size, and the URI that the execution
// knows the file by, if it is to have any.
func (f *formBody) filesValue(uri func(name string) string) value.Value {
	files := make([]value.Value, len(f.files))
	for i, file := range f.files {
		m := value.NewMap(5)
		m.Set("name", value.String(file.name))
		m.Set("filename", value.String(file.filename))
		if file.contentType != "" {
			m.Set("contentType", value.String(file.contentType))
		}
		m.Set("size", value.Int(file.size))
		if uri != nil {
			m.Set("uri", value.String(uri(f.fileName(i))))
		}
		files[i] = value.FromMap(m)
	}
	return value.ListOf(files...)
}

// valuesSize estimates how many bytes of memory fieldsValue and filesValue take, beside the texts.
func (f *formBody) valuesSize() (fields, files int64) {
	for _, file := range f.files {
		files += partBytes + int64(len(file.filename))
	}
	return int64(len(f.fields)) * pairBytes, files
}

// writeFiles calls write for each file that has bytes, or none, with its name among those of the execution.
func (f *formBody) writeFiles(raw []byte, write func(name string, content io.Reader) error) error {
	index := 0
	return eachPart(raw, f.boundary, func(p *formPart) error {
		if !p.isFile || index == len(f.files) {
			return nil
		}
		content := p.content
		if p.filename == "" { // it counts only if there is anything in it
			var first [1]byte
			if _, err := io.ReadFull(p.content, first[:]); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			content = io.MultiReader(bytes.NewReader(first[:]), p.content)
		}
		index++
		return write(f.fileName(index-1), content)
	})
}
