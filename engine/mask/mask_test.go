package mask

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	const pem = "-----BEGIN KEY-----\nMIIB+/x\n-----END KEY-----\n"
	std, raw := base64.StdEncoding.EncodeToString, base64.RawURLEncoding.EncodeToString
	tests := []struct {
		name    string
		secrets []string
		text    string
		want    string
	}{
		{"nothing to hide", []string{"hunter22"}, "a quite ordinary text", "a quite ordinary text"},
		{"alone", []string{"hunter22"}, "hunter22", "******"},
		{"inside", []string{"hunter22"}, "key=hunter22&x", "key=******&x"},
		{"many times", []string{"hunter22"}, "hunter22hunter22 hunter2 hunter22", "************ hunter2 ******"},
		{"of six characters", []string{"sixsix"}, "a sixsix b", "a ****** b"},
		{"five characters stay", []string{"fives"}, "a fives b", "a fives b"},
		{"six characters of more bytes", []string{"ключик"}, "a ключик b", "a ****** b"},
		{"five characters of more bytes stay", []string{"ключи"}, "a ключи b", "a ключи b"},
		{"one holds the other", []string{"secret", "my-secret-value"}, "my-secret-value, secret", "******, ******"},
		{"one begins the other", []string{"secret-a", "secret-a-long"}, "secret-a-long secret-a-lo", "****** ******-lo"},
		{"many begin alike", []string{"token-a1", "token-a2", "token-a22", "token-b"}, "token-a2 token-a22 token-a1 token-b token-c token-…", "****** ****** ****** ****** token-c ******…"},
		{"they overlap", []string{"abcdefgh", "efghijkl"}, "<abcdefghijkl>", "<******>"},
		{"several lines", []string{pem}, "k: " + pem + ".", "k: ******."},
		{"several lines without the last break", []string{pem}, "k: " + strings.TrimSpace(pem) + ".", "k: ******."},
		{"several lines, escaped", []string{pem}, `k: -----BEGIN KEY-----\nMIIB+/x\n-----END KEY-----\n.`, "k: ******."},
		{"several lines made one", []string{pem}, "k: -----BEGIN KEY----- MIIB+/x -----END KEY----- .", "k: ****** ."},
		{"in JSON", []string{`a"b\c<d`}, `{"k":"a\"b\\c<d"}`, `{"k":"******"}`},
		{"in JSON for HTML", []string{`a"b\c<d`}, `{"k":"a\"b\\c\u003cd"}`, `{"k":"******"}`},
		{"control characters in JSON", []string{"abc\x1bdef"}, `abc\u001bdef abc\u001Bdef`, "****** ******"},
		{"in quotes", []string{"a\"b\x01cdef"}, strconv.Quote("a\"b\x01cdef"), `"******"`},
		{"in a URL's query", []string{"a b/c=d+e"}, "?k=a+b%2Fc%3Dd%2Be&l=a%20b%2fc%3dd%2be", "?k=******&l=******"},
		{"in a URL's path", []string{"a b/c=d+e"}, "/a%20b%2Fc=d+e/", "/******/"},
		{"as Java escapes it", []string{"a~b*c d"}, "a%7Eb*c+d a%7eb*c+d", "****** ******"},
		{"as JavaScript escapes it", []string{"a(b)!c d/"}, "a(b)!c%20d%2F a(b)!c%20d/", "****** ******"},
		{"Base64", []string{"hunter22?>"}, std([]byte("hunter22?>")) + " " + raw([]byte("hunter22?>")), "****** ******"},
		{"Base64 in a URL", []string{"??>>??>>"}, url.QueryEscape(std([]byte("??>>??>>"))), "******"},
		{"Basic authorization", []string{"hunter22"}, "Basic " + std([]byte("joe:hunter22")), "Basic am9lOm******"},
		{"cut by a message", []string{"abcdefghijklmnop"}, "there is no `abcdefgh…` nor `abcdefghi`", "there is no `******…` nor `abcdefghi`"},
		{"of stars", []string{"*******"}, "*******", "******"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := New(test.secrets).Text(test.text); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// TestBase64Alignment checks every place that a secret can have in a longer text that is encoded as a whole.
func TestBase64Alignment(t *testing.T) {
	for _, secret := range []string{"sixsix", "seven-7", "eight-88", "longer than these: ??>>~~"} {
		m := New([]string{secret})
		for before := range 7 {
			for after := range 4 {
				text := []byte(strings.Repeat("b", before) + secret + strings.Repeat("a", after))
				for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
					got := m.Text("<" + e.EncodeToString(text) + ">")
					// What is left of the secret is less than a byte at either end.
					if most := len("<>==") + (before+after)*4/3 + 2 + len(Stars); !strings.Contains(got, Stars) || len(got) > most {
						t.Errorf("%q after %d and before %d bytes: %s", secret, before, after, got)
					}
				}
			}
		}
	}
}

func TestNoSecrets(t *testing.T) {
	for _, secrets := range [][]string{nil, {}, {"", "a", "five5"}} {
		if m := New(secrets); m != nil {
			t.Errorf("%q: there is a mask", secrets)
		}
	}
	var m *Mask
	if got := m.Text("a five5 text"); got != "a five5 text" {
		t.Errorf("no mask makes %q", got)
	}
}

// secretsOf returns secrets as a server may have them.
func secretsOf(n int) []string {
	var secrets []string
	for i := range n {
		secrets = append(secrets, fmt.Sprintf("ghp_%x%x", uint64(i)*0x9e3779b97f4a7c15, i*i+77))
	}
	return secrets
}

// FuzzText puts an encoded secret into a text, and looks for it in the masked text by decoding that.
func FuzzText(f *testing.F) {
	f.Add("hunter22", "key=", "&x", byte(0))
	f.Add("-----BEGIN KEY-----\nMII+/x\n-----END-----\n", "joe:", "\n", byte(1))
	f.Add("a\"b\\c<d>\x01é", "{\"k\":\"", "\"}", byte(2))
	f.Add("??>>~~ +/=%", "x", "yz", byte(3))
	f.Add("ключик", "a%", "%41", byte(4))
	f.Add("ghp_aaaaaa", "ghp_aaaa", "aaaaaa", byte(5))
	f.Fuzz(func(t *testing.T, secret, before, after string, form byte) {
		if len([]rune(secret)) < Shortest || strings.Contains(secret, "*") || len(secret) > 1000 {
			return // too short to be masked, or too long to try; or the stars may be a part of it
		}
		for _, c := range codings {
			if strings.Contains(c.decode(before), secret) || strings.Contains(c.decode(after), secret) {
				return // it is there anyway, in a mixture of escapes
			}
		}
		m := New([]string{"other-secret", secret})
		c := codings[int(form)%len(codings)]
		text := before + c.encode(secret) + after
		got := m.Text(text)
		if strings.Contains(c.decode(got), secret) && !strings.Contains(c.decode(before+after), secret) {
			t.Errorf("%s: %q is in %q, decoded from %q of %q", c.name, secret, c.decode(got), got, text)
		}
		if strings.Contains(got, secret) {
			t.Errorf("%s: %q is in %q", c.name, secret, got)
		}
		if len(got) > len(text) {
			t.Errorf("%q became longer: %q", text, got)
		}
		if form&0x80 != 0 { // as a part of what is encoded
			for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
				whole := m.Text(e.EncodeToString([]byte(before + secret + after)))
				if strings.Contains(decodeBase64(whole), secret) {
					t.Errorf("%q is in %q in Base64", secret, whole)
				}
			}
		}
	})
}

