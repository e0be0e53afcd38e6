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
		{"INT", `12`, `12`},                                        // *
		{"INT", `"12"`, `12`},                                      // *
		{"INT", `"2147483648"`, `!For input string: "2147483648"`}, // *
		{"INT", `2147483647`, `2147483647`},                        //
		{"INT", `" 12 "`, `!For input string: " 12 "`},             // *
		{"INT", `"+5"`, `5`},                                       // *
		{"INT", `""`, `!For input string: ""`},                     // *
		{"INT", `1.5`, `!For input string: "1.5"`},                 // *
		{"INT", `"1_0"`, `!For input string: "1_0"`},               //
		{"INT", `"-2147483648"`, `-2147483648`},
		{"FLOAT", `"1.5"`, `1.5`},                                        // *
		{"FLOAT", `"0.1"`, `0.1`},                                        // *
		{"FLOAT", `"1e3"`, `1000.0`},                                     // *
		{"FLOAT", `"x"`, `!For input string: "x"`},                       // *
		{"FLOAT", `123456789.123`, `1.2345679E8`},                        // *
		{"FLOAT", `1`, `1.0`},                                            // *
		{"FLOAT", `" 1 "`, `1.0`},                                        //
		{"FLOAT", `"1e39"`, `!For input string: "1e39"`},                 //
		{"FLOAT", `"NaN"`, `!For input string: "NaN"`},                   //
		{"FLOAT", `"0x1p3"`, `!For input string: "0x1p3"`},               //
		{"FLOAT", `"1_0"`, `!For input string: "1_0"`},                   //
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
		{"TIME", `"25:00"`, "!no time"}, // *
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
		{"URI", `"nothing"`, "!Invalid URI format."},                  // *
		{"EMAIL", `"zz"`, `"zz"`},                                     // *
		{"SELECT", `"x"`, `"x"`},
		{"ARRAY", `[1,"a",null]`, `[1,"a",null]`},
		{"ARRAY", `"[1,2]"`, `[1,2]`},
		{"ARRAY", `5`, "!`5` is neither a list"},
		{"ARRAY", `"{}"`, "!neither a list"},
		{"MULTISELECT", `["a",1]`, `["a","1"]`},
		{"FILE", `"kestra:///a/f/executions/1/tasks/t/2/3.txt"`, `"kestra:///a/f/executions/1/tasks/t/2/3.txt"`}, // *
		{"FILE", `"text"`, "!`text` is no URI of a file as kestra:///… and nsfile:///…, and files of the server are never read"},
		{"FILE", `"file:///etc/passwd"`, "!and files of the server are never read"},
		{"FILE", `{"a":1}`, "!a map is no FILE"},
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

func TestConvertQuotesLittle(t *testing.T) {
	long := value.String(strings.Repeat("é", 10_000))
	for _, typ := range []TypeName{TypeInt, TypeFloat, TypeDate, TypeDuration, TypeJSON, TypeArray} {
		out := Output{ID: "v", Type: Type{Name: typ}, Required: true}
		if _, err := out.Convert(long); err == nil || len(err.Error()) > 500 {
			t.Errorf("%s: error of %d bytes", typ, len(err.Error()))
		}
	}
}
