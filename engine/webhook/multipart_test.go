package webhook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// crlf returns text as it goes over a line.
func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

// field and file are parts of a form whose boundary is BB.
func field(name, text string) string {
	return "--BB\nContent-Disposition: form-data; name=\"" + name + "\"\n\n" + text + "\n"
}

func file(name, filename, contentType, text string) string {
	if contentType != "" {
		contentType = "Content-Type: " + contentType + "\n"
	}
	return "--BB\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + filename + "\"\n" + contentType + "\n" + text + "\n"
}

// receiveForm receives a body of a content type, with URIs for its files.
func receiveForm(t testing.TB, contentType, body string, account Account) (*Delivery, error) {
	t.Helper()
	r := post(body)
	r.Header.Set("Content-Type", contentType)
	d, err := Receive(r, 1<<20, account)
	if err == nil {
		d.Place(FetchText, func(name string) string { return "u:" + name })
	}
	return d, err
}

const formType = "multipart/form-data; boundary=BB"

func TestMultipart(t *testing.T) {
	const end = "--BB--\n"
	tests := []struct {
		name, contentType, body string
		fields, parts           string            // as JSON; "": it is no form
		files                   map[string]string // what is written
	}{
		{
			"a field and a file", formType, field("f", "v") + file("up", "a.txt", "text/plain", "hello") + end,
			`{"f":["v"]}`, `[{"name":"up","filename":"a.txt","contentType":"text/plain","size":5,"uri":"u:0/file.txt"}]`,
			map[string]string{"0/file.txt": "hello"},
		},
		{"fields alone", formType, field("b", "1") + field("a", "") + field("b", "2\n3") + end, `{"b":["1","2\r\n3"],"a":[""]}`, `[]`, nil},
		{
			"files alone, of one name", formType, file("f", "x.CSV", "", "1") + file("f", "y", "", "") + end, `{}`,
			`[{"name":"f","filename":"x.CSV","size":1,"uri":"u:0/file.csv"},{"name":"f","filename":"y","size":0,"uri":"u:1/file"}]`,
			map[string]string{"0/file.csv": "1", "1/file": ""},
		},
		{
			"bytes that are no text", formType, file("f", "x.bin", "application/octet-stream", "\x00\xff\xfe\n\x80") + end, `{}`,
			`[{"name":"f","filename":"x.bin","contentType":"application/octet-stream","size":6,"uri":"u:0/file.bin"}]`,
			map[string]string{"0/file.bin": "\x00\xff\xfe\r\n\x80"},
		},
		{"nothing in it", formType, end, `{}`, `[]`, nil},
		{"a type in capitals and a boundary in quotes", `Multipart/Form-Data; charset=utf-8; boundary="B B"`, strings.ReplaceAll(field("f", "v")+end, "BB", "B B"), `{"f":["v"]}`, `[]`, nil},
		{"text before and behind", formType, "preamble\n" + field("f", "v") + end + "epilogue", `{"f":["v"]}`, `[]`, nil},
		{"a field for which nobody chose a file", formType, file("none", "", "application/octet-stream", "") + file("f", "x", "", "1") + end, `{}`, `[{"name":"f","filename":"x","size":1,"uri":"u:0/file"}]`, map[string]string{"0/file": "1"}},
		{"a file without a name", formType, file("f", "", "image/png", "1") + end, `{}`, `[{"name":"f","filename":"","contentType":"image/png","size":1,"uri":"u:0/file"}]`, map[string]string{"0/file": "1"}},
		{"a path as a name", formType, file("../../f", "../../etc/passwd", "", "x") + end, `{}`, `[{"name":"../../f","filename":"passwd","size":1,"uri":"u:0/file"}]`, map[string]string{"0/file": "x"}},
		{"a path of Windows as a name", formType, file("f", `C:\\x\\a.b.txt`, "", "x") + end, `{}`, `[{"name":"f","filename":"a.b.txt","size":1,"uri":"u:0/file.txt"}]`, map[string]string{"0/file.txt": "x"}},
		{"an extension that could be more", formType, file("f", "x.t/../y.t%2fz", "", "x") + end, `{}`, `[{"name":"f","filename":"y.t%2fz","size":1,"uri":"u:0/file"}]`, map[string]string{"0/file": "x"}},
		{"a name in UTF-8", formType, file("größe", "bär 🚀.txt", "", "x") + end, `{}`, `[{"name":"größe","filename":"bär 🚀.txt","size":1,"uri":"u:0/file.txt"}]`, map[string]string{"0/file.txt": "x"}},
		{"a name that is encoded", formType, "--BB\nContent-Disposition: form-data; name=f; filename*=UTF-8''b%C3%A4r.txt\n\nx\n" + end, `{}`, `[{"name":"f","filename":"bär.txt","size":1,"uri":"u:0/file.txt"}]`, map[string]string{"0/file.txt": "x"}},
		{"a name that is no text", formType, field("a\xff", "x\xff") + end, `{"a�":["x�"]}`, `[]`, nil},
		{"a field with a charset", formType, "--BB\nContent-Disposition: form-data; name=f\nContent-Type: text/plain; charset=iso-8859-1\n\ncaf\xe9\n" + end, `{"f":["café"]}`, `[]`, nil},
		{"a field in quoted-printable", formType, "--BB\nContent-Disposition: form-data; name=f\nContent-Transfer-Encoding: quoted-printable\n\na=3Db\n" + end, `{"f":["a=b"]}`, `[]`, nil},
		{"parts without a name", formType, "--BB\nContent-Disposition: form-data\n\nx\n--BB\n\ny\n--BB\nContent-Disposition: attachment; name=z\n\nz\n" + field("", "w") + field("f", "v") + end, `{"f":["v"]}`, `[]`, nil},

		{"another type", "multipart/mixed; boundary=BB", field("f", "v") + end, "", "", nil},
		{"no boundary", "multipart/form-data", field("f", "v") + end, "", "", nil},
		{"an empty boundary", "multipart/form-data; boundary=", field("f", "v") + end, "", "", nil},
		{"another boundary", "multipart/form-data; boundary=CC", field("f", "v") + end, "", "", nil},
		{"no end", formType, field("f", "v"), "", "", nil},
		{"cut in a file", formType, field("f", "v") + strings.TrimSuffix(file("f", "x", "", "hello"), "\n"), "", "", nil},
		{"cut in the headers", formType, field("f", "v") + "--BB\nContent-Dispo", "", "", nil},
		{"a header that is none", formType, "--BB\nno header\n\nx\n" + end, "", "", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			body := crlf(test.body)
			d, err := receiveForm(t, test.contentType, body, new(ledger))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.ToValidUTF8(body, "�"), d.RawBody()); diff != "" && !strings.Contains(test.name, "no text") {
				t.Errorf("body (-want +got):\n%s", diff)
			}
			fields, isForm := d.Trigger().Get("formFields")
			parts, hasParts := d.Trigger().Get("parts")
			if isForm != (test.fields != "") || hasParts != isForm || d.IsForm() != isForm {
				t.Fatalf("it has fields: %v, parts: %v, is a form: %v", isForm, hasParts, d.IsForm())
			}
			says := strings.HasPrefix(test.contentType, formType[:len(formType)-1]) || strings.HasSuffix(test.contentType, "=CC")
			if !isForm && (d.Broken() != nil) != says {
				t.Errorf("broken: %v", d.Broken())
			}
			if diff := cmp.Diff(test.fields, value.JSON(fields)); isForm && diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.parts, value.JSON(parts)); isForm && diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.files, written(t, d)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

// written returns the files of a delivery; nil: none.
func written(t testing.TB, d *Delivery) map[string]string {
	t.Helper()
	var files map[string]string
	err := d.WriteFiles(func(name string, content io.Reader) error {
		text, err := io.ReadAll(content)
		if files == nil {
			files = map[string]string{}
		}
		files[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if d.HasFiles() != (files != nil) {
		t.Errorf("it has files: %v, %v are written", d.HasFiles(), files)
	}
	return files
}

func TestMultipartLimits(t *testing.T) {
	const end = "--BB--\n"
	for _, test := range []struct {
		name, body string
		want       string // of the error
	}{
		{"many parts", strings.Repeat(field("f", "v"), maxParts) + end, ""},
		{"too many parts", strings.Repeat(field("f", "v"), maxParts+1) + end, "request body has more than 1000 parts"},
		{"parts without names count, too", strings.Repeat("--BB\n\nx\n", maxParts+1) + end, "request body has more than 1000 parts"},
		{"long headers", "--BB\nContent-Disposition: form-data; name=f\nX: " + strings.Repeat("x", 8000) + "\n\nv\n" + end, ""},
		{"headers that are too long", "--BB\nContent-Disposition: form-data; name=f\nX: " + strings.Repeat("x", 9000) + "\n\nv\n" + end, "a part of the request body has more than 8192 bytes of headers"},
		{"too many headers", "--BB\nContent-Disposition: form-data; name=f\n" + strings.Repeat("X: 1234567\n", 1100) + "\n\nv\n" + end, "a part of the request body has more than 8192 bytes of headers"},
	} {
		d, err := receiveForm(t, formType, crlf(test.body), new(ledger))
		refused := new(BodyError)
		switch {
		case test.want == "" && (err != nil || !d.IsForm()):
			t.Errorf("%s: %v", test.name, err)
		case test.want != "" && (!errors.As(err, &refused) || refused.Status != 413 || refused.Message != test.want):
			t.Errorf("%s: error is %v, want %s", test.name, err, test.want)
		}
	}
}

// TestMultipartTakesMemory checks that an account has what is kept of a form, and nothing after it was refused.
func TestMultipartTakesMemory(t *testing.T) {
	text := strings.Repeat("x", 10_000)
	body := crlf(field("f", text) + file("up", "a.txt", "text/plain", text) + "--BB--\n")
	var l ledger
	d, err := receiveForm(t, formType, body, &l)
	if err != nil {
		t.Fatal(err)
	}
	kept := l.taken
	if least, most := int64(len(text)), int64(5*len(text)); kept < least || kept > most { // the field; the file is in the body
		t.Errorf("%d bytes are taken", kept)
	}
	if l.most < int64(len(body)) {
		t.Errorf("at most %d bytes were taken", l.most)
	}
	for _, name := range []string{"formFields", "parts"} {
		before := l.taken
		d.Trigger().Get(name)
		if l.taken < before+300 {
			t.Errorf("%s takes %d bytes", name, l.taken-before)
		}
	}
	d.Drop()
	if l.taken != kept {
		t.Errorf("%d bytes are left", l.taken-kept)
	}
	for limit := int64(1); limit < l.most; limit += 500 {
		l := ledger{limit: limit}
		if _, err := receiveForm(t, formType, body, &l); err != nil && (!errors.Is(err, errLedger) || l.taken != 0) {
			t.Fatalf("with %d bytes: %v, and %d are still taken", limit, err, l.taken)
		}
	}
}

// FuzzMultipart checks that no body panics, is lost or takes memory that the account does not have, and that what is said of files is
// what is written.
func FuzzMultipart(f *testing.F) {
	for _, body := range []string{
		"", "--BB--\n", field("f", "v") + "--BB--\n", field("f", "v") + file("f", "x.txt", "text/plain", "hello") + "--BB--\n", field("f", "v"),
		file("f", "", "", "") + file("f", "", "", "x") + "--BB--\n", "--BB\n\n\n--BB--\n", "--BB\nContent-Disposition: form-data; name=f; filename*=UTF-8''%ff\n\n\n--BB--",
	} {
		f.Add("BB", []byte(crlf(body)))
	}
	f.Fuzz(func(t *testing.T, boundary string, raw []byte) {
		var l ledger
		form, err := readForm(raw, boundary, &l)
		if err != nil {
			refused := new(BodyError)
			if _, broken := errors.AsType[brokenError](err); !broken && !errors.As(err, &refused) || l.taken != 0 {
				t.Fatalf("error %v, and %d bytes are taken", err, l.taken)
			}
			return
		}
		if l.taken != form.bytes {
			t.Errorf("%d bytes are taken, want %d", l.taken, form.bytes)
		}
		index := 0
		err = form.writeFiles(raw, func(name string, content io.Reader) error {
			size, err := io.Copy(io.Discard, content)
			if want := form.files[index].size; size != want || name != form.fileName(index) || strings.Contains(name, "..") || strings.Count(name, "/") != 1 {
				t.Errorf("file %d is %s with %d bytes, want %d", index, name, size, want)
			}
			index++
			return err
		})
		if err != nil || index != len(form.files) {
			t.Errorf("%d of %d files are written: %v", index, len(form.files), err)
		}
	})
}

// TestMultipartOfAClient reads what the standard library writes.
func TestMultipartOfAClient(t *testing.T) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := range 3 {
		part, _ := w.CreateFormFile("f", fmt.Sprintf("%d.bin", i))
		_, _ = part.Write(bytes.Repeat([]byte{0xff, '\r', '\n'}, i))
	}
	_ = w.WriteField("s", "x")
	_ = w.Close()
	d, err := receiveForm(t, w.FormDataContentType(), b.String(), new(ledger))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"0/file.bin": "", "1/file.bin": "\xff\r\n", "2/file.bin": "\xff\r\n\xff\r\n"}
	if diff := cmp.Diff(want, written(t, d)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}
