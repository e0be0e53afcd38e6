package flow

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// TypeName is the name of a type of inputs and outputs, as flows write it.
type TypeName string

// The types of inputs and outputs. BOOL and ENUM are Kestra's other names for BOOLEAN and SELECT.
const (
	TypeString      TypeName = "STRING"
	TypeInt         TypeName = "INT"
	TypeFloat       TypeName = "FLOAT"
	TypeBoolean     TypeName = "BOOLEAN"
	TypeBool        TypeName = "BOOL"
	TypeDateTime    TypeName = "DATETIME"
	TypeDate        TypeName = "DATE"
	TypeTime        TypeName = "TIME"
	TypeDuration    TypeName = "DURATION"
	TypeJSON        TypeName = "JSON"
	TypeYAML        TypeName = "YAML"
	TypeURI         TypeName = "URI"
	TypeEmail       TypeName = "EMAIL"
	TypeSelect      TypeName = "SELECT"
	TypeEnum        TypeName = "ENUM"
	TypeMultiselect TypeName = "MULTISELECT"
	TypeArray       TypeName = "ARRAY"
)

var (
	typeNames = []TypeName{
		TypeString, TypeInt, TypeFloat, TypeBoolean, TypeBool, TypeDateTime, TypeDate, TypeTime, TypeDuration, TypeJSON, TypeYAML,
		TypeURI, TypeEmail, TypeSelect, TypeEnum, TypeMultiselect, TypeArray,
	}
	// FILE needs a file storage, SECRET encryption.
	laterTypeNames = []TypeName{"FILE", "SECRET", "FORM", "REUSABLE_INPUTS"}
)

func (t TypeName) needsValues() bool { return t == TypeSelect || t == TypeEnum || t == TypeMultiselect }

// Type is the type of an input or output with the constraints of an input. Outputs have none.
type Type struct {
	Name             TypeName
	Item             TypeName // of the elements of ARRAY and MULTISELECT; empty: elements are kept (ARRAY), or text
	Values           []string // of SELECT, ENUM and MULTISELECT
	AllowCustomValue bool     // others than Values are allowed
	Validator        string   // STRING: regular expression that the whole text must match

	input     bool // constraints hold, and date-times print as Kestra stores inputs
	pattern   *validator
	low, high *bound
}

// bound is a limit of a number, duration or time; a value equal to it is allowed.
type bound struct {
	text  string
	order order
}

// order is what values of one type are compared by.
type order struct {
	number float64
	time   time.Time
}

func (o order) compare(p order) int {
	if c := o.time.Compare(p.time); c != 0 {
		return c
	}
	switch {
	case o.number < p.number:
		return -1
	case o.number > p.number:
		return 1
	}
	return 0
}

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
	case "values", "options":
		items, _ := l.list(val, path)
		for i, item := range items {
			if text, ok := l.text(item, index(path, i)); ok {
				t.Values = append(t.Values, text)
			}
		}
	case "allowCustomValue":
		t.AllowCustomValue, _ = l.boolean(val, path)
	case "itemType":
		t.Item = l.typeName(val, path)
		if t.Item == TypeArray || t.Item == TypeMultiselect {
			l.errorAt(val, path, "must not be a list itself")
		}
	}
}

func (l *loader) bound(t *Type, val *yaml.Node, path string) *bound {
	text, ok := l.text(val, path)
	if !ok {
		return nil
	}
	_, order, err := t.Name.parse(value.String(text), false)
	if err != nil {
		l.errorAt(val, path, "%v", err)
		return nil
	}
	return &bound{text, order}
}

// firstValueDefault gives an input with autoSelectFirst its first value as default.
func (l *loader) firstValueDefault(in *Input) {
	v := value.String(in.Type.Values[0])
	if in.Type.Name == TypeMultiselect {
		v = value.ListOf(v)
	}
	in.Defaults, _ = l.pebble.CompileValue(v)
	in.constant = v
}

// Convert returns v as this type, by the rules that Kestra was seen to follow (TestConvertInput, TestConvertOutput), and
// checks the constraints of an input. The error says what is wrong with the value, without naming the input or output. Null
// cannot be converted.
func (t *Type) Convert(v value.Value) (value.Value, error) {
	if v.IsNull() {
		return value.Null, fmt.Errorf("null is no %s", t.Name)
	}
	if t.Name == TypeArray || t.Name == TypeMultiselect {
		return t.convertList(v)
	}
	out, order, err := t.Name.parse(v, t.input)
	if err != nil {
		return value.Null, err
	}
	if t.input {
		if err := t.check(out, order); err != nil {
			return value.Null, err
		}
	}
	return out, nil
}

