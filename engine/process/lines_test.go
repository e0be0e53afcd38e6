package process

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// lineEnd is what ends a line.
var lineEnd = regexp.MustCompile("\r\n|\r|\n")

// FuzzLines reads what a command prints: its lines are the same however it comes, and as a regular expression finds them.
func FuzzLines(f *testing.F) {
	for _, text := range []string{
		"", "a", "a\n", "a\nb", "a\r\nb\rc\n\n\r\r\nd", "\r", "\n\r", "::{\"outputs\": {\"a\": 1}}::\n::{}::", "123456789\n12345678\r\n", "é\xff\xfe\n", "1234567é", "\x00\n\x00",
	} {
		f.Add([]byte(text))
	}
	const most = 8
	f.Fuzz(func(t *testing.T, printed []byte) {
		want := []task.CommandLine{}
		for text := range slicesOf(printed) {
			line := task.CommandLine{Text: text, Stderr: true, Cut: len(text) > most}
			line.Text = strings.ToValidUTF8(text[:min(most, len(text))], "\uFFFD")
			want = append(want, line)
		}
		for name, from := range map[string]interface{ Read([]byte) (int, error) }{
			"at once": bytes.NewReader(printed), "byte by byte": iotest.OneByteReader(bytes.NewReader(printed)), "with its end": iotest.DataErrReader(bytes.NewReader(printed)),
		} {
			got := []task.CommandLine{}
			readLines(from, most, true, func(l task.CommandLine) {
				if !utf8.ValidString(l.Text) {
					t.Errorf("%q is no UTF-8", l.Text)
				}
				got = append(got, l)
			})
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%q %s (-want +got):\n%s", printed, name, d)
			}
		}
	})
}

// slicesOf iterates over the lines of a text. What follows the last end is one unless it is empty.
func slicesOf(printed []byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		all := lineEnd.Split(string(printed), -1)
		for i, text := range all {
			if i == len(all)-1 && text == "" || !yield(text) {
				return
			}
		}
	}
}
