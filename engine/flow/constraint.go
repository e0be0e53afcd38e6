package flow

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// constraint reads a member of one type's inputs.
func (l *loader) constraint(t *Type, name string, val *yaml.Node, path string) {
	switch name {
	case "validator":
		text, ok := l.text(val, path)
		if !ok {
			return
		}
		pattern, err := compileValidator(text)
		if err != nil {
			l.errorAt(val, path, "cannot be used as a regular expression: %v", err)
			return
		}
		t.Validator, t.pattern = text, pattern
	case "min", "after":
		t.low = l.bound(t, val, path)
	case "max", "before":
		t.high = l.bound(t, val, path)
	case "extension":
		_, _ = l.text(val, path)
		l.report(SeverityWarning, l.pos(val), path, "has no effect here: it names what is uploaded in Kestra's form; `allowedFileExtensions` says which files may be given")
	case "allowedFileExtensions":
		t.Extensions = l.values(val, path)
	case "allowCustomValue":
		t.AllowCustomValue, _ = l.boolean(val, path)
	case "itemType":
		t.Item = l.typeName(val, path, inputTypes)
		if t.Item != "" && !slices.Contains(itemTypes, t.Item) {
			l.errorAt(val, path, "`itemType` cannot be %s", t.Item)
		}
	}
}

// values reads a list of texts, as those of a SELECT, ENUM or MULTISELECT.
func (l *loader) values(n *yaml.Node, path string) []string {
	items, _ := l.list(n, path)
	values := make([]string, 0, len(items))
	for i, item := range items {
		if text, ok := l.text(item, index(path, i)); ok {
			values = append(values, text)
		}
	}
	return values
}

func (l *loader) bound(t *Type, val *yaml.Node, path string) *bound {
	text, ok := l.text(val, path)
	if !ok {
		return nil
	}
	v, order, err := t.Name.parse(value.String(text), false, newMeter(nil))
	if err != nil {
		l.errorAt(val, path, "is no %s: %v", t.Name, err)
		return nil
	}
	printed := value.JavaText(v) // as Java prints it
	switch {
	case t.Name == TypeTime:
		printed = strings.TrimSuffix(v.Str(), ":00")
	case t.Name == TypeDuration && order.number <= 0:
		printed = text
	case t.Name == TypeDuration:
		printed = string(value.AppendDuration(nil, time.Duration(order.number*float64(time.Second))))
	}
	return &bound{printed, order}
}

// compileValidator returns a pattern that whole texts must match: one of Java's, as every pattern of a flow is. Its error says
// what is wrong without quoting the pattern.
func compileValidator(pattern string) (*javaregex.Regexp, error) {
	re, err := javaregex.Compile(pattern, javaregex.Options{Whole: true})
	if wrong, ok := errors.AsType[*javaregex.SyntaxError](err); ok {
		return nil, fmt.Errorf("%s at character %d", wrong.Msg, wrong.At)
	}
	return re, err
}

// valueError is what is wrong with a value, in Kestra's words.
type valueError string

func (e valueError) Error() string { return string(e) }

func violated(format string, args ...any) error { return valueError(fmt.Sprintf(format, args...)) }

// maxSecret is the longest SECRET in bytes: logs look for each in some sixty forms.
const maxSecret = 16 << 10

// check holds a converted value of an input against the constraints.
func (t *Type) check(v value.Value, o order, m *meter.Meter) error {
	switch t.Name {
	case TypeSecret:
		if len(v.Str()) > maxSecret {
			return violated("a SECRET may have %d bytes at most", maxSecret)
		}
		return t.checkPattern(v.Str(), m)
	case TypeString:
		return t.checkPattern(v.Str(), m)
	case TypeEmail:
		if !email.MatchString(v.Str()) {
			return violated("The input must be a valid email")
		}
		return nil
	case TypeSelect, TypeEnum:
		if !t.AllowCustomValue && !slices.Contains(t.Values, v.Str()) {
			return violated("it must match the values `%s`", t.listValues())
		}
		return nil
	case TypeFile:
		return t.checkExtension(v.Str())
	case TypeMultiselect:
		return t.checkItems(v.List(), m)
	default:
		return t.checkBounds(o)
	}
}

var email = regexp.MustCompile(`^$|^[a-zA-Z0-9_!#$%&’*+/=?` + "`" + `{|}~^.-]+@[a-zA-Z0-9.-]+$`)

func (t *Type) checkPattern(text string, m *meter.Meter) error {
	if t.pattern == nil {
		return nil
	}
	switch ok, err := t.pattern.Match(text, m); {
	case err != nil:
		return fmt.Errorf("it cannot be matched against the pattern `%s`: %w", t.Validator, err)
	case !ok:
		return violated("it must match the pattern `%s`", t.Validator)
	}
	return nil
}

func (t *Type) checkBounds(o order) error {
	low, high := "more than", "less than"
	if !o.time.IsZero() {
		low, high = "after", "before"
	}
	it := "it"
	if t.Name == TypeDuration {
		it = "It"
	}
	switch {
	case t.low != nil && o.compare(t.low.order) < 0:
		return violated("%s must be %s `%s`", it, low, t.low.text)
	case t.high != nil && o.compare(t.high.order) > 0:
		return violated("%s must be %s `%s`", it, high, t.high.text)
	}
	return nil
}

// maxViolations is how many wrong items of a list are named.
const maxViolations = 10

// checkItems holds the items of a MULTISELECT against its values.
func (t *Type) checkItems(l *value.List, m *meter.Meter) error {
	if t.AllowCustomValue {
		return nil
	}
	if err := m.Charge(meter.SetCost * (len(t.Values) + l.Len())); err != nil {
		return err
	}
	if err := m.ChargeMembers(len(t.Values)); err != nil {
		return err
	}
	allowed := make(map[string]bool, len(t.Values))
	for _, text := range t.Values {
		allowed[text] = true
	}
	var wrong []error
	for _, item := range l.All() {
		if text := value.Text(item); !allowed[text] && len(wrong) < maxViolations {
			wrong = append(wrong, violated("value `%s` doesn't match the values `%s`", excerpt(text), t.listValues()))
		}
	}
	return errors.Join(wrong...)
}

// listValues prints the values that are allowed, the first thousand characters of them.
func (t *Type) listValues() string {
	var b strings.Builder
	for i, text := range t.Values {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(text)
		if b.Len() > 1000 {
			return "[" + meter.Cut(b.String(), 1000) + "]"
		}
	}
	return "[" + b.String() + "]"
}