// unconstrained returns the type without its constraints. Kestra holds a default against them when it resolves the inputs of
// an execution, which one that a webhook starts does not have.
func (t *Type) unconstrained() *Type {
	free := &Type{Name: t.Name, Item: t.Item, Values: t.Values, AllowCustomValue: true, input: t.input}
	if t.Name == TypeEmail {
		free.Name = TypeString
	}
	return free
}

func (t *Type) convertList(v value.Value) (value.Value, error) {
	if v.Kind() == value.KindString {
		decoded, err := value.DecodeJSONText(v.Str())
		if err != nil || decoded.Kind() != value.KindList {
			return value.Null, fmt.Errorf("`%s` is neither a list nor the JSON text of one", excerpt(v.Str()))
		}
		v = decoded
	}
	if v.Kind() != value.KindList {
		return value.Null, fmt.Errorf("`%s` is neither a list nor the JSON text of one", excerpt(value.JavaText(v)))
	}
	item := Type{Name: t.Item, input: t.input}
	if item.Name == "" && t.Name == TypeMultiselect {
		item.Name = TypeString
	}
	out := v
	if item.Name != "" {
		items := make([]value.Value, v.List().Len())
		for i, element := range v.List().All() {
			converted, err := item.Convert(element)
			if err != nil {
				return value.Null, fmt.Errorf("element %d: %w", i, err)
			}
			items[i] = converted
		}
		out = value.ListOf(items...)
	}
	if t.input && t.Name == TypeMultiselect && !t.AllowCustomValue {
		for _, element := range out.List().All() {
			if !slices.Contains(t.Values, value.Text(element)) {
				return value.Null, t.notInValues()
			}
		}
	}
	return out, nil
}

// check holds a converted value against the constraints.
func (t *Type) check(v value.Value, o order) error {
	if t.pattern != nil {
		if ok, err := t.pattern.accepts(v.Str()); err != nil {
			return fmt.Errorf("it cannot be matched against the pattern `%s`: %w", t.Validator, err)
		} else if !ok {
			return fmt.Errorf("it must match the pattern `%s`", t.Validator)
		}
	}
	low, high := "more than", "less than"
	if !o.time.IsZero() {
		low, high = "after", "before"
	}
	switch {
	case t.Name == TypeEmail && v.Str() != "" && !email.MatchString(v.Str()):
		return fmt.Errorf("the input must be a valid email")
	case t.Name != TypeMultiselect && t.Name.needsValues() && t.Values != nil && !t.AllowCustomValue && !slices.Contains(t.Values, v.Str()):
		return t.notInValues()
	case t.low != nil && o.compare(t.low.order) < 0:
		return fmt.Errorf("it must be %s `%s`", low, t.low.text)
	case t.high != nil && o.compare(t.high.order) > 0:
		return fmt.Errorf("it must be %s `%s`", high, t.high.text)
	}
	return nil
}

var email = regexp.MustCompile(`^[^\s@]+@[a-zA-Z0-9.-]+$`)

func (t *Type) notInValues() error {
	return fmt.Errorf("it must match the values `[%s]`", strings.Join(t.Values, ", "))
}

// Convert returns v as the input's type. The error has the form that Kestra gives it.
func (in *Input) Convert(v value.Value) (value.Value, error) {
	out, err := in.Type.Convert(v)
	if err != nil {
		return value.Null, in.invalid(err)
	}
	return out, nil
}

func (in *Input) invalid(err error) error {
	return fmt.Errorf("invalid value for input `%s`. Cause: %w", in.ID, err)
}

// Convert returns v as the output's type. Null stays null if the output is not required; the caller then leaves the output
// out. The error has the form that Kestra gives it.
func (out *Output) Convert(v value.Value) (value.Value, error) {
	if v.IsNull() && !out.Required {
		return value.Null, nil
	}
	converted, err := out.Type.Convert(v)
	if err != nil {
		return value.Null, fmt.Errorf("invalid value for output `%s`. Cause: %w", out.ID, err)
	}
	return converted, nil
}