// codings are the forms in which a secret is masked. Their decoders read more than their encoders write.
var codings = []struct {
	name           string
	encode, decode func(string) string
}{
	{"clear", func(s string) string { return s }, func(s string) string { return s }},
	{"Base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }, decodeBase64},
	{"Base64 of URLs", func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }, decodeBase64},
	{"query", url.QueryEscape, decodeURL},
	{"path", url.PathEscape, decodeURL},
	{"JSON", func(s string) string { return escapeWith(json.Marshal, s) }, decodeJSON},
	{"quotes", func(s string) string {
		return escapeWith(func(v any) ([]byte, error) { return []byte(strconv.Quote(v.(string))), nil }, s)
	}, decodeJSON},
}

func escapeWith(encode func(any) ([]byte, error), text string) string {
	quoted, _ := encode(text) // never fails for a string
	return string(quoted[1 : len(quoted)-1])
}

// decodeBase64 decodes what stands between other characters, from each of the first four characters on.
func decodeBase64(text string) string {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(text)
	var b strings.Builder
	for _, run := range strings.FieldsFunc(text, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '+' || r == '/')
	}) {
		for from := range min(4, len(run)) {
			part := run[from:]
			if len(part)%4 == 1 {
				part = part[:len(part)-1]
			}
			plain, _ := base64.RawStdEncoding.DecodeString(part) // never fails: all characters are of the alphabet
			b.Write(append(plain, 0))
		}
	}
	return b.String()
}

