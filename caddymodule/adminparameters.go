package caddymodule

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
)

const maxNumber = math.MaxInt64

// parameters reads the query of a request to the API. What is wrong with it, a name that is not asked for included, is told at the
// end: what is misspelt must not pass for what is not restricted.
type parameters struct {
	values url.Values
	asked  map[string]bool
	errs   []error
}

func parametersOf(r *http.Request) *parameters {
	values, err := url.ParseQuery(r.URL.RawQuery)
	p := &parameters{values: values, asked: map[string]bool{}}
	if err != nil {
		p.errs = append(p.errs, fmt.Errorf("query: %w", err))
	}
	return p
}

func (p *parameters) wrong(name, format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf(name+": "+format, args...))
}

// texts returns all values with a name.
func (p *parameters) texts(name string) []string {
	p.asked[name] = true
	return p.values[name]
}

// text returns the one value with a name; empty when there is none.
func (p *parameters) text(name string) string {
	texts := p.texts(name)
	if len(texts) > 1 {
		p.wrong(name, "must be given once")
	}
	return p.values.Get(name)
}

// flag returns whether a name is true; false when it is not there.
func (p *parameters) flag(name string) bool {
	switch text := p.text(name); text {
	case "", "false":
		return false
	case "true":
		return true
	default:
		p.wrong(name, "must be true or false, is %q", text)
		return false
	}
}

// number returns a whole number within bounds; 0 when it is not there.
func (p *parameters) number(name string, from, to int64) int64 {
	text := p.text(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < from || n > to {
		p.wrong(name, "must be a whole number from %d to %d, is %q", from, to, text)
		return 0
	}
	return n
}

// since returns a time, which may be written as a duration before now; the zero time when it is not there.
func (p *parameters) since(name string, now time.Time) time.Time {
	text := p.text(name)
	if text == "" {
		return time.Time{}
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at
	}
	d, err := caddy.ParseDuration(text)
	if err != nil || d < 0 {
		p.wrong(name, "must be a duration as in 1h or 2d, or a time as in 2026-11-29T13:00:00Z, is %q", text)
	}
	return now.Add(-d)
}

// end returns what is wrong.
func (p *parameters) end() error {
	for _, name := range slices.Sorted(maps.Keys(p.values)) {
		if !p.asked[name] {
			p.wrong(name, "there is no such parameter")
		}
	}
	if len(p.errs) == 0 {
		return nil
	}
	var texts []string
	for _, err := range p.errs {
		texts = append(texts, err.Error())
	}
	return badRequest(errors.New(strings.Join(texts, "; ")))
}
