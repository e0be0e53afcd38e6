package pebble

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/javatime"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The dates of the language are those of Kestra's date filters, measured on JDK 25: what may be a date is a date-time, a whole number (seconds, or by its size
// milliseconds, microseconds or nanoseconds since 1970) or a text; what comes out is text.

// dateFormats are the formats of the filters and functions on dates.
type dateFormats struct{ javatime.Formats }

// parameters are those of `date` and `now`, and instantParameters those of the timestamps. What a template says literally
// is checked, and compiled, when the template is.
func (f *dateFormats) parameters() []Parameter {
	instant := f.instantParameters()
	return []Parameter{
		{Name: "format", Default: value.String("iso"), check: instant[1].check},
		instant[0], instant[1],
		{Name: "locale", check: func(tag string) error {
			_, err := f.Locale(nil, tag)
			return err
		}},
	}
}

func (f *dateFormats) instantParameters() []Parameter {
	return []Parameter{
		{Name: "timeZone", check: func(name string) error {
			_, err := f.Zone(name)
			return err
		}},
		{Name: "existingFormat", check: func(format string) error {
			_, err := f.Pattern(nil, format, javatime.English())
			return err
		}},
	}
}

// filtersDates are the filters on dates.
func filtersDates(f *dateFormats) []Filter {
	return []Filter{
		{
			Entry{
				Name: "date", Parameters: f.parameters(),
				Summary: "a date as text: format is iso, iso_sec, sql, iso_date and the like, full, long, medium, short or a pattern such as dd/MM/yyyy; existingFormat is that of the input",
				Examples: []Example{
					{"{{ '2024-02-29T13:14:15Z' | date('yyyy-MM-dd HH:mm', timeZone='Europe/Paris') }}", "2024-02-29 14:14"},
					{"{{ '29/02/2024' | date('EEEE d MMMM', existingFormat='dd/MM/yyyy', locale='fr') }}", "jeudi 29 février"},
					{"{{ 1709212455 | date('iso_sec', timeZone='UTC') }}", "2024-02-29T13:14:15Z"},
				},
			},
			func(st *state, v value.Value, args []value.Value) (value.Value, error) {
				if v.IsNull() {
					return v, nil
				}
				return f.format(st, v, args[0], args[1], args[2], args[3])
			},
		},
		{
			Entry{
				Name: "dateAdd", Parameters: append([]Parameter{{Name: "amount", Required: true}, {Name: "unit", Required: true, check: javatime.CheckUnit}}, f.parameters()...),
				Summary: "a date moved by an amount of a unit (SECONDS, MINUTES, HOURS, DAYS, WEEKS, MONTHS, YEARS, …), as text like that of date",
				Examples: []Example{
					{"{{ '2024-01-31' | dateAdd(1, 'MONTHS', 'yyyy-MM-dd') }}", "2024-02-29"},
					{"{{ '2024-02-29T00:30:00Z' | dateAdd(-1, 'HOURS', 'iso_sec', timeZone='UTC') }}", "2024-02-28T23:30:00Z"},
				},
			},
			func(st *state, v value.Value, args []value.Value) (value.Value, error) {
				if v.IsNull() {
					return v, nil
				}
				return f.add(st, v, args)
			},
		},
		f.timestamp("timestamp", "the seconds from 1970 to a date", "1709212455", func(t time.Time) value.Value { return value.Int(t.Unix()) }),
		f.timestamp("timestampMilli", "the milliseconds from 1970 to a date", "1709212455123", func(t time.Time) value.Value {
			return value.Int(t.Unix()*1e3 + int64(t.Nanosecond()/1e6))
		}),
		f.timestamp("timestampMicro", "the microseconds from 1970 to a date", "1709212455123456", func(t time.Time) value.Value {
			return scaled(t, 1e6, int64(t.Nanosecond()/1e3))
		}),
		f.timestamp("timestampNano", "the nanoseconds from 1970 to a date, as text", "1709212455123456789", func(t time.Time) value.Value {
			return value.String(value.Text(scaled(t, 1e9, int64(t.Nanosecond()))))
		}),
	}
}

// functionsDates are the functions on dates.
func functionsDates(f *dateFormats) []Function {
	return []Function{{
		Entry{
			Name: "now", Parameters: f.parameters(),
			Summary:  "the time of the evaluation as text, with the arguments of date",
			Examples: []Example{{"{{ now('yyyy') | length }}", "4"}, {"{{ now(timeZone='Europe/Paris') | length }}", "32"}},
		},
		func(st *state, args []value.Value) (value.Value, error) {
			return f.format(st, value.Time(st.Now().In(st.location())), args[0], args[1], args[2], args[3])
		},
	}}
}

