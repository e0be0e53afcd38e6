package flow

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// Limits of one source, beside [MaxSource].
const (
	maxDepth     = 100    // nesting of lists and mappings
	maxExpansion = 10_000 // nodes that aliases and merges add to those that are written
)

func trimBOM(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\ufeff")) }

// parse returns the root mapping of a flow's source, checked; nil after an error.
func (c *collector) parse() *yaml.Node {
	root := c.parseDocument()
	if root == nil {
		return nil
	}
	if root.Kind != yaml.MappingNode {
		c.report(SeverityError, Position{c.source, root.Line, root.Column}, "", "a flow is a mapping with id, namespace and tasks, this is %s", kindName(root))
		return nil
	}
	return root
}

// parseDocument returns the root of the source, checked: one document, plain keys without duplicates, bounded depth and
// expansion. Aliases are replaced by what they name, merge keys by what they merge. It returns nil after an error.
func (c *collector) parseDocument() *yaml.Node {
	text := trimBOM(c.source.YAML)
	fail := func(line, column int, format string, args ...any) *yaml.Node {
		c.report(SeverityError, Position{c.source, line, column}, "", format, args...)
		return nil
	}
	switch {
	case c.source.isDir: // what it holds, if anything, nobody knows
		c.add(&Diagnostic{
			Severity: SeverityWarning, Pos: Position{Source: c.source}, Err: c.source.err,
			Message: fmt.Sprintf("the folder cannot be read, so its flows are not served: %v", c.source.err),
		})
		return nil
	case c.source.err != nil:
		c.add(&Diagnostic{Pos: Position{Source: c.source}, Message: fmt.Sprintf("cannot be read: %v", c.source.err), Err: c.source.err})
		return nil
	case len(text) > MaxSource:
		return fail(0, 0, "the text may have %d bytes at most", MaxSource)
	case !utf8.Valid(text):
		line, column := invalidUTF8(text)
		return fail(line, column, "the text is not UTF-8")
	}
	docs, err := decodeYAML(text, 2)
	if err != nil {
		line, column, message := describeSyntaxError(text, err)
		return fail(line, column, "%s", message)
	}
	if len(docs) == 0 || yaml.IsNull(docs[0].Content[0]) {
		return fail(0, 0, "the text is empty")
	}
	if len(docs) > 1 && !yaml.IsNull(docs[1].Content[0]) {
		second := docs[1].Content[0]
		return fail(second.Line, second.Column, "a second document begins here, one is allowed")
	}
	t := treeCheck{collector: c, extents: map[*yaml.Node]extent{}}
	root := t.check(docs[0].Content[0], 0)
	if t.extra > maxExpansion {
		return fail(root.Line, root.Column, "aliases and merges add more than %d values", maxExpansion)
	}
	if c.failed() {
		return nil
	}
	return root
}

// maxMending bounds what is parsed of one source, in bytes, however often it has to be mended.
const maxMending = 16 * MaxSource

// decodeYAML returns up to limit documents.
func decodeYAML(text []byte, limit int) ([]*yaml.Node, error) {
	left := maxMending
	return yaml.Parse(text, limit, func(bytes int) error {
		if left -= bytes; left < 0 {
			return errors.New("yaml: too many texts begin with a tab")
		}
		return nil
	})
}

func invalidUTF8(text []byte) (line, column int) {
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	before := text[:at]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

var syntaxError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// describeSyntaxError finds the line of a syntax error. The library names the line where the enclosing mapping or list
// began. The line that is wrong is the last one of the shortest beginning of the text that fails in the same way.
func describeSyntaxError(text []byte, err error) (line, column int, message string) {
	m := syntaxError.FindStringSubmatch(err.Error())
	if m == nil {
		return 0, 0, err.Error()
	}
	line, _ = strconv.Atoi(m[1])
	message = m[2]
	const longest = 64 << 10 // above, about 16 more attempts would take too long
	if len(text) <= longest {
		lines := bytes.SplitAfter(text, []byte("\n"))
		ends := make([]int, len(lines))
		for i, at := 0, 0; i < len(lines); i++ {
			at += len(lines[i])
			ends[i] = at
		}
		line = 1 + sort.Search(len(lines)-1, func(i int) bool {
			_, err := decodeYAML(text[:ends[i]], 2)
			return err != nil && strings.HasSuffix(err.Error(), message)
		})
	}
	if tabLine, tabColumn := indentingTab(text); tabLine != 0 && (line == 0 || tabLine <= line+1) {
		return tabLine, tabColumn, "a tab cannot indent in YAML: use blanks"
	}
	// The library quotes the name. A webhook's key that begins with an asterisk and has no quotes looks like one.
	if strings.HasPrefix(message, "unknown anchor ") {
		return line, 0, "a text that begins with * refers to an anchor, and there is none of its name: put it into quotes"
	}
	source := &Source{YAML: text}
	for _, at := range []int{line, line - 1} {
		if column, open := findUnquoted(source.line(at)); column > 0 {
			return at, column, mustQuote(open)
		}
	}
	return line, 0, "YAML syntax: " + plainSyntax(message)
}

// indentingTab returns the place of the first tab in front of a line's text; 0 when there is none.
func indentingTab(text []byte) (line, column int) {
	for raw := range bytes.Lines(text) {
		line++
		blank := raw[:len(raw)-len(bytes.TrimLeft(raw, " \t"))]
		if tab := bytes.IndexByte(blank, '\t'); tab >= 0 && len(bytes.TrimSpace(raw)) > 0 {
			return line, tab + 1
		}
	}
	return 0, 0
}

// treeCheck walks the tree once, every shared node too once.
type treeCheck struct {
	*collector
	extents map[*yaml.Node]extent // of the zero extent while a node is being walked
	extra   int                   // nodes that aliases and merges add
}

// extent is the size of the tree at a node, with aliases followed: its number of nodes and its height.
type extent struct{ size, height int }

const hugeExtent = 1 << 30 // sizes end here, before they overflow

// check returns the node that stands for n, which is another one for an alias.
func (t *treeCheck) check(n *yaml.Node, depth int) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		alias := n
		n = n.Alias
		e, walked := t.extents[n]
		if walked && e.size == 0 {
			t.fail(alias, "the alias `%s` stands inside of what it names", alias.Value)
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: alias.Line, Column: alias.Column}
		}
		t.extra = min(t.extra+e.size, hugeExtent)
	}
	if e, walked := t.extents[n]; walked {
		if depth+e.height > maxDepth {
			t.fail(n, "values are nested more than %d deep", maxDepth)
		}
		return n
	}
	if depth > maxDepth {
		t.fail(n, "values are nested more than %d deep", maxDepth)
		t.extents[n] = extent{1, 1}
		n.Content = nil
		return n
	}
	t.extents[n] = extent{}
	if n.Kind == yaml.MappingNode {
		t.checkKeys(n)
	}
	e := extent{size: 1}
	for i, child := range n.Content {
		child = t.check(child, depth+1)
		n.Content[i] = child
		e.size = min(e.size+t.extents[child].size, hugeExtent)
		e.height = max(e.height, t.extents[child].height)
	}
	e.height++
	t.checkTag(n)
	if n.Kind == yaml.MappingNode {
		e.size = min(e.size+t.merge(n), hugeExtent)
	}
	t.extents[n] = e
	return n
}

