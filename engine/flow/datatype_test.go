package flow

import (
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func json(t *testing.T, text string) value.Value {
	t.Helper()
	v, err := value.DecodeJSONText(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestConvertOutput gives outputs values as JSON; those marked * are recorded from a Kestra 1.3.25.
func TestConvertOutput(t *testing.T) {
	tests := []struct {
		typ      TypeName
		in, want string // want: JSON, or a part of the error after "!"
	}{
		{"STRING", `"abc"`, `"abc"`}, // *
		{"STRING", `12`, `"12"`},     // *
		{"STRING", `true`, `"true"`},
		{"STRING", `""`, `""`},
		{"STRING", `{"a":"b","c":[1,null]}`, `"{a=b, c=[1, null]}"`},
		{"INT", `12`, `12`},                           // *
		{"INT", `"12"`, `12`},                         // *
		{"INT", `"2147483648"`, "!no whole number"},   // *
		{"INT", `2147483647`, `2147483647`},           //
		{"INT", `" 12 "`, "!` 12 ` is no whole"},      // *
		{"INT", `"+5"`, `5`},                          // *
		{"INT", `""`, "!no whole number"},             // *
		{"INT", `1.5`, "!`1.5` is no whole number"},   // *
		{"INT", `"1_0"`, "!`1_0` is no whole number"}, //
		{"INT", `"-2147483648"`, `-2147483648`},
		{"FLOAT", `"1.5"`, `1.5`},                                        // *
		{"FLOAT", `"0.1"`, `0.1`},                                        // *
		{"FLOAT", `"1e3"`, `1000.0`},                                     // *
		{"FLOAT", `"x"`, "!`x` is no number"},                            // *
		{"FLOAT", `123456789.123`, `1.2345679E8`},                        // *
		{"FLOAT", `1`, `1.0`},                                            // *
		{"FLOAT", `" 1 "`, `1.0`},                                        //
		{"FLOAT", `"1e39"`, "!no number"},                                //
		{"FLOAT", `"NaN"`, "!no number"},                                 //
		{"FLOAT", `"0x1p3"`, "!no number"},                               //
		{"FLOAT", `"1_0"`, "!no number"},                                 //
		{"BOOLEAN", `"TRUE"`, `true`},                                    // *
		{"BOOLEAN", `true`, `true`},                                      // *
		{"BOOL", `"true"`, `true`},                                       // *
		{"BOOL", `"abc"`, `false`},                                       // *
		{"BOOLEAN", `1`, `false`},                                        //
		{"DATETIME", `"2024-02-29T11:12:13Z"`, `"2024-02-29T11:12:13Z"`}, // *
		{"DATETIME", `"2024-02-29T11:12:13.1+02:00"`, `"2024-02-29T09:12:13.100Z"`},
		{"DATETIME", `"2024-02-29T11:12:13.000001Z"`, `"2024-02-29T11:12:13.000001Z"`},
		{"DATETIME", `"2024-02-29T11:12:13.123456789z"`, `"2024-02-29T11:12:13.123456789Z"`},
		{"DATETIME", `"2024-02-29"`, "!no date-time"},
		{"DATE", `"2024-02-29"`, `"2024-02-29"`}, // *
		{"DATE", `"2024-02-30"`, "!no date"},     // *
		{"TIME", `"11:12:13"`, `"11:12:13"`},     // *
		{"TIME", `"11:12"`, `"11:12:00"`},        // *
		{"TIME", `"11:12:13.500"`, `"11:12:13.5"`},
		{"TIME", `"25:00"`, "!no time"}, // 13-inputs
		{"TIME", `"1:00"`, "!no time"},
		{"DURATION", `"PT1H30M"`, `5400.0`},  // *
		{"DURATION", `"1h"`, "!no duration"}, // *
		{"DURATION", `"PT0.5S"`, `0.5`},
		{"DURATION", `"-PT1S"`, `-1.0`},
		{"DURATION", `"P1DT1S"`, `86401.0`},
		{"DURATION", `"PT-0.5S"`, `-0.5`},
		{"DURATION", `"PT99999999999H"`, "!too long"},
		{"DURATION", `"P"`, "!no duration"},
		{"DURATION", `"P1DT"`, "!no duration"},
		{"JSON", `"{\"a\":1,\"b\":[1,2]}"`, `{"a":1,"b":[1,2]}`}, // *
		{"JSON", `{"a":null}`, `{"a":null}`},                     // Kestra drops null members
		{"JSON", `[1,"x",null]`, `[1,"x",null]`},                 // *
		{"JSON", `"12"`, `12`},                                   // *
		{"JSON", `12`, `12`},
		{"JSON", `"\"x\""`, `"x"`}, // *
		{"JSON", `"x"`, "!`x` is no JSON"},
		{"YAML", `"12"`, `12`}, // *
		{"YAML", `"a: [0123, yes]"`, `{"a":[83,true]}`},
		{"YAML", `"a: [1"`, "!is no YAML: YAML syntax"},
		{"YAML", `"a: &a [*a]"`, "!stands inside of what it names"},
		{"URI", `"https://example.com/x"`, `"https://example.com/x"`}, // *
		{"URI", `"nothing"`, "!no URI"},                               // *
		{"EMAIL", `"zz"`, `"zz"`},                                     // *
		{"SELECT", `"x"`, `"x"`},
		{"ARRAY", `[1,"a",null]`, `[1,"a",null]`},
		{"ARRAY", `"[1,2]"`, `[1,2]`},
		{"ARRAY", `5`, "!`5` is neither a list"},
		{"ARRAY", `"{}"`, "!neither a list"},
		{"MULTISELECT", `["a",1]`, `["a","1"]`},
		{"STRING", `null`, "!null is no STRING"},
	}
	for _, tt := range tests {
		t.Run(string(tt.typ)+" "+tt.in, func(t *testing.T) {
			out := Output{ID: "v", Type: Type{Name: tt.typ}, Required: true}
			checkConverted(t, tt.want, "invalid value for output `v`. Cause: ", func() (value.Value, error) { return out.Convert(json(t, tt.in)) })
		})
	}
}

func checkConverted(t *testing.T, want, prefix string, convert func() (value.Value, error)) {
	t.Helper()
	got, err := convert()
	part, fails := strings.CutPrefix(want, "!")
	switch {
	case fails && err == nil:
		t.Errorf("got %s, want an error with %q", value.JSON(got), part)
	case fails && (!strings.HasPrefix(err.Error(), prefix) || !strings.Contains(err.Error(), part)):
		t.Errorf("error %q, want %q in it", err, part)
	case !fails && err != nil:
		t.Error(err)
	case !fails && value.JSON(got) != want:
		t.Errorf("got %s, want %s", value.JSON(got), want)
	}
}

func TestConvertOutputNotRequired(t *testing.T) {
	out := Output{ID: "v", Type: Type{Name: TypeInt}}
	if got, err := out.Convert(value.Null); err != nil || !got.IsNull() {
		t.Errorf("got %s, %v", value.JSON(got), err)
	}
}

// TestConvertInput loads one input and converts a value; those marked * are recorded from a Kestra 1.3.25.
func TestConvertInput(t *testing.T) {
	tests := []struct{ input, in, want string }{
		{"type: INT", `1`, `1`},                                         // *
		{"type: INT", `"x"`, "!`x` is no whole"},                        // *
		{"type: INT", `true`, "!`true` is no whole"},                    // *
		{"type: INT, min: 2, max: 4", `2`, `2`},                         // *
		{"type: INT, min: 2, max: 4", `1`, "!it must be more than `2`"}, // *
		{"type: INT, min: 2, max: 4", `5`, "!it must be less than `4`"},
		{"type: FLOAT", `0.1`, `0.1`}, // *
		{"type: FLOAT, max: 0.5", `0.6`, "!it must be less than `0.5`"},
		{"type: BOOLEAN", `"yes"`, `false`},                                                // *
		{"type: DATETIME", `"2024-01-01T00:00:00Z"`, `"2024-01-01T00:00:00.000000Z"`},      // *
		{"type: DATETIME", `"2024-01-01T00:00:00+02:00"`, `"2023-12-31T22:00:00.000000Z"`}, // *
		{"type: DATETIME", `1704067200`, "!no date-time"},                                  // *
		{"type: DATETIME, before: '2024-01-01T00:00:00Z'", `"2024-01-01T00:00:01Z"`, "!it must be before `2024-01-01T00:00:00Z`"},
		{"type: DATE, after: '2024-01-02'", `"2024-01-01"`, "!it must be after `2024-01-02`"},
		{"type: DATE, after: '2024-01-02'", `"2024-01-02"`, `"2024-01-02"`},
		{"type: TIME, before: '10:00'", `"10:00:01"`, "!it must be before `10:00`"},
		{"type: TIME, after: '00:00'", `"00:00"`, `"00:00:00"`},
		{"type: TIME", `"10:00"`, `"10:00:00"`}, // *
		{"type: DURATION, min: PT1M", `"PT59S"`, "!it must be more than `PT1M`"},
		{"type: DURATION", `"PT1H"`, `3600.0`},                      // *
		{"type: EMAIL", `"zz"`, "!the input must be a valid email"}, // *
		{"type: EMAIL", `"a.b+c@example.com"`, `"a.b+c@example.com"`},
		{"type: EMAIL", `""`, `""`},
		{"type: STRING, validator: '^a+$'", `"b"`, "!it must match the pattern `^a+$`"}, // *
		{"type: STRING, validator: 'a|b'", `"ab"`, "!it must match the pattern"},
		{"type: STRING, validator: 'a|b'", `"b"`, `"b"`},
		{"type: STRING, validator: '(?=a)[a-z]++'", `"ab"`, `"ab"`},
		{"type: STRING, validator: '(?=a)[a-z]++'", `"ba"`, "!it must match the pattern"},
		{"type: STRING, validator: '\\h\\R'", `" \r\n"`, `" \r\n"`},
		{"type: STRING, validator: '(?=a)(a+)+b'", `"` + strings.Repeat("a", 40) + `"`, "!it cannot be matched against the pattern"},
		{"type: SELECT, values: [x, y]", `"z"`, "!it must match the values `[x, y]`"}, // *
		{"type: ENUM, values: [x, y]", `"x"`, `"x"`},
		{"type: SELECT, values: [x, y], allowCustomValue: true", `"z"`, `"z"`},
		{"type: MULTISELECT, values: [x, y]", `["x"]`, `["x"]`},                         // *
		{"type: MULTISELECT, values: [x, y]", `["x","z"]`, "!it must match the values"}, // *
		{"type: MULTISELECT, values: [x, y]", `"x"`, "!neither a list"},                 // *
		{"type: MULTISELECT, values: [1, 2], itemType: INT", `"[\"1\"]"`, `[1]`},
		{"type: MULTISELECT, options: [x], allowCustomValue: true", `["z"]`, `["z"]`},
		{"type: ARRAY, itemType: INT", `[1,"2"]`, `[1,2]`}, // *
		{"type: ARRAY, itemType: INT", `[1,"x"]`, "!element 1: `x` is no whole"},
		{"type: ARRAY, itemType: STRING", `[null]`, "!element 0: null is no STRING"},
		{"type: ARRAY, itemType: INT", `5`, "!neither a list"}, // *
		{"type: JSON", `[1,2]`, `[1,2]`},                       // *
		{"type: JSON", `5`, `5`},                               // *
	}
	for _, tt := range tests {
		t.Run(tt.input+" "+tt.in, func(t *testing.T) {
			set, found := loadText(t, "id: f\nnamespace: n\ntasks: [{id: t, type: test.All}]\ninputs: [{id: v, "+tt.input+"}]\n")
			if err := found.Err(); err != nil {
				t.Fatal(err)
			}
			in := set.Flow("n", "f").Inputs[0]
			checkConverted(t, tt.want, "invalid value for input `v`. Cause: ", func() (value.Value, error) { return in.Convert(json(t, tt.in)) })
		})
	}
}

func TestConvertQuotesLittle(t *testing.T) {
	long := value.String(strings.Repeat("é", 10_000))
	for _, typ := range []TypeName{TypeInt, TypeFloat, TypeDate, TypeDuration, TypeJSON, TypeArray} {
		ty := Type{Name: typ}
		if _, err := ty.Convert(long); err == nil || len(err.Error()) > 500 {
			t.Errorf("%s: error of %d bytes", typ, len(err.Error()))
		}
	}
}