// scaled returns whole seconds times a power of ten, and what is added; exact at every size.
func scaled(t time.Time, factor, rest int64) value.Value {
	product, err := value.Mul(value.Int(t.Unix()), value.Int(factor))
	if err != nil {
		panic("pebble: " + err.Error()) // integers of this size have no limit
	}
	sum, err := value.Add(product, value.Int(rest))
	if err != nil {
		panic("pebble: " + err.Error())
	}
	return sum
}

func (f *dateFormats) timestamp(name, summary, result string, of func(t time.Time) value.Value) Filter {
	return Filter{
		Entry{
			Name: name, Parameters: f.instantParameters(), Summary: summary,
			Examples: []Example{{"{{ '2024-02-29T13:14:15.123456789Z' | " + name + " }}", result}},
		},
		func(st *state, v value.Value, args []value.Value) (value.Value, error) {
			if v.IsNull() {
				return v, nil
			}
			loc, err := f.zone(st, args[0])
			if err != nil {
				return value.Null, err
			}
			t, err := f.input(st, v, loc, args[1], javatime.English())
			if err != nil {
				return value.Null, err
			}
			return of(t), nil
		},
	}
}

// format is `date` and `now`: the text of a date.
func (f *dateFormats) format(st *state, v, format, zone, existing, tag value.Value) (value.Value, error) {
	loc, err := f.zone(st, zone)
	if err != nil {
		return value.Null, err
	}
	t, err := f.input(st, v, loc, existing, javatime.English())
	if err != nil {
		return value.Null, err
	}
	name, err := textArgument("format", format, "iso")
	if err != nil {
		return value.Null, err
	}
	l := javatime.English()
	if !tag.IsNull() {
		text, err := textArgument("locale", tag, "")
		if err != nil {
			return value.Null, err
		}
		if l, err = f.Locale(st.budget(), text); err != nil {
			return value.Null, err
		}
	}
	p, err := f.Pattern(st.budget(), name, l)
	if err != nil {
		return value.Null, err
	}
	text, err := f.Print(st.budget(), t.In(loc), p, l)
	if err != nil {
		return value.Null, err
	}
	return value.String(text), nil
}

// add is `dateAdd`; its arguments are the amount, the unit and those of `date`.
func (f *dateFormats) add(st *state, v value.Value, args []value.Value) (value.Value, error) {
	loc, err := f.zone(st, args[3])
	if err != nil {
		return value.Null, err
	}
	t, err := f.input(st, v, loc, args[4], javatime.English())
	if err != nil {
		return value.Null, err
	}
	amount, ok := value.Number(args[0])
	n, fits := meter.Whole(amount)
	if !ok || !fits || args[0].Kind() == value.KindString && amount.Kind() != value.KindInt {
		return value.Null, runtimeError("amount of a date is no whole number of 64 bits but %s", args[0].Kind())
	}
	unit, err := textArgument("unit", args[1], "")
	if err != nil {
		return value.Null, err
	}
	if t, err = javatime.AddUnits(t, n, unit); err != nil {
		return value.Null, err
	}
	return f.format(st, value.Time(t), args[2], args[3], value.Null, args[5])
}

// textArgument returns an argument that has to be text; null is the standard.
func textArgument(name string, v value.Value, standard string) (string, error) {
	switch v.Kind() {
	case value.KindNull:
		return standard, nil
	case value.KindString:
		return v.Str(), nil
	default:
		return "", runtimeError("argument %s of a date needs text, not %s", name, v.Kind())
	}
}

// zone returns the zone of an argument; of null that of the evaluation.
func (f *dateFormats) zone(st *state, v value.Value) (*time.Location, error) {
	if v.IsNull() {
		return st.location(), nil
	}
	name, err := textArgument("timeZone", v, "")
	if err != nil {
		return nil, err
	}
	return f.Zone(name)
}

// input returns the instant of a value, in the zone that it has, or else in loc.
func (f *dateFormats) input(st *state, v value.Value, loc *time.Location, existing value.Value, l *javatime.Locale) (time.Time, error) {
	switch v.Kind() {
	case value.KindTime:
		return v.Time(), nil
	case value.KindInt:
		return javatime.Epoch(v.Int(), loc), nil
	case value.KindString:
	default:
		return time.Time{}, runtimeError("date needs a date, a whole number or text, not %s", v.Kind())
	}
	format, err := textArgument("existingFormat", existing, "")
	if err != nil {
		return time.Time{}, err
	}
	p := javatime.ISO()
	if !existing.IsNull() {
		if p, err = f.Pattern(st.budget(), format, l); err != nil {
			return time.Time{}, err
		}
	}
	return f.Read(st.budget(), v.Str(), p, l, loc)
}
