package flow

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// excerpt cuts a value that is quoted in a message.
func excerpt(text string) string { return strings.ToValidUTF8(shorten(text), "�") }

// parse converts a value that is not null and of no list type, and returns what it is compared by. Input says that the
// value belongs to an input.
func (t TypeName) parse(v value.Value, input bool) (value.Value, order, error) {
	text := value.JavaText(v)
	wrong := func(what string) (value.Value, order, error) {
		return value.Null, order{}, fmt.Errorf("`%s` is %s", excerpt(text), what)
	}
	switch t {
	case TypeString, TypeSelect, TypeEnum, TypeEmail:
		return value.String(text), order{}, nil
	case TypeInt:
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return wrong("no whole number between -2147483648 and 2147483647")
		}
		return value.Int(n), order{number: float64(n)}, nil
	case TypeFloat:
		f, err := parseFloat(text)
		if err != nil {
			return wrong("no number that a FLOAT can hold")
		}
		return value.Float(f), order{number: f}, nil
	case TypeBoolean, TypeBool:
		return value.Bool(strings.EqualFold(text, "true")), order{}, nil
	case TypeDateTime:
		at, err := time.Parse(time.RFC3339Nano, strings.ToUpper(text))
		if err != nil {
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
			return value.Null, order{}, err
		}
		return value.Float(d.Seconds()), order{number: d.Seconds()}, nil
	case TypeJSON:
		return parseStructure(v, text, value.DecodeJSONText, "no JSON")
	case TypeYAML:
		return parseStructure(v, text, parseYAMLValue, "no YAML")
	case TypeURI:
		if u, err := url.Parse(text); err != nil || u.Scheme == "" {
			return wrong("no URI with a scheme")
		}
		return value.String(text), order{}, nil
	default:
		return value.Null, order{}, fmt.Errorf("the type %s cannot be converted", t)
	}
}

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

// parseStructure keeps a list or map, and decodes any other value's text.
func parseStructure(v value.Value, text string, decode func(string) (value.Value, error), problem string) (value.Value, order, error) {
	if v.Kind() == value.KindMap || v.Kind() == value.KindList {
		return v, order{}, nil
	}
	decoded, err := decode(text)
	if err != nil {
		return value.Null, order{}, fmt.Errorf("`%s` is %s: %w", excerpt(text), problem, err)
	}
	return decoded, order{}, nil
}

// parseYAMLValue reads a YAML document as flow files are read.
func parseYAMLValue(text string) (value.Value, error) {
	c := &collector{source: &Source{Name: "value", YAML: []byte(text)}}
	root := c.parseDocument()
	if root == nil {
		return value.Null, errors.New(c.found[0].Message)
	}
	return nodeValue(root), nil
}
