package pebble

import (
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/nearest"
)

// usual are names that people bring along from other template languages, and what they are here. Of a name that is not
// spelled almost like another, the nearest one in letters is no help.
var usual = map[string]map[string]string{
	"filter": {
		"count": "length", "len": "length", "size": "length",
		"map": "jq", "select": "jq", "filter": "jq",
		"sha":        "sha256",
		"dateformat": "date", "formatdate": "date", "strftime": "date",
		"truncate": "abbreviate", "substr": "slice", "substring": "slice",
		"round": "numberFormat", "floor": "numberFormat", "ceil": "numberFormat",
		"tostring": "string", "tonumber": "number", "int": "number", "float": "number",
		"lowercase": "lower", "tolowercase": "lower", "uppercase": "upper", "touppercase": "upper",
		"uniq": "distinct", "unique": "distinct",
		"b64encode": "base64encode", "b64decode": "base64decode", "encodebase64": "base64encode", "decodebase64": "base64decode",
	},
	"function": {"random": "randomInt", "rand": "randomInt", "parsejson": "fromJson"},
	"tag":      {"elif": "elseif", "elsif": "elseif", "foreach": "for", "let": "set", "assign": "set"},
}

// longestName is the longest text for which a name is sought that could be meant, in bytes: it bounds the work.
const longestName = 40

// tagNames are the names of tags, for hints.
var tagNames = []string{"if", "else", "elseif", "endif", "for", "endfor", "set", "macro", "endmacro", "block", "endblock", "filter", "endfilter", "raw", "endraw"}

// tagHint is the end of a message about a tag that does not exist.
func tagHint(name string) string {
	if hint := usual["tag"][name]; hint != "" {
		return didYouMean(hint)
	}
	for _, tag := range tagNames {
		if len(name) <= longestName && nearest.Distance(name, tag) == 1 {
			return didYouMean(tag)
		}
	}
	return ""
}

// signs are characters that other languages have and this one does not.
var signs = map[string]string{"&": "and", "!": "not", "“": "'", "”": "'", "„": "'", "‘": "'", "’": "'", "«": "'", "»": "'", "‚": "'"}

// signHint is the end of a message about a character that is no part of the language.
func signHint(char string) string {
	if signs[char] == "" {
		return ""
	}
	return "; write " + signs[char]
}

// unexpectedHint is the end of a message about a token that does not fit where it stands.
func (p *parser) unexpectedHint(t token) string {
	at := p.pos
	for at > 0 && p.tokens[at].at > t.at {
		at--
	}
	before := token{}
	if at > 0 {
		before = p.tokens[at-1]
	}
	switch {
	case t.text == "=" && t.kind == tokenPunct:
		return "; write == to compare"
	case t.is(tokenOperator, "|") && before.is(tokenOperator, "|"):
		return "; write or"
	case t.is(tokenName, "in"):
		return "; write isIn, or contains the other way round"
	case t.is(tokenName, "if") && before.is(tokenName, "else"):
		return didYouMean("elseif")
	case t.kind == tokenString && before.kind == tokenName:
		return fmt.Sprintf("; arguments stand in parentheses: %s('…')", meter.Cut(before.text, 40))
	}
	return ""
}

// enterprise are the functions that only Kestra's Enterprise Edition has.
var enterprise = map[string]bool{"appLink": true, "credential": true, "assets": true}

// digest returns the filter for the algorithm that the filter hash of other languages has as its argument, as in `SHA-256`; ""
// when there is none.
func (r *registry) digest(e *filterExpr) string {
	if len(e.args.positional) == 0 {
		return ""
	}
	algorithm, _ := literal(e.args.positional[0])
	return folded(strings.ReplaceAll(algorithm.Str(), "-", ""), r.filters)
}

// unknownFilter returns the fault of a filter that does not exist, with what it may stand for.
func (r *registry) unknownFilter(e *filterExpr) error {
	name, at := e.name, e.offset()
	f := unknown("filter", name, at)
	switch {
	case strings.EqualFold(name, "hash"):
		f.Msg += didYouMean(r.digest(e))
	case folded(name, r.functions) != "":
		f.Msg += fmt.Sprintf("; it is a function: %s(…)", folded(name, r.functions))
	case usual["function"][strings.ToLower(name)] != "":
		f.Msg += fmt.Sprintf("; did you mean the function %q?", usual["function"][strings.ToLower(name)])
	case usual["filter"][strings.ToLower(name)] != "":
		f.Msg += didYouMean(usual["filter"][strings.ToLower(name)])
	default:
		f.Msg += didYouMean(near(name, r.filters))
	}
	f.Public = f.Msg != unknown("filter", name, at).Msg // there is a hint
	return f
}

// unknownFunction is unknownFilter for functions.
func (r *registry) unknownFunction(name string, at int) error {
	f := unknown("function or macro", name, at)
	f.Public = true
	switch lower := strings.ToLower(name); {
	case enterprise[name]:
		f.Msg = fmt.Sprintf("function %q is a feature of Kestra's Enterprise Edition and not supported", name)
	case folded(name, r.filters) != "" && folded(name, r.functions) == "":
		f.Msg += fmt.Sprintf("; it is a filter: … | %s", folded(name, r.filters))
	case usual["function"][lower] != "":
		f.Msg += didYouMean(usual["function"][lower])
	case near(name, r.functions) != "":
		f.Msg += didYouMean(near(name, r.functions))
	case usual["filter"][lower] != "":
		f.Msg += fmt.Sprintf("; did you mean the filter %q?", usual["filter"][lower])
	}
	return f
}

// unknownTest is unknownFilter for tests.
func (r *registry) unknownTest(name string, at int) error {
	f := unknown("test", name, at)
	f.Msg += didYouMean(near(name, r.tests))
	f.Public = near(name, r.tests) != ""
	return f
}

func unknown(kind, name string, at int) *meter.Fault {
	f := meter.NewFault(ClassUnknown, at, "%s %q does not exist", kind, meter.Cut(name, 40))
	f.Name = name
	return f
}

func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", name)
}

// folded returns the name that is this one but for its case; "" when there is none.
func folded[T any](name string, table map[string]*T) string {
	if len(name) <= longestName {
		for candidate := range table {
			if strings.EqualFold(name, candidate) {
				return candidate
			}
		}
	}
	return ""
}

// near returns the name that is spelled almost like name: two letters in five may differ, two at most. Of equal ones the
// first in the alphabet wins.
func near[T any](name string, table map[string]*T) string {
	if len(name) > longestName {
		return ""
	}
	limit := min(max(1, len(name)*2/5), 2) + 1
	best, distance := "", limit
	for candidate := range table {
		d := nearest.Distance(strings.ToLower(name), strings.ToLower(candidate))
		if d < distance || d < limit && d == distance && candidate < best {
			best, distance = candidate, d
		}
	}
	return best
}