func (t *treeCheck) fail(n *yaml.Node, format string, args ...any) {
	t.report(SeverityError, Position{t.source, n.Line, n.Column}, "", format, args...)
}

func (t *treeCheck) checkKeys(n *yaml.Node) {
	seen := make(map[string]*yaml.Node, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		switch {
		case key.Kind == yaml.MappingNode && key.Line == n.Line && key.Column == n.Column+1:
			t.fail(n, "%s", mustQuote("{{"))
			continue
		case key.Kind != yaml.ScalarNode:
			t.fail(key, "a key must be text, this is %s", kindName(key))
			continue
		case key.Value == "" && yaml.IsNull(key):
			t.fail(key, "a key is missing in front of the colon")
			continue
		}
		if first := seen[key.Value]; first != nil && key.Tag != yaml.MergeTag {
			t.fail(n.Content[i], "duplicate key `%s`, first at line %d, column %d", key.Value, first.Line, first.Column)
			continue
		}
		seen[key.Value] = n.Content[i]
	}
}

// merge replaces the key << by the members of the mappings it names, which give way to members that are written. It
// returns how many nodes that added.
func (t *treeCheck) merge(n *yaml.Node) int {
	var merged, written []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		if key.Tag != yaml.MergeTag {
			written = append(written, key, val)
			continue
		}
		maps := []*yaml.Node{val}
		if val.Kind == yaml.SequenceNode {
			maps = val.Content
		}
		for _, m := range maps {
			if m.Kind != yaml.MappingNode {
				t.fail(key, "<< merges mappings, this is %s", kindName(m))
				return 0
			}
			merged = append(merged, m.Content...)
		}
	}
	if merged == nil || t.extra > maxExpansion {
		return 0
	}
	known := make(map[string]bool, len(n.Content)/2)
	for i := 0; i < len(written); i += 2 {
		known[written[i].Value] = true
	}
	added, before := 0, make([]*yaml.Node, 0, len(merged))
	for i := 0; i+1 < len(merged); i += 2 {
		if key := merged[i]; !known[key.Value] {
			known[key.Value] = true
			before = append(before, key, merged[i+1])
			added += 1 + t.extents[merged[i+1]].size
		}
	}
	n.Content = slices.Concat(before, written)
	t.extra = min(t.extra+added, hugeExtent)
	return added
}

// checkTag refuses the tags that mean what JSON cannot say.
func (t *treeCheck) checkTag(n *yaml.Node) {
	if n.Style&yaml.TaggedStyle == 0 {
		return
	}
	ok := n.Kind == yaml.MappingNode && n.Tag == "!!map" || n.Kind == yaml.SequenceNode && n.Tag == "!!seq"
	if n.Kind == yaml.ScalarNode {
		_, ok = yaml.Scalar(n)
	}
	if !ok {
		// Its name is not quoted: a webhook's key that begins with an exclamation mark, and has no quotes, looks like one.
		t.fail(n, "the tag here does not fit or is not supported: put a text that begins with ! into quotes")
	}
}

// kindName returns what messages call a node.
func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	default:
		switch v, _ := yaml.Scalar(n); v.Kind() {
		case value.KindNull:
		case value.KindInt:
			return "an integer"
		default:
			return "a " + v.Kind().String()
		}
		return "empty"
	}
}
