package flow

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// conversionLimits bound what converting all inputs of an execution, or one output, can cost.
var conversionLimits = meter.Limits{
	Steps: 5_000_000, OutputBytes: 16 << 20, RangeItems: 1_000_000, Memory: 64 << 20, RegexTime: 100 * time.Millisecond,
}

// newMeter returns what conversions may spend; account is nil when only the limits bound their memory.
func newMeter(account pebble.Memory) *meter.Meter {
	m := new(meter.Meter)
	m.Reset(&conversionLimits, account)
	return m
}

// excerpt cuts a value that is quoted in a message.
func excerpt(text string) string { return strings.ToValidUTF8(shorten(text), "�") }

// describe names a value in a message.
func describe(v value.Value) string {
	switch v.Kind() {
	case value.KindList, value.KindMap:
		return "a " + v.Kind().String()
	default:
		return "`" + excerpt(value.JavaText(v)) + "`"
	}
}

// convert returns v as this type, by the rules that Kestra was seen to follow (TestConvertOutput, TestResolveInputs), and
// what it is compared by. Constraints do not count. The error says what is wrong with the value, without naming the input or
// output. Null cannot be converted.
func (t *Type) convert(v value.Value, m *meter.Meter) (value.Value, order, error) {
	if v.IsNull() {
		return value.Null, order{}, violated("null is no %s", t.Name)
	}
	if t.Name.isList() {
		list, err := t.convertList(v, m)
		return list, order{}, err
	}
	return t.Name.parse(v, t.input, m)
}

// Convert returns v as the output's type. Null stays null if the output is not required; the caller then leaves the output
// out. The error has the form that Kestra gives it.
func (out *Output) Convert(v value.Value) (value.Value, error) {
	if v.IsNull() && !out.Required {
		return value.Null, nil
	}
	converted, _, err := out.Type.convert(v, newMeter(nil))
	if err != nil {
		return value.Null, fmt.Errorf("invalid value for output `%s`. Cause: %w", out.ID, err)
	}
	return converted, nil
}

func (t *Type) convertList(v value.Value, m *meter.Meter) (value.Value, error) {
	if v.Kind() == value.KindString {
		if err := m.ChargeJSON(v.Str()); err != nil {
			return value.Null, err
		}
		if decoded, err := value.DecodeJSONText(v.Str()); err == nil && decoded.Kind() == value.KindList {
			v = decoded
		}
	}
	if v.Kind() != value.KindList {
		return value.Null, violated("%s is neither a list nor the JSON text of one", describe(v))
	}
	item := Type{Name: t.Item, input: t.input}
	if item.Name == "" && t.Name == TypeMultiselect {
		item.Name = TypeString
	}
	if item.Name == "" {
		return v, nil
	}
	if err := m.ChargeItems(v.List().Len()); err != nil {
		return value.Null, err
	}
	items := make([]value.Value, v.List().Len())
	for i, element := range v.List().All() {
		converted, _, err := item.convert(element, m)
		if _, limit := errors.AsType[*meter.Fault](err); limit {
			return value.Null, err
		} else if err != nil {
			return value.Null, violated("Unable to parse array element as `%s` on %s", item.Name, describe(element))
		}
		items[i] = converted
	}
	return value.ListOf(items...), nil
}

