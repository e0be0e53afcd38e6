package caddymodule

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/size"
)

// Retention says how long executions stay in a store that is a file once they have ended, with all that belongs to them. Of what is too
// much those go that ended first. What has not ended stays.
type Retention struct {
	// How long since their end. -1: for ever. Default: `30d`.
	Age caddy.Duration `json:"age,omitempty"`

	// How many bytes the file may take. What is freed is used again. -1: any number. Default: 10737418240 (10 GiB).
	Size int64 `json:"size,omitempty"`

	// How many executions that have ended. Default: any number.
	Count int64 `json:"count,omitempty"`

	// What holds for executions that ended in a state, by its name as in `FAILED`. Default: what holds for all.
	States map[string]StateRetention `json:"states,omitempty"`
}

// StateRetention says how long executions stay that ended in one state.
type StateRetention struct {
	// How long since their end, instead of the age for all. -1: for ever.
	Age caddy.Duration `json:"age,omitempty"`

	// How many of this state, beside the count of all.
	Count int64 `json:"count,omitempty"`
}

// off is what a Caddyfile has for no bound, noBound what JSON has.
const (
	off     = "off"
	noBound = -1
)

// endStates are the states in which an execution ends.
var endStates = []string{
	string(flow.Success), string(flow.Warning), string(flow.Failed), string(flow.Killed), string(flow.Cancelled), string(flow.Retried),
}

func checkEndState(name string) error {
	if !slices.Contains(endStates, name) {
		return fmt.Errorf("retention: no execution ends in state %q: there are %s", name, strings.Join(endStates, ", "))
	}
	return nil
}

func (r *Retention) check(store engine.StoreOptions) error {
	if r == nil {
		return nil
	}
	if store.Kind == engine.StoreMemory {
		return errors.New("retention is for a store that is a file; that in memory keeps what fits into its share of memory_limit: leave retention out, or write `store sqlite`")
	}
	negative := r.Age < noBound || r.Size < noBound || r.Count < 0
	for name, s := range r.States {
		if err := checkEndState(name); err != nil {
			return err
		}
		negative = negative || s.Age < noBound || s.Count < 0
	}
	if negative {
		return errors.New("retention: age and size must not be negative, but for -1, which is no bound, and count must not be negative")
	}
	return nil
}

// options returns what the engine is told.
func (r *Retention) options() (o engine.Retention) {
	if r == nil {
		return o
	}
	o.Age, o.Count, o.Size = time.Duration(r.Age), r.Count, r.Size
	o.States = make(map[flow.Status]engine.RetentionBound, len(r.States))
	for name, s := range r.States {
		o.States[flow.Status(name)] = engine.RetentionBound{Age: time.Duration(s.Age), Count: s.Count}
	}
	return o
}

// UnmarshalCaddyfile reads the option. Its syntax:
//
//	retention {
//		age   <duration>|off [<state>...]
//		count <n> [<state>...]
//		size  <size>|off
//	}
//
// Options age and count may be given once for all executions, and once for each state.
func (r *Retention) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	if d.NextArg() {
		return d.Errf("retention takes no argument: write `retention {`, and `age %s` in the block", d.Val())
	}
	return parseOptions(d, []string{"age", "count"}, func(name string) error {
		if name != "age" && name != "count" && name != "size" {
			return d.Errf("unrecognized option %q of retention: there are age, count and size", name)
		}
		if !d.NextArg() {
			return d.ArgErr()
		}
		text, states := d.Val(), d.RemainingArgs()
		var err error
		var bound StateRetention
		switch name {
		case "age":
			bound.Age, err = parseAge(text)
		case "count":
			if bound.Count, err = strconv.ParseInt(text, 10, 64); err != nil || bound.Count < 1 {
				err = fmt.Errorf("count takes a whole number of at least 1, not %s", text)
			}
		case "size":
			if len(states) > 0 {
				return d.Err("size is that of all: it takes no state")
			}
			r.Size, err = parseSize(text)
		}
		if err == nil {
			err = r.add(bound, states)
		}
		if err != nil {
			return d.Err(err.Error())
		}
		return nil
	})
}

func parseAge(text string) (caddy.Duration, error) {
	if text == off {
		return noBound, nil
	}
	duration, err := parseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("age %s is neither a positive duration, as in 30d, 12h or P30D, nor %s", text, off)
	}
	return caddy.Duration(duration), nil
}

func parseSize(text string) (int64, error) {
	if text == off {
		return noBound, nil
	}
	n, ok := size.Parse(text)
	if !ok {
		return 0, fmt.Errorf("size %s is neither a size between 1B and 1TiB, as in 10GiB, nor %s", text, off)
	}
	return n, nil
}

// add sets the member of a bound that is not 0, for some states or for all executions. What was set before is set twice.
func (r *Retention) add(bound StateRetention, states []string) error {
	twice := func(old *StateRetention) bool {
		return old.Age != 0 && bound.Age != 0 || old.Count != 0 && bound.Count != 0
	}
	if len(states) == 0 {
		if twice(&StateRetention{r.Age, r.Count}) {
			return errors.New("retention says that twice: name states, as in `age 90d FAILED`")
		}
		r.Age, r.Count = r.Age+bound.Age, r.Count+bound.Count
		return nil
	}
	for _, name := range states {
		if err := checkEndState(name); err != nil {
			return err
		}
		old := r.States[name]
		if twice(&old) {
			return fmt.Errorf("retention says that twice of state %s", name)
		}
		if r.States == nil {
			r.States = map[string]StateRetention{}
		}
		r.States[name] = StateRetention{old.Age + bound.Age, old.Count + bound.Count}
	}
	return nil
}

// Interface guard
var _ caddyfile.Unmarshaler = (*Retention)(nil)
