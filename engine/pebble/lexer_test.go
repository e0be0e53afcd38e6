package pebble

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// tokensOf writes tokens one a word: T:text, N:name, I:integer, D:decimal, S:string, O:operator; delimiters,
// punctuation and the parts of interpolated strings as they are.
func tokensOf(text string) string {
	tokens, err := lex(text)
	if err != nil {
		return "error: " + err.Error()
	}
	prefix := map[tokenKind]string{
		tokenText: "T:", tokenName: "N:", tokenInteger: "I:", tokenDecimal: "D:",
		tokenString: "S:", tokenOperator: "O:",
	}
	var words []string
	for _, t := range tokens[:len(tokens)-1] {
		words = append(words, prefix[t.kind]+strings.ReplaceAll(t.text, " ", "_"))
	}
	return strings.Join(words, " ")
}

func TestTokens(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"plain", "T:plain"},
		{"a { { b }} %}", "T:a_{_{_b_}}_%}"},
		{"{", "T:{"},
		{"a{{ b }}c", "T:a {{ N:b }} T:c"},
		{"{{a}}{{b}}", "{{ N:a }} {{ N:b }}"},
		{"{% if a %}", "{% N:if N:a %}"},
		{"a {# b {{ c #} d", "T:a_ T:_d"},
		{"{# a\nb #}", ""},
		// numbers
		{"{{ 12 007 1.5 12L }}", "{{ I:12 I:007 D:1.5 I:12 }}"},
		{"{{ 1l }}", "{{ I:1 N:l }}"},
		{"{{ 1..3 }}", "{{ I:1 O:.. I:3 }}"},
		{"{{ 1.e }}", "{{ I:1 . N:e }}"},
		{"{{ -5 }}", "{{ O:- I:5 }}"},
		// names and words
		{"{{ order notify isEmpty is_it }}", "{{ N:order N:notify N:isEmpty N:is_it }}"},
		{"{{ a is not b }}", "{{ N:a O:is_not N:b }}"},
		{"{{ a is  not b }}", "{{ N:a O:is O:not N:b }}"},
		{"{{ a is nothing }}", "{{ N:a O:is N:nothing }}"},
		{"{{ or and not contains equals isIn }}", "{{ O:or O:and O:not O:contains O:equals O:isIn }}"},
		{"{{ größe _x1 }}", "{{ N:größe N:_x1 }}"},
		// operators
		{"{{ a???b??c?d:e }}", "{{ N:a O:??? N:b O:?? N:c ? N:d : N:e }}"},
		{"{{ a>=b<=c==d!=e<f>g }}", "{{ N:a O:>= N:b O:<= N:c O:== N:d O:!= N:e O:< N:f O:> N:g }}"},
		{"{{ a|b~c%d }}", "{{ N:a O:| N:b O:~ N:c O:% N:d }}"},
		{"{{ f(a=1) }}", "{{ N:f ( N:a = I:1 ) }}"},
		// strings
		{`{{ 'a"b' "a'b" }}`, `{{ S:a"b S:a'b }}`},
		{`{{ 'it\'s' "q\"q" }}`, `{{ S:it's S:q"q }}`},
		{`{{ 'a\nb\\' }}`, `{{ S:a\nb\\ }}`},
		{`{{ 'a}}b' }}`, `{{ S:a}}b }}`},
		{`{{ '#{a}' }}`, `{{ S:#{a} }}`},
		{`{{ "a#b" }}`, `{{ S:a#b }}`},
		{`{{ "x#{a}y" }}`, `{{ " S:x #{ N:a } S:y " }}`},
		{`{{ "#{a}#{b}" }}`, `{{ " #{ N:a } #{ N:b } " }}`},
		{`{{ "q\"#{1}\"" }}`, `{{ " S:q\" #{ I:1 } S:\" " }}`},
		{`{{ "x#{'a' ~ "b"}y" }}`, `{{ " S:x #{ S:a O:~ S:b } S:y " }}`},
		{`{{ "#{ {'a': 1} }" }}`, `{{ " #{ { S:a : I:1 } } " }}`},
		// brackets
		{"{{ {'a':{}} }}", "{{ { S:a : { } } }}"},
		{"{{ {}}}", "{{ { } }}"},
		// white space control
		{"a {{- b -}} c", "T:a {{ N:b }} T:c"},
		{"a {{-1}} c", "T:a_ {{ O:- I:1 }} T:_c"},
		{"a {%- if b -%} c", "T:a {% N:if N:b %} T:c"},
		{"a {#- b -#} c", "T:a T:c"},
		{"a {#-b-#} c", "T:a_ T:_c"},
		{"a {{- b -}} {{ c }}", "T:a {{ N:b }} {{ N:c }}"},
		{"a\u00a0{{- b }}", "T:a\u00a0 {{ N:b }}"},
		// raw and verbatim
		{"{% raw %}{{ a }}{% endraw %}", "T:{{_a_}}"},
		{"a {%- raw -%} b {%- endraw -%} c", "T:a_ T:_b_ T:_c"},
		{"a {%-raw-%} b {%-endraw-%}{{- c }}", "T:a_ T:_b_ {{ N:c }}"},
		{"a {%- verbatim -%} b {%- endverbatim -%} c", "T:a T:b T:c"},
		{"{% raw %} a\nb {% endraw %}{{- c }}", "T:_a\nb_ {{ N:c }}"},
		{"{%raw%}{% if %}{%endraw%}", "T:{%_if_%}"},
		{"{% verbatim %} {{ a }} {% endverbatim %}", "T:{{_a_}}_"},
		{"{% verbatim %} a {%- endverbatim %}", "T:a"},
	} {
		if diff := cmp.Diff(c.want, tokensOf(c.text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
}

func TestLexerErrors(t *testing.T) {
	for _, c := range []struct {
		text, want string
		at         int
	}{
		{"a {{ b", `unclosed "{{": there is no "}}"`, 2},
		{"a {% b }}", `unexpected "}"`, 7},
		{"{{ (a }}", `unexpected "}": "(" is open`, 6},
		{"{{ (a", `unclosed "("`, 3},
		{"{{ a) }}", `unexpected ")"`, 4},
		{"{{ (a] }}", `unexpected "]": "(" is open`, 5},
		{"{{ 'a }}", "unclosed string", 3},
		{`{{ "a }}`, "unclosed string", 3},
		{`{{ "a#{b}c }}`, "unclosed string", 3},
		{"{{ a $ b }}", `unexpected character "$"`, 5},
		{"{{ a € b }}", `unexpected character "€"`, 5},
		{"{{ a & b }}", `unexpected character "&"; write and`, 5},
		{"a {# b", "unclosed comment", 2},
		{"{% raw %}a", `unexpected end of template: looking for the "endraw" tag`, 0},
		{"{% verbatim %}a", `unexpected end of template: looking for the "endverbatim" tag`, 0},
	} {
		_, err := lex(c.text)
		f, ok := errors.AsType[*meter.Fault](err)
		if !ok {
			t.Errorf("%q: got no error, want %s", c.text, c.want)
			continue
		}
		got := fmt.Sprintf("%d %s %s", f.At, f.Class, f.Msg)
		if want := fmt.Sprintf("%d syntax %s", c.at, c.want); got != want {
			t.Errorf("%q: got %s, want %s", c.text, got, want)
		}
	}
}
