package tests

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// schemaChecker holds values against the schema of flows. It knows the keywords that the schema has, and fails on others.
type schemaChecker struct {
	t    *testing.T
	root map[string]any

	patterns map[string]*regexp.Regexp // those of the schema, once compiled
}

func newSchemaChecker(t *testing.T) *schemaChecker {
	t.Helper()
	c := &schemaChecker{t: t, patterns: map[string]*regexp.Regexp{}}
	if err := json.Unmarshal(catalog(t).Schema(), &c.root); err != nil {
		t.Fatal(err)
	}
	return c
}

// check returns what is wrong with a value.
func (c *schemaChecker) check(v any) []string { return c.at("(root)", c.root, v) }

func (c *schemaChecker) at(path string, schema map[string]any, v any) (wrong []string) {
	for _, keyword := range slices.Sorted(maps.Keys(schema)) {
		rule := schema[keyword]
		switch keyword {
		case "$schema", "title", "description", "definitions", "then":
		case "$ref":
			name := strings.TrimPrefix(rule.(string), "#/definitions/")
			definition, ok := c.root["definitions"].(map[string]any)[name].(map[string]any)
			if !ok {
				c.t.Fatalf("%s: there is no definition %s", path, name)
			}
			wrong = append(wrong, c.at(path, definition, v)...)
		case "allOf":
			for _, part := range rule.([]any) {
				wrong = append(wrong, c.at(path, part.(map[string]any), v)...)
			}
		case "anyOf":
			fits := func(part any) bool { return len(c.at(path, part.(map[string]any), v)) == 0 }
			if !slices.ContainsFunc(rule.([]any), fits) {
				wrong = append(wrong, fmt.Sprintf("%s fits none of %d", path, len(rule.([]any))))
			}
		case "if":
			if len(c.at(path, rule.(map[string]any), v)) == 0 {
				wrong = append(wrong, c.at(path, schema["then"].(map[string]any), v)...)
			}
		default:
			wrong = append(wrong, c.keyword(path, keyword, schema, v)...)
		}
	}
	return wrong
}

// keyword holds a value against a keyword that looks at the value itself.
func (c *schemaChecker) keyword(path, keyword string, schema map[string]any, v any) (wrong []string) {
	fail := func(format string, args ...any) []string { return append(wrong, path+" "+fmt.Sprintf(format, args...)) }
	rule := schema[keyword]
	object, _ := v.(map[string]any)
	text, isText := v.(string)
	items, isList := v.([]any)
	switch keyword {
	case "type":
		if types := texts(rule); !slices.Contains(types, typeOf(v)) && (typeOf(v) != "integer" || !slices.Contains(types, "number")) {
			return fail("is %s", typeOf(v))
		}
	case "enum":
		if !slices.Contains(rule.([]any), v) {
			return fail("is none of %s", strings.Join(texts(rule), ", "))
		}
	case "pattern":
		if isText && !c.pattern(rule.(string)).MatchString(text) {
			return fail("is not of %s", rule)
		}
	case "maxLength":
		if isText && utf8.RuneCountInString(text) > int(rule.(float64)) {
			return fail("has more than %v characters", rule)
		}
	case "minItems":
		if isList && len(items) < int(rule.(float64)) {
			return fail("has less than %v items", rule)
		}
	case "items":
		for i, item := range items {
			wrong = append(wrong, c.at(below(path, strconv.Itoa(i)), rule.(map[string]any), item)...)
		}
	case "required":
		for _, name := range texts(rule) {
			if _, ok := object[name]; object != nil && !ok {
				wrong = fail("lacks %s", name)
			}
		}
	case "properties":
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if of, ok := rule.(map[string]any)[name].(map[string]any); ok {
				wrong = append(wrong, c.at(below(path, name), of, object[name])...)
			}
		}
	case "additionalProperties":
		known, _ := schema["properties"].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if known[name] != nil {
				continue
			}
			if of, ok := rule.(map[string]any); ok {
				wrong = append(wrong, c.at(below(path, name), of, object[name])...)
			} else {
				wrong = fail("has %s", name)
			}
		}
	default:
		c.t.Fatalf("%s: the keyword %s is not known", path, keyword)
	}
	return wrong
}

func below(path, name string) string {
	if path == "(root)" {
		return name
	}
	return path + "." + name
}

// texts returns a text or a list of texts as a list.
func texts(v any) []string {
	if text, ok := v.(string); ok {
		return []string{text}
	}
	var list []string
	for _, item := range v.([]any) {
		list = append(list, item.(string))
	}
	return list
}

func typeOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	default:
		return "object"
	}
}

func (c *schemaChecker) pattern(text string) *regexp.Regexp {
	p := c.patterns[text]
	if p == nil {
		p = regexp.MustCompile(text)
		c.patterns[text] = p
	}
	return p
}