// parse converts a value that is not null and of no list type, and returns what it is compared by. Input says that the
// value belongs to an input.
func (t TypeName) parse(v value.Value, input bool, m *meter.Meter) (value.Value, order, error) {
	none := order{}
	if v.Kind() == value.KindList || v.Kind() == value.KindMap {
		switch {
		case t == TypeJSON || t == TypeYAML:
			return v, none, nil
		case t == TypeBoolean || t == TypeBool:
			return value.Bool(false), none, nil
		case !t.isText():
			return value.Null, none, violated("%s is no %s", describe(v), t)
		}
	}
	text, err := textOf(v, input, m)
	if err != nil {
		return value.Null, none, err
	}
	wrong := func(what string) (value.Value, order, error) {
		return value.Null, none, violated("`%s` is %s", excerpt(text), what)
	}
	switch t {
	case TypeString, TypeSelect, TypeEnum, TypeEmail, TypeSecret:
		return value.String(text), none, nil
	case TypeInt:
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return value.Null, none, badNumber(text)
		}
		return value.Int(n), order{number: float64(n)}, nil
	case TypeFloat:
		f, err := parseFloat(text)
		if err != nil {
			return value.Null, none, badNumber(text)
		}
		return value.Float(f), order{number: f}, nil
	case TypeBoolean, TypeBool:
		return value.Bool(strings.EqualFold(text, "true")), none, nil
	case TypeDateTime:
		at, ok := ParseDateTime(text)
		if !ok {
			return wrong("no date-time as in 2024-02-29T11:12:13Z")
		}
		return value.String(instantText(at, input)), order{time: at}, nil
	case TypeDate:
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return wrong("no date as in 2024-02-29")
		}
		return value.String(text), order{time: at}, nil
	case TypeTime:
		printed, at, ok := parseTime(text)
		if !ok {
			return wrong("no time as in 11:12:13")
		}
		return value.String(printed), order{time: at}, nil
	case TypeDuration:
		d, err := parseISODuration(text)
		if err != nil {
			return value.Null, none, err
		}
		return value.Float(d.Seconds()), order{number: d.Seconds()}, nil
	case TypeJSON:
		if err := m.ChargeJSON(text); err != nil {
			return value.Null, none, err
		}
		decoded, err := value.DecodeJSONText(text)
		if err != nil {
			return wrong("no JSON: " + err.Error())
		}
		return decoded, none, nil
	case TypeYAML:
		decoded, err := parseYAMLValue(text, m)
		if _, limit := errors.AsType[*meter.Fault](err); limit {
			return value.Null, none, err
		} else if err != nil {
			return wrong("no YAML: " + err.Error())
		}
		return decoded, none, nil
	case TypeURI:
		if !isURI(text) {
			return value.Null, none, valueError("Invalid URI format.")
		}
		return value.String(text), none, nil
	case TypeFile:
		if err := checkFileURI(text); err != nil {
			return value.Null, none, err
		}
		return value.String(text), none, nil
	default:
		return value.Null, none, fmt.Errorf("the type %s cannot be converted", t)
	}
}

// textOf returns the text of a value: a list or map as JSON for an input, as expressions print it, and as Java prints it for an
// output.
func textOf(v value.Value, input bool, m *meter.Meter) (string, error) {
	if input && (v.Kind() == value.KindList || v.Kind() == value.KindMap) {
		return m.JSON(v)
	}
	return m.JavaText(v)
}

// badNumber is Java's message.
func badNumber(text string) error { return valueError("For input string: \"" + excerpt(text) + "\"") }

var floatText = regexp.MustCompile(`^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$`)

// parseFloat rounds to 32 bits as Java's Float does, and returns the double with the text of that: 123456789.123 is
// 1.2345679E8. Unlike Java it refuses what is too large, and NaN and the infinities, which JSON cannot say.
func parseFloat(text string) (float64, error) {
	text = strings.TrimSpace(text)
	if !floatText.MatchString(text) {
		return 0, strconv.ErrSyntax
	}
	f, err := strconv.ParseFloat(text, 32)
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(strconv.FormatFloat(f, 'g', -1, 32), 64)
}

var dateTimeText = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[-+][0-9]{2}:[0-9]{2})$`)

// ParseDateTime reads what Java's Instant.parse does, for years of four digits.
func ParseDateTime(text string) (time.Time, bool) {
	text = strings.ToUpper(text)
	if !dateTimeText.MatchString(text) {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	return at, err == nil
}

// instantText prints a date-time in UTC. An output is printed as Java does, with 0, 3, 6 or 9 digits of the second's
// fraction; an input always has 6, as Kestra stores it.
func instantText(at time.Time, input bool) string {
	if input {
		return at.UTC().Format("2006-01-02T15:04:05.000000Z")
	}
	return string(value.AppendInstant(nil, at))
}

var timeText = regexp.MustCompile(`^[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?$`)

// parseTime reads a time of day and prints it with seconds, and with the digits of their fraction that are needed.
func parseTime(text string) (printed string, at time.Time, ok bool) {
	if !timeText.MatchString(text) {
		return "", time.Time{}, false
	}
	if len(text) == len("15:04") {
		text += ":00"
	}
	at, err := time.Parse("15:04:05.999999999", text)
	if err != nil {
		return "", time.Time{}, false
	}
	return at.Format("15:04:05.999999999"), at.AddDate(1, 0, 0), true
}

// isURI reports whether Java takes a text for a URI, and it has a scheme.
func isURI(text string) bool {
	if strings.ContainsAny(text, " \"<>\\^`{|}") {
		return false
	}
	u, err := url.Parse(text)
	return err == nil && u.Scheme != ""
}

// parseYAMLValue reads a YAML document as flow files are read.
func parseYAMLValue(text string, m *meter.Meter) (value.Value, error) {
	if err := m.Charge(yaml.StepsPerByte * len(text)); err != nil {
		return value.Null, err
	}
	if err := m.Allocate(yaml.BytesPerByte * len(text)); err != nil {
		return value.Null, err
	}
	c := &collector{source: &Source{Name: "value", YAML: []byte(text)}}
	root := c.parseDocument()
	if root == nil {
		return value.Null, errors.New(c.found[0].Message)
	}
	return nodeValue(root), nil
}
