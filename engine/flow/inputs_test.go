package flow

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// loadInputs loads a flow with these inputs, a list in one line of YAML, and returns it with what its expressions see.
func loadInputs(tb testing.TB, inputs string) (*Flow, *pebble.Context) {
	tb.Helper()
	set, found := loadText(tb, "id: f\nnamespace: n\ntasks: [{id: t, type: test.All}]\ninputs: "+inputs+"\n")
	if err := found.Err(); err != nil {
		tb.Fatal(err)
	}
	f := set.Flow("n", "f")
	return f, &pebble.Context{Vars: value.MapOf("flow", f.Variable(7)).Map(), Seed: 1, Now: time.Unix(1, 0)}
}

// TestConvertInput resolves one input with one value; those marked * are recorded from a Kestra 1.3.25, those marked + have its
// words.
func TestConvertInput(t *testing.T) {
	tests := []struct{ input, given, want string }{
		{"type: STRING", `"x"`, `"x"`}, // *
		{"type: STRING", `1`, `"1"`},   // *
		{"type: STRING", `true`, `"true"`},
		{"type: STRING", `{"a":[1,null]}`, `"{\"a\":[1,null]}"`}, // as {{ }} prints it
		{"type: STRING", `""`, `""`},
		{"type: INT", `1`, `1`},                                                            // *
		{"type: INT", `"1"`, `1`},                                                          // *
		{"type: INT", `"x"`, `!For input string: "x"`},                                     // *
		{"type: INT", `2147483648`, "!For input string"},                                   // *
		{"type: INT", `true`, "!For input string"},                                         // *
		{"type: INT", `[1]`, "!a list is no INT"},                                          //
		{"type: INT", `1.0`, "!For input string"},                                          //
		{"type: INT, min: 2, max: 4", `2`, `2`},                                            // *
		{"type: INT, min: 2, max: 4", `4`, `4`},                                            //
		{"type: INT, min: 2", `1`, "!it must be more than `2`"},                            // *+
		{"type: INT, max: 4", `5`, "!it must be less than `4`"},                            // +
		{"type: FLOAT", `0.1`, `0.1`},                                                      // *
		{"type: FLOAT", `1`, `1.0`},                                                        // *
		{"type: FLOAT", `"x"`, "!For input string"},                                        // *
		{"type: FLOAT", `123456789.123`, `1.2345679E8`},                                    //
		{"type: FLOAT, min: 1", `0.5`, "!more than `1.0`"},                                 // +
		{"type: FLOAT, max: 0.5", `0.6`, "!it must be less than"},                          // +
		{"type: BOOLEAN", `"yes"`, `false`},                                                // *
		{"type: BOOLEAN", `1`, `false`},                                                    // *
		{"type: BOOL", `true`, `true`},                                                     // *
		{"type: BOOL", `"nope"`, `false`},                                                  // *
		{"type: BOOL", `"True"`, `true`},                                                   //
		{"type: BOOL", `[]`, `false`},                                                      //
		{"type: DATETIME", `"2024-01-01"`, "!no date-time"},                                // *
		{"type: DATETIME", `1704067200`, "!no date-time"},                                  // *
		{"type: DATETIME", `"2024-01-01T1:00:00Z"`, "!no date-ti"},                         //
		{"type: DATETIME", `"2024-01-01T00:00:00Z"`, `"2024-01-01T00:00:00.000000Z"`},      // *
		{"type: DATETIME", `"2024-01-01T00:00:00+02:00"`, `"2023-12-31T22:00:00.000000Z"`}, // *
		{"type: DATETIME, before: '2024-01-01T00:00:00Z'", `"2024-01-01T00:00:01Z"`, "!it must be before `2024-01-01T00:00:00Z`"},
		{"type: DATETIME, after: '2024-01-01T00:00:00Z'", `"2023-12-31T23:59:59Z"`, "!it must be after `2024-01-01T00:00:00Z`"}, // +
		{"type: DATE", `"2024-01-01"`, `"2024-01-01"`}, // *
		{"type: DATE", `"x"`, "!no date"},              // *
		{"type: DATE, after: '2024-01-02'", `"2024-01-01"`, "!it must be after `2024-01-02`"},
		{"type: DATE, after: '2024-01-02'", `"2024-01-02"`, `"2024-01-02"`},
		{"type: DATE, before: '2024-01-02'", `"2024-01-03"`, "!it must be before `2024-01-02`"},
		{"type: TIME", `"10:00"`, `"10:00:00"`},                                        // *
		{"type: TIME", `"10:00:00"`, `"10:00:00"`},                                     // *
		{"type: TIME", `"25:00"`, "!no time"},                                          // *
		{"type: TIME, before: '10:00:00'", `"10:00:01"`, "!it must be before `10:00`"}, // +
		{"type: TIME, after: '01:00:00'", `"00:00:01"`, "!it must be after `01:00`"},   // +
		{"type: TIME, after: '00:00'", `"00:00"`, `"00:00:00"`},
		{"type: DURATION", `"PT1H"`, `3600.0`}, // *
		{"type: DURATION", `"1h"`, "!no duration"},
		{"type: DURATION, min: PT60S", `"PT59S"`, "!It must be more than `PT1M`"}, // +
		{"type: DURATION, max: PT1H", `"PT61M"`, "!It must be less than `PT1H`"},  // +
		{"type: JSON", `[1,2]`, `[1,2]`},                                          // *
		{"type: JSON", `5`, `5`},                                                  // *
		{"type: JSON", `"{\"a\":1}"`, `{"a":1}`},                                  //
		{"type: JSON", `"null"`, `null`},
		{"type: JSON", `"x"`, "!no JSON"},
		{"type: YAML", `"a: [0123, yes]"`, `{"a":[83,true]}`},
		{"type: YAML", `{"a":1}`, `{"a":1}`},
		{"type: YAML", `"a: ["`, "!no YAML"},
		{"type: URI", `"https://example.com/x?y=z"`, `"https://example.com/x?y=z"`},
		{"type: URI", `"kestra:///a/b.ion"`, `"kestra:///a/b.ion"`},
		{"type: URI", `"jdbc:duckdb:"`, `"jdbc:duckdb:"`},
		{"type: URI", `"justastring"`, "!Invalid URI format."}, // +
		{"type: URI", `"https://a/b c"`, "!Invalid URI format."},
		{"type: EMAIL", `"zz"`, "!The input must be a valid email"}, // *+
		{"type: EMAIL", `"a.b+c@example.com"`, `"a.b+c@example.com"`},
		{"type: EMAIL", `"a b@example.com"`, "!The input must be a valid email"},
		{"type: EMAIL", `""`, `""`},
		{"type: STRING, validator: '^a+$'", `"b"`, "!it must match the pattern `^a+$`"}, // *+
		{"type: STRING, validator: 'a|b'", `"ab"`, "!it must match the pattern"},
		{"type: STRING, validator: 'a|b'", `"b"`, `"b"`},
		{"type: STRING, validator: '(?=a)[a-z]++'", `"ab"`, `"ab"`},
		{"type: STRING, validator: '(?=a)[a-z]++'", `"ba"`, "!it must match the pattern"},
		{"type: STRING, validator: '\\h\\R'", `" \r\n"`, `" \r\n"`},
		{"type: STRING, validator: '(?=a)(a+)+b'", `"` + strings.Repeat("a", 40) + `"`, "!it cannot be matched against the pattern"},
		{"type: SECRET", `"hunter22"`, `"hunter22"`},
		{"type: SECRET, validator: '[a-z]+'", `"hunter22"`, "!it must match the pattern `[a-z]+`"}, // +
		{"type: SECRET", `"` + strings.Repeat("x", maxSecret) + `"`, `"` + strings.Repeat("x", maxSecret) + `"`},
		{"type: SECRET", `"` + strings.Repeat("x", maxSecret+1) + `"`, "!a SECRET may have 16384 bytes at most"},
		{"type: SELECT, values: [x, y]", `"x"`, `"x"`},
		{"type: SELECT, values: [x, y]", `"z"`, "!it must match the values `[x, y]`"}, // *+
		{"type: SELECT, values: [1, 2]", `2`, `"2"`},
		{"type: SELECT, values: [x], allowCustomValue: true", `"z"`, `"z"`},
		{"type: SELECT, values: [x], required: false", `"z"`, `"z"`},       // as Kestra's source says
		{"type: ENUM, values: [x, y]", `"z"`, "!it must match the values"}, // *+
		{"type: ENUM, values: [x, y]", `"x"`, `"x"`},
		{"type: ENUM, values: [x], required: false", `"z"`, `"z"`},
		{"type: MULTISELECT, values: [x, y]", `["x"]`, `["x"]`},                                            // *
		{"type: MULTISELECT, values: [x, y]", `[]`, `[]`},                                                  //
		{"type: MULTISELECT, values: [x, y]", `"[\"y\"]"`, `["y"]`},                                        //
		{"type: MULTISELECT, values: [x, y]", `["x","z"]`, "!value `z` doesn't match the values `[x, y]`"}, // *+
		{"type: MULTISELECT, values: [x], required: false", `["z"]`, "!doesn't match the values"},          //
		{"type: MULTISELECT, values: [x, y]", `"x"`, "!neither a list"},                                    // *
		{"type: MULTISELECT, values: [1, 2], itemType: INT", `"[\"1\"]"`, `[1]`},
		{"type: MULTISELECT, options: [x], allowCustomValue: true", `["z"]`, `["z"]`},
		{"type: MULTISELECT, options: [x]", `["z"]`, "!doesn't match the values `[x]`"},
		{"type: MULTISELECT, options: [x], values: [y]", `["x"]`, "!doesn't match the values `[y]`"},
		{"type: FILE", `"kestra:///x/y"`, `"kestra:///x/y"`}, // *
		{"type: FILE", `"nsfile:///a/b.csv"`, `"nsfile:///a/b.csv"`},
		{"type: FILE", `"nsfile://company.team/b.csv"`, `"nsfile://company.team/b.csv"`},
		{"type: FILE", `"zz"`, "!`zz` is no URI of a file as kestra:///… and nsfile:///…, and files of the server are never read"}, // *
		{"type: FILE", `"/etc/passwd"`, "!files of the server are never read"},
		{"type: FILE", `"file:///etc/passwd"`, "!files of the server are never read"},
		{"type: FILE", `"FILE:/etc/passwd"`, "!files of the server are never read"},
		{"type: FILE", `""`, "!files of the server are never read"},
		{"type: FILE", `"https://example.com/a.csv"`, "!`https://example.com/a.csv` is no URI of a file as kestra:///… and nsfile:///…: the task http.Download makes a file of it"},
		{"type: FILE", `"s3://bucket/a.csv"`, "!`s3://bucket/a.csv` is no URI of a file as kestra:///… and nsfile:///…"},
		{"type: FILE", `"kestra:x"`, "!is no URI of a file"},
		{"type: FILE", `"kestra:///"`, "!is no URI of a file"},
		{"type: FILE", `"kestra:///a b"`, "!is no URI of a file"},
		{"type: FILE", `["kestra:///a"]`, "!a list is no FILE"},
		{"type: FILE, allowedFileExtensions: [.csv, .TXT]", `"kestra:///a/b.CSV"`, `"kestra:///a/b.CSV"`},
		{"type: FILE, allowedFileExtensions: [.csv, .TXT]", `"nsfile:///b.txt"`, `"nsfile:///b.txt"`},
		{"type: FILE, allowedFileExtensions: [.csv, .txt]", `"kestra:///a.csv/b"`, "!File type not allowed. Accepted extensions: .csv, .txt"}, // +
		{"type: FILE, allowedFileExtensions: []", `"kestra:///a/b"`, `"kestra:///a/b"`},
		{"type: ARRAY, itemType: FILE", `["kestra:///a"]`, `["kestra:///a"]`},
		{"type: ARRAY, itemType: FILE", `["/etc/passwd"]`, "!Unable to parse array element as `FILE` on `/etc/passwd`"},
		{"type: ARRAY, itemType: INT", `[1,"2"]`, `[1,2]`},                                          // *
		{"type: ARRAY, itemType: INT", `["s1"]`, "!Unable to parse array element as `INT` on `s1`"}, // +
		{"type: ARRAY, itemType: STRING", `[null]`, "!Unable to parse array element as `STRING` on `null`"},
		{"type: ARRAY, itemType: DATE", `["2024-02-29"]`, `["2024-02-29"]`},
		{"type: ARRAY, itemType: JSON", `["[1]",{}]`, `[[1],{}]`},
		{"type: ARRAY, itemType: EMAIL", `["zz"]`, `["zz"]`},          // items have no constraints
		{"type: ARRAY, itemType: INT", `5`, "!`5` is neither a list"}, // *
		{"type: ARRAY, itemType: INT", `{}`, "!a map is neither a list"},
	}
	for _, tt := range tests {
		t.Run(tt.input+" "+tt.given, func(t *testing.T) {
			f, c := loadInputs(t, "[{id: v, "+tt.input+"}]")
			checkConverted(t, tt.want, "Invalid value for input `v`. Cause: ", func() (value.Value, error) {
				r, err := ResolveInputs(f.Inputs, value.MapOf("v", json(t, tt.given)).Map(), c)
				if err != nil {
					return value.Null, err
				}
				v, ok := r.Values.Get("v")
				if !ok {
					t.Error("the input is left out")
				}
				return v, nil
			})
		})
	}
}