func decodeURL(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if i+2 < len(text) && text[i] == '%' {
			if c, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String() + "\x00" + strings.ReplaceAll(b.String(), "+", " ")
}

func decodeJSON(text string) string {
	var b strings.Builder
	for text != "" {
		c, _, rest, err := strconv.UnquoteChar(text, '"')
		if err != nil {
			b.WriteByte(text[0])
			text = text[1:]
			continue
		}
		b.WriteRune(c)
		text = rest
	}
	return b.String()
}

func BenchmarkLine(b *testing.B) {
	message := "the body of delivery 4wjtkzwVGBM9yKnjm3yv8r has 3 commits, the first by Ästhetik <someone@example.com>"
	for _, size := range []int{len(message), Limit} {
		text := strings.Repeat(message+" ", size/len(message)+1)[:size]
		for _, secrets := range []int{0, 1, 100} {
			b.Run(fmt.Sprintf("bytes=%d/secrets=%d", size, secrets), func(b *testing.B) {
				m := New(secretsOf(secrets))
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					m.Line(text)
				}
			})
		}
	}
}

// TestWith adds secrets to a mask, which does not change by that.
func TestWith(t *testing.T) {
	const text = "token-a1 token-b2 hunter22 five5"
	base := New([]string{"token-a1", "hunter22"})
	tests := []struct {
		name string
		mask *Mask
		want string
	}{
		{"more", base.With([]string{"token-b2"}), "****** ****** ****** five5"},
		{"one that is there", base.With([]string{"token-a1"}), "****** token-b2 ****** five5"},
		{"none", base.With(nil), "****** token-b2 ****** five5"},
		{"a short one", base.With([]string{"five5"}), "****** token-b2 ****** five5"},
		{"to nothing", (*Mask)(nil).With([]string{"token-b2"}), "token-a1 ****** hunter22 five5"},
		{"nothing to nothing", (*Mask)(nil).With(nil), text},
		{"the first one", base, "****** token-b2 ****** five5"},
	}
	for _, test := range tests {
		if got := test.mask.Text(text); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// TestSize sees that a mask takes no more memory than it is said to.
func TestSize(t *testing.T) {
	for _, length := range []int{6, 100, 16 << 10} {
		secrets := []string{strings.Repeat("a\n<é", length/6+1)}
		var made int64
		for _, forms := range New(secrets).forms {
			for _, form := range forms {
				made += int64(len(form)) + 16
			}
		}
		if size := Size(secrets); made > size {
			t.Errorf("%d bytes: the forms take %d bytes, said to be %d", len(secrets[0]), made, size)
		}
	}
}
