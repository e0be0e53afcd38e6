package yaml

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func free(int) error { return nil }

// TestPlaces checks that nodes keep their places when a text is mended.
func TestPlaces(t *testing.T) {
	for _, text := range []string{
		"%YAML 1.2\n---\na: 1\n  # x\nb: 2",
		`{"\ud83d\ude80": "\ud83d", b: '\ud83d', c: 1}`,
		"a: >\n      \tx\nb: 1",
		"- a: >\n      \tx\n  b: |+ # x\n   \ty\n  c: 1",
	} {
		docs, err := Parse([]byte(text), 1, free)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		lines := strings.Split(text, "\n")
		var check func(n *Node)
		check = func(n *Node) {
			for _, child := range n.Content {
				check(child)
			}
			if n.Kind == ScalarNode && n.Style == 0 {
				if rest := []rune(lines[n.Line-1])[n.Column-1:]; !strings.HasPrefix(string(rest), n.Value) {
					t.Errorf("%q: %q is not at line %d, column %d", text, n.Value, n.Line, n.Column)
				}
			}
		}
		check(docs[0])
	}
}

// TestSpend checks that spend is called before every parse of a text, so that it can end a text that has to be mended often.
func TestSpend(t *testing.T) {
	text := strings.Repeat("- |\n \tx\n", 50)
	full, left := errors.New("full"), 20*len(text)
	_, err := Parse([]byte(text), 1, func(bytes int) error {
		if left -= bytes; left < 0 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	docs, err := Parse([]byte(text), 1, free)
	if err != nil || len(docs[0].Content[0].Content) != 50 {
		t.Errorf("got %v, %v", docs, err)
	}
}

// TestDocuments checks the limit of documents, and that a text without any gives none.
func TestDocuments(t *testing.T) {
	for text, want := range map[string]int{"": 0, "# x": 0, "---": 1, "a\n---\nb\n---\nc": 2} {
		if docs, err := Parse([]byte(text), 2, free); err != nil || len(docs) != want {
			t.Errorf("%q: got %d documents, %v", text, len(docs), err)
		}
	}
}

// TestUnwritten checks that members and items without a written value get Unwritten, and written nulls do not.
func TestUnwritten(t *testing.T) {
	docs, err := Parse([]byte("a:\nb: ~\nc: [null, '']\nd:\n-\n"), 1, free)
	if err != nil {
		t.Fatal(err)
	}
	c := Converter{Unwritten: value.String("-")}
	v, err := c.Value(docs[0])
	if diff := cmp.Diff(`{"a":"-","b":null,"c":[null,""],"d":["-"]}`, value.JSON(v)); diff != "" || err != nil {
		t.Errorf("(-want +got):\n%s%v", diff, err)
	}
}