// TestResolveInputs resolves several inputs: inputs, what is given, and the values or, after "!", the error; then what is warned
// of.
func TestResolveInputs(t *testing.T) {
	const dependent = "[{id: a, type: STRING, required: false}, {id: b, type: STRING, dependsOn: {inputs: [a]}}]"
	tests := []struct{ name, inputs, given, want, warning string }{
		{name: "given and default", inputs: "[{id: v, type: STRING, defaults: dd}, {id: w, type: STRING}]", given: `{"w":"x"}`, want: `{"v":"dd","w":"x"}`},
		{name: "required", inputs: "[{id: a, type: STRING, defaults: d}, {id: b, type: STRING}]", given: `{"a":"z"}`, want: "!Missing required input:b"},
		{name: "not required", inputs: "[{id: n, type: INT, required: false}]", given: `{}`, want: `{"n":null}`},
		{name: "null is not given", inputs: "[{id: n, type: INT}, {id: d, type: INT, defaults: 3}]", given: `{"n":1,"d":null}`, want: `{"n":1,"d":3}`},
		{name: "null for a required input", inputs: "[{id: n, type: INT}]", given: `{"n":null}`, want: "!Missing required input:n"},
		{name: "empty default", inputs: "[{id: s, type: STRING, defaults: ''}]", given: `{}`, want: `{"s":""}`},
		{name: "undeclared", inputs: "[{id: a, type: INT}]", given: `{"zz":1,"a":2}`, want: `{"a":2}`, warning: "Input zz was provided but isn't declared in the workflow inputs"},
		{name: "no inputs", inputs: "[]", given: `{"q":1}`, want: `{}`, warning: "Input q was provided but isn't declared in the workflow inputs"},
		{name: "order of declaration", inputs: "[{id: b, type: INT}, {id: a, type: INT}]", given: `{"a":1,"b":2}`, want: `{"b":2,"a":1}`},
		{name: "dots nest", inputs: "[{id: a.b, type: STRING}, {id: c, type: INT}, {id: a.d.e, type: INT}]", given: `{"a.b":"x","c":1,"a.d.e":2}`, want: `{"a":{"b":"x","d":{"e":2}},"c":1}`},
		{name: "a nested map is not the dotted id", inputs: "[{id: a.b, type: STRING}]", given: `{"a":{"b":"x"}}`, want: "!Missing required input:a.b"},
		{
			name: "form", inputs: "[{id: env, type: FORM, displayName: E, inputs: [{id: region, type: STRING}, {id: n, type: INT, defaults: 2}]}, {id: env.x, type: INT}]",
			given: `{"env.region":"EU","env.x":1}`, want: `{"env":{"region":"EU","n":2,"x":1}}`,
		},
		{name: "form is no input", inputs: "[{id: env, type: FORM, inputs: [{id: region, type: STRING}]}]", given: `{"env":{"region":"EU"}}`, want: "!Missing required input:env.region"},
		{name: "default breaks a constraint", inputs: "[{id: s, type: SELECT, values: [Low], defaults: High}]", given: `{}`, want: "!Invalid value for input `s`. Cause: it must match the values `[Low]`"},
		{name: "rendered default", inputs: "[{id: i, type: INT, defaults: '{{ 3 + 4 }}'}]", given: `{}`, want: `{"i":7}`},
		{name: "rendered default breaks a constraint", inputs: "[{id: i, type: INT, max: 5, defaults: '{{ 3 + 4 }}'}]", given: `{}`, want: "!Invalid value for input `i`. Cause: it must be less than `5`"},
		{name: "default that fails", inputs: "[{id: i, type: INT, defaults: '{{ nope }}'}]", given: `{}`, want: "!Invalid value for input `i`. Cause: unable to find `nope`"},
		{name: "default that is not needed", inputs: "[{id: i, type: INT, defaults: '{{ nope }}'}]", given: `{"i":1}`, want: `{"i":1}`},
		{name: "default with a list", inputs: "[{id: a, type: ARRAY, itemType: STRING, defaults: ['{{ flow.id }}', x]}]", given: `{}`, want: `{"a":["f","x"]}`},
		{name: "default with a map", inputs: "[{id: a, type: JSON, defaults: {k: '{{ flow.revision }}', n: 1}}]", given: `{}`, want: `{"a":{"k":"7","n":1}}`},
		{name: "several wrong items", inputs: "[{id: m, type: MULTISELECT, values: [A]}]", given: `{"m":["F","A","H"]}`, want: "!Invalid value for input `m`. Cause: value `F` doesn't match the values `[A]`\nInvalid value for input `m`. Cause: value `H` doesn't match the values `[A]`"},

		{name: "first value of a SELECT", inputs: "[{id: s, type: SELECT, values: [x, y], autoSelectFirst: true}]", given: `{}`, want: `{"s":"x"}`},
		{name: "first value of a MULTISELECT", inputs: "[{id: s, type: MULTISELECT, values: [x, y], autoSelectFirst: true}]", given: `{}`, want: `{"s":["x"]}`},
		{name: "a default before the first value", inputs: "[{id: s, type: SELECT, values: [x, y], autoSelectFirst: true, defaults: y}]", given: `{}`, want: `{"s":"y"}`},
		{name: "values of an expression", inputs: "[{id: s, type: SELECT, expression: '{{ [flow.id, 2, null] }}'}]", given: `{"s":"2"}`, want: `{"s":"2"}`},
		{name: "not in the values of an expression", inputs: "[{id: s, type: SELECT, values: [z], expression: '{{ [flow.id] }}'}]", given: `{"s":"z"}`, want: "!Invalid value for input `s`. Cause: it must match the values `[f]`"},
		{name: "first value of an expression", inputs: "[{id: s, type: SELECT, expression: ' {{ [flow.id] }} ', autoSelectFirst: true}]", given: `{}`, want: `{"s":"f"}`},
		{name: "first value of no values", inputs: "[{id: s, type: SELECT, expression: '{{ [] }}', autoSelectFirst: true}]", given: `{}`, want: "!Missing required input:s"},
		{name: "values of an expression, several", inputs: "[{id: m, type: MULTISELECT, expression: '{{ [flow.id] }}', autoSelectFirst: true}]", given: `{}`, want: `{"m":["f"]}`},
		{name: "expression that gives no list", inputs: "[{id: s, type: SELECT, expression: '{{ flow.id }}'}]", given: `{"s":"f"}`, want: "!Invalid value for input `s`. Cause: Invalid expression result. Expected a list of strings"},
		{name: "expression that fails", inputs: "[{id: s, type: SELECT, expression: '{{ nope }}'}]", given: `{"s":"f"}`, want: "!Invalid value for input `s`. Cause: the expression of its values: unable to find `nope`"},

		{name: "depends on a value", inputs: dependent, given: `{"a":"1","b":"2"}`, want: `{"a":"1","b":"2"}`},
		{name: "depends on a value that is missing", inputs: dependent, given: `{"b":"2"}`, want: `{"a":null}`},
		{name: "condition", inputs: "[{id: a, type: STRING}, {id: b, type: STRING, dependsOn: {inputs: [a], condition: \"{{ inputs.a equals 'v1' }}\"}}]", given: `{"a":"v1","b":"2"}`, want: `{"a":"v1","b":"2"}`},
		{name: "condition that is not met", inputs: "[{id: a, type: STRING}, {id: b, type: STRING, dependsOn: {inputs: [a], condition: \"{{ inputs.a equals 'v1' }}\"}}]", given: `{"a":"v2","b":"2"}`, want: `{"a":"v2"}`},
		{name: "condition that gives text", inputs: "[{id: b, type: STRING, dependsOn: {condition: \"{{ 'true' }}\"}}]", given: `{"b":"2"}`, want: `{}`},
		{name: "condition without inputs", inputs: "[{id: b, type: STRING, dependsOn: {condition: \"{{ flow.id == 'f' }}\"}}]", given: `{"b":"2"}`, want: `{"b":"2"}`},
		{
			name: "condition that fails", inputs: "[{id: b, type: STRING, dependsOn: {condition: '{{ nope }}'}}]", given: `{"b":"2"}`, want: `{}`,
			warning: "Invalid condition: input `b` is left out: unable to find `nope`",
		},
		{
			name: "depends on what is left out", given: `{"a":"v1","b":"v2","c":"v3"}`, want: `{"a":"v1"}`,
			inputs: "[{id: a, type: STRING}, {id: b, type: STRING, dependsOn: {inputs: [a], condition: \"{{ inputs.a == '?' }}\"}}, {id: c, type: STRING, dependsOn: {inputs: [b]}}]",
		},
		{
			name: "dependencies first, declared later", given: `{}`, want: `{"b":"hello_world","a":"hello"}`,
			inputs: "[{id: b, type: STRING, defaults: '{{ inputs.a }}_world', dependsOn: {inputs: [a]}}, {id: a, type: STRING, defaults: \"{{ 'hello' }}\"}]",
		},
		{
			name: "what dependsOn does not name is null", given: `{"a":"x"}`, want: `{"a":"x","b":"none"}`,
			inputs: "[{id: a, type: STRING, defaults: y}, {id: b, type: STRING, defaults: \"{{ inputs.a ?? 'none' }}\"}]",
		},
		{
			name: "what dependsOn does not name is missing", given: `{"a":"x"}`, want: "!Invalid value for input `b`. Cause: unable to find `a`",
			inputs: "[{id: a, type: STRING}, {id: b, type: STRING, defaults: '{{ inputs.a }}'}]",
		},
		{
			name: "values that depend on another input", given: `{"env.kind":"big","env.size":"9"}`, want: `{"env":{"kind":"big","size":"9"}}`,
			inputs: "[{id: env, type: FORM, inputs: [{id: kind, type: STRING}, {id: size, type: SELECT, expression: \"{{ inputs.env.kind == 'big' ? [9] : [1] }}\", dependsOn: {inputs: [env.kind]}}]}]",
		},
		{
			name: "wrong values that depend on another input", given: `{"kind":"small","size":"9"}`, want: "!Invalid value for input `size`. Cause: it must match the values `[1]`",
			inputs: "[{id: kind, type: STRING}, {id: size, type: SELECT, expression: \"{{ inputs.kind == 'big' ? [9] : [1] }}\", dependsOn: {inputs: [kind]}}]",
		},
		{
			name: "an error before what depends on it", given: `{"n":"x"}`, want: "!Invalid value for input `n`. Cause: For input string: \"x\"",
			inputs: "[{id: b, type: STRING, dependsOn: {inputs: [n]}}, {id: n, type: INT}]",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, c := loadInputs(t, tt.inputs)
			r, err := ResolveInputs(f.Inputs, json(t, tt.given).Map(), c)
			if want, fails := strings.CutPrefix(tt.want, "!"); fails {
				if _, named := errors.AsType[*InputError](err); !named || !strings.HasPrefix(err.Error(), want) {
					t.Fatalf("error %v, want %s", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, value.JSON(value.FromMap(r.Values))); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
			if got := errors.Join(r.Warnings...); (tt.warning == "") != (got == nil) || got != nil && !strings.HasPrefix(got.Error(), tt.warning) {
				t.Errorf("warning %v, want %q", got, tt.warning)
			}
		})
	}
}

// TestUnresolvedInputs shows inputs that nobody has resolved.
func TestUnresolvedInputs(t *testing.T) {
	tests := []struct{ name, inputs, given, want, warning string }{
		{name: "defaults", inputs: "[{id: a.b, type: INT, defaults: 5}, {id: a.c, type: STRING, defaults: '{{ flow.id }}'}, {id: d, type: STRING}]", given: `{}`, want: `{"a":{"b":5,"c":"f"}}`},
		{
			name: "constraints do not count", given: `{}`, want: `{"s":"High","i":7,"m":["b"]}`,
			inputs: "[{id: s, type: SELECT, values: [Low], defaults: High}, {id: i, type: INT, max: 5, defaults: '{{ 3 + 4 }}'}, {id: m, type: MULTISELECT, values: [a], defaults: [b]}]",
		},
		{name: "given as it is", inputs: "[{id: a, type: INT, defaults: 5}, {id: b, type: INT}]", given: `{"a":"{{ trigger.body.a }}","zz":[1]}`, want: `{"a":"{{ trigger.body.a }}","zz":[1]}`},
		{name: "default beside given", inputs: "[{id: a, type: INT, defaults: 5}, {id: b, type: STRING}]", given: `{"b":1}`, want: `{"b":1,"a":5}`},
		{name: "a nested map is given", inputs: "[{id: a.b, type: INT, defaults: 5}]", given: `{"a":{"b":"x"}}`, want: `{"a":{"b":"x"}}`},
		{name: "dotted id", inputs: "[{id: a.b, type: INT}]", given: `{"a.b":"x"}`, want: `{"a":{"b":"x"}}`},
		{name: "a default that sees another", inputs: "[{id: a, type: STRING, defaults: '{{ inputs.b }}!', dependsOn: {inputs: [b]}}, {id: b, type: INT, defaults: 5}]", given: `{}`, want: `{"a":"5!","b":5}`},
		{name: "conditions do not count", inputs: "[{id: a, type: INT, defaults: 5, dependsOn: {condition: '{{ false }}'}}]", given: `{}`, want: `{"a":5}`},
		{name: "a default that cannot be rendered", inputs: "[{id: a, type: INT, defaults: '{{ nope }}'}, {id: b, type: INT, defaults: 1}]", given: `{}`, want: `{"b":1}`, warning: "default of input `a`: Invalid value for input `a`. Cause: unable to find `nope`"},
		{name: "a default of another type", inputs: "[{id: a, type: INT, defaults: '{{ flow.id }}'}]", given: `{}`, want: `{}`, warning: "default of input `a`: For input string: \"f\""},
		{name: "first value", inputs: "[{id: a, type: SELECT, values: [x], autoSelectFirst: true}]", given: `{}`, want: `{"a":"x"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, c := loadInputs(t, tt.inputs)
			r := f.UnresolvedInputs(json(t, tt.given).Map(), c)
			if diff := cmp.Diff(tt.want, value.JSON(value.FromMap(r.Values))); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
			if got := errors.Join(r.Warnings...); (tt.warning == "") != (got == nil) || got != nil && !strings.HasPrefix(got.Error(), tt.warning) {
				t.Errorf("warning %v, want %q", got, tt.warning)
			}
		})
	}
}

// TestResolveSeesOuterInputs: the inputs of a task see those of the flow.
func TestResolveSeesOuterInputs(t *testing.T) {
	set, found := loadText(t, "id: f\nnamespace: n\ninputs: [{id: x, type: INT}]\n"+
		"tasks: [{id: t, type: test.Nested, inputs: [{id: a, type: STRING, defaults: '{{ inputs.x }}'}, {id: b, type: STRING, defaults: \"{{ inputs.x }}{{ inputs.a }}\", dependsOn: {inputs: [a]}}]}]\n")
	if len(found) > 0 {
		t.Fatal(found)
	}
	inputs := set.Flow("n", "f").Tasks[0].Inputs("inputs")
	r, err := ResolveInputs(inputs, nil, &pebble.Context{Vars: value.MapOf("inputs", value.MapOf("x", value.Int(7))).Map()})
	if err != nil || value.JSON(value.FromMap(r.Values)) != `{"a":"7","b":"77"}` {
		t.Errorf("got %v, %v", r, err)
	}
}

// TestResolveIsRepeatable: the same seed gives the same values, and no two expressions the same randomness.
func TestResolveIsRepeatable(t *testing.T) {
	f, c := loadInputs(t, "[{id: a, type: STRING, defaults: '{{ uuid() }}'}, {id: b, type: STRING, defaults: '{{ uuid() }}'}, {id: c, type: SELECT, expression: '{{ [uuid()] }}', autoSelectFirst: true}]")
	values := func(seed uint64) []string {
		c.Seed = seed
		r, err := ResolveInputs(f.Inputs, nil, c)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, v := range r.Values.All() {
			texts = append(texts, v.Str())
		}
		return texts
	}
	first := values(1)
	if diff := cmp.Diff(first, values(1)); diff != "" {
		t.Errorf("the same seed gives other values:\n%s", diff)
	}
	seen := map[string]bool{}
	for _, text := range append(first, values(2)...) {
		if seen[text] {
			t.Errorf("%s comes twice", text)
		}
		seen[text] = true
	}
}

// TestPublicInputErrors: those who gave the values learn nothing of expressions, and nobody sees a SECRET.
func TestPublicInputErrors(t *testing.T) {
	tests := []struct{ inputs, given, public, text string }{
		{"[{id: v, type: INT}]", `{"v":"x"}`, "Invalid value for input `v`. Cause: For input string: \"x\"", "For input string: \"x\""},
		{"[{id: v, type: INT}]", `{}`, "Missing required input:v", "Missing required input:v"},
		{"[{id: v, type: INT, defaults: '{{ hidden }}'}]", `{}`, "Invalid value for input `v`. Cause: it cannot be rendered", "hidden"},
		{"[{id: v, type: SELECT, expression: '{{ hidden }}'}]", `{}`, "Invalid value for input `v`. Cause: it cannot be rendered", "hidden"},
		{"[{id: v, type: SECRET, validator: a}]", `{"v":"hunter22"}`, "Invalid value for input `v`. Cause: it must match the pattern `a`", "pattern"},
	}
	for _, tt := range tests {
		f, c := loadInputs(t, tt.inputs)
		_, err := ResolveInputs(f.Inputs, json(t, tt.given).Map(), c)
		wrong, ok := errors.AsType[*InputError](err)
		if !ok || wrong.ID != "v" || wrong.Busy() || wrong.Public() != tt.public || !strings.Contains(err.Error(), tt.text) || strings.Contains(err.Error(), "hunter22") {
			t.Errorf("%s: error %v, public %q, want %q", tt.inputs, err, wrong.Public(), tt.public)
		}
	}
}

// fullAccount has no memory.
type fullAccount struct{}

func (fullAccount) Take(int64) error { return errors.New("full") }

// TestConversionsAreBounded: what is made of large values has a limit, and comes out of the account.
func TestConversionsAreBounded(t *testing.T) {
	list := func(n int) value.Value { return value.String("[" + strings.Repeat("1,", n-1) + "1]") }
	tests := []struct {
		name, input string
		given       value.Value
		want        string // as long as the account has memory; "" when it succeeds
	}{
		{"list", "type: ARRAY, itemType: INT", list(200_000), ""},
		{"long list", "type: ARRAY, itemType: INT", list(1_000_001), "list has more than 1000000 items"},
		{"large JSON", "type: JSON", list(3_000_000), "evaluation makes more than 67108864 bytes of values"},
		{"YAML", "type: YAML", value.String("a: " + strings.Repeat("x", 100_000)), ""},
		{"large YAML", "type: YAML", value.String("a: " + strings.Repeat("x", 1_000_000)), "evaluation makes more than 67108864 bytes of values"},
		{"values", "type: MULTISELECT, values: [a]", value.ListOf(make([]value.Value, 1_000_001)...), "list has more than 1000000 items"},
	}
	for _, tt := range tests {
		f, c := loadInputs(t, "[{id: v, "+tt.input+"}]")
		given := value.MapOf("v", tt.given).Map()
		_, err := ResolveInputs(f.Inputs, given, c)
		if (err == nil) != (tt.want == "") || err != nil && !strings.HasSuffix(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.name, err, tt.want)
		}
		c.Memory = fullAccount{}
		_, err = ResolveInputs(f.Inputs, given, c)
		wrong, _ := errors.AsType[*InputError](err)
		if tt.want == "" && (wrong == nil || !wrong.Busy()) {
			t.Errorf("%s: error %v, want one of memory", tt.name, err)
		}
	}
}

// TestManyWrongItems: messages name the first ones, and no more of the values than fits into a line.
func TestManyWrongItems(t *testing.T) {
	var values, items []string
	for i := range 500 {
		values, items = append(values, fmt.Sprint("value", i)), append(items, fmt.Sprint("wrong", i))
	}
	f, c := loadInputs(t, "[{id: v, type: MULTISELECT, values: ["+strings.Join(values, ", ")+"]}]")
	_, err := ResolveInputs(f.Inputs, value.MapOf("v", value.Strings(items)).Map(), c)
	if n := strings.Count(err.Error(), "\n") + 1; n != maxViolations || len(err.Error()) > maxViolations*1200 {
		t.Errorf("%d lines of %d bytes", n, len(err.Error()))
	}
}

func TestSecretInputs(t *testing.T) {
	f, _ := loadInputs(t, "[{id: a, type: SECRET}, {id: b, type: STRING}, {id: f, type: FORM, inputs: [{id: c, type: SECRET}]}, {id: d, type: SECRET}]")
	got := f.SecretInputs(json(t, `{"a":"s1","b":"x","f":{"c":"s2"},"d":null}`).Map())
	if diff := cmp.Diff([]string{"s1", "s2"}, got); diff != "" {
		t.Errorf("secrets (-want +got):\n%s", diff)
	}
}
