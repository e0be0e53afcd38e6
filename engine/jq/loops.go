package jq

import "github.com/caddy-kestra/kestra-webhook/engine/value"

// recurse is recurse(f), which as in jq 1.5 does not follow null.
func recurse(args []filter) filter {
	return descend(func(r *run, env *bindings, in datum, emit emit) error {
		return args[0](r, env, in, func(it datum) error {
			if it.v.IsNull() {
				return nil
			}
			return emit(it)
		})
	})
}

// everything is `..`, which does follow null.
func everything() filter {
	return descend(func(r *run, _ *bindings, in datum, emit emit) error { return each(r, in, true, emit) })
}

// loopCost is what a round of a loop costs, in steps, beside what it evaluates.
const loopCost = 4

// descend emits its input, and all that following it on gives. Only where there are several outputs it goes a level
// deeper.
func descend(follow filter) filter {
	var down filter
	down = func(r *run, env *bindings, in datum, emit emit) error {
		if err := r.enter(); err != nil {
			return err
		}
		defer func() { r.depth-- }()
		for {
			if err := emit(in); err != nil {
				return err
			}
			next, err := r.outputs(follow, env, in)
			if err == nil {
				err = r.m.Charge(loopCost)
			}
			if err != nil {
				return err
			}
			if len(next) == 0 {
				return nil
			}
			for _, it := range next[:len(next)-1] {
				if err := down(r, env, it, emit); err != nil {
					return err
				}
			}
			in = next[len(next)-1]
		}
	}
	return down
}

// until is until(condition; next). Only where there are several outputs it goes a level deeper.
func until(args []filter) filter {
	var loop filter
	loop = func(r *run, env *bindings, in datum, emit emit) error {
		if err := r.enter(); err != nil {
			return err
		}
		defer func() { r.depth-- }()
		for {
			if err := r.m.Charge(loopCost); err != nil {
				return err
			}
			conditions, err := r.outputs(args[0], env, datum{v: in.v})
			if err != nil {
				return err
			}
			on := false
			for i, done := range conditions {
				if truth(done.v) {
					if err := emit(in); err != nil {
						return err
					}
					continue
				}
				next, err := r.outputs(args[1], env, in)
				if err != nil {
					return err
				}
				if i == len(conditions)-1 && len(next) > 0 {
					on, in, next = true, next[len(next)-1], next[:len(next)-1]
				}
				for _, it := range next {
					if err := loop(r, env, it, emit); err != nil {
						return err
					}
				}
			}
			if !on {
				return nil
			}
		}
	}
	return loop
}

// while is while(condition; next).
func while(args []filter) filter {
	step := conditional(args[0], identity, func(*run, *bindings, datum, emit) error { return nil })
	more := descend(func(r *run, env *bindings, in datum, emit emit) error {
		return args[1](r, env, in, func(it datum) error { return step(r, env, it, emit) })
	})
	return func(r *run, env *bindings, in datum, emit emit) error {
		return step(r, env, in, func(it datum) error { return more(r, env, it, emit) })
	}
}

// limit is limit(n; f). A negative n is no limit, and f is stopped when it gives more than n allows, not before.
func limit(args []filter) filter {
	return func(r *run, env *bindings, in datum, emit emit) error {
		return args[0](r, env, datum{v: in.v}, func(n datum) error {
			if compare(n.v, value.Int(0)) < 0 {
				return args[1](r, env, in, emit)
			}
			here, left := &bindings{}, n.v
			err := args[1](r, env, in, func(it datum) error {
				if compare(left, value.Int(1)) < 0 {
					return &breakError{here}
				}
				var err error
				if left, err = sub(r, left, value.Int(1)); err != nil {
					return err
				}
				return emit(datum{v: it.v})
			})
			return here.caught(err)
		})
	}
}

// count is range(to) or range(from; to): the numbers from one up to before another, in steps of 1.
func count(from, to filter) filter {
	return func(r *run, env *bindings, in datum, emit emit) error {
		return from(r, env, datum{v: in.v}, func(first datum) error {
			return to(r, env, datum{v: in.v}, func(last datum) error {
				if !first.v.IsNumber() || !last.v.IsNumber() {
					return fail("Range bounds must be numeric")
				}
				for at := whole(first.v); ; {
					if n, ok := value.Compare(at, last.v); !ok || n >= 0 {
						return nil
					}
					if err := r.m.Charge(1); err != nil {
						return err
					}
					if err := emit(datum{v: at}); err != nil {
						return err
					}
					var err error
					if at, err = r.calculate("addition", value.Add, at, value.Int(1)); err != nil {
						return err
					}
				}
			})
		})
	}
}

// span is range(from; to; step). As in jackson-jq it is a comparison and an addition of whatever values there are.
func span(args []filter) filter {
	return func(r *run, env *bindings, in datum, emit emit) error {
		backwards := []filter{args[2], args[1], args[0]} // the first varies slowest
		return arguments(r, env, in.v, backwards, make([]value.Value, 3), func(a []value.Value) error {
			step, to, at := a[0], a[1], a[2]
			direction, err := r.compare(value.Int(0), step)
			if err != nil || direction == 0 {
				return err
			}
			for {
				n, err := r.compare(at, to)
				if err != nil || n == 0 || n < 0 != (direction < 0) {
					return err
				}
				if err := r.m.Charge(1); err != nil {
					return err
				}
				if err := emit(datum{v: at}); err != nil {
					return err
				}
				if at, err = add(r, at, step); err != nil {
					return err
				}
			}
		})
	}
}

// walk is walk(f). The members of an object are visited in the order of their keys; of several outputs the last is
// kept, and one without any takes those before it away.
func walk(args []filter) filter {
	var down filter
	down = func(r *run, env *bindings, in datum, emit emit) error {
		if err := r.enter(); err != nil {
			return err
		}
		defer func() { r.depth-- }()
		if err := r.m.Charge(loopCost); err != nil {
			return err
		}
		switch in.v.Kind() {
		case value.KindList:
			var items []value.Value
			for _, item := range in.v.List().Slice() {
				err := down(r, env, datum{v: item}, func(it datum) error {
					if err := r.added(len(items) + 1); err != nil {
						return err
					}
					items = append(items, it.v)
					return nil
				})
				if err != nil {
					return err
				}
			}
			in = datum{v: value.ListOf(items...)}
		case value.KindMap:
			v, err := r.walkMembers(down, env, in.v.Map())
			if err != nil {
				return err
			}
			in = datum{v: v}
		default:
		}
		return args[0](r, env, in, emit)
	}
	return down
}

func (r *run) walkMembers(down filter, env *bindings, m *value.Map) (value.Value, error) {
	if err := r.object(m.Len()); err != nil {
		return value.Null, err
	}
	if err := r.list(m.Len()); err != nil { // the sorted keys
		return value.Null, err
	}
	if err := r.m.ChargeKeys(m); err != nil {
		return value.Null, err
	}
	out, some := value.NewMap(m.Len()), m.Len() == 0
	for _, key := range sortedKeys(m) {
		member, _ := m.Get(key)
		found, last := false, value.Null
		err := down(r, env, datum{v: member}, func(it datum) error {
			found, last = true, it.v
			return nil
		})
		if err != nil {
			return value.Null, err
		}
		if some = found; !found {
			out = value.NewMap(0)
			continue
		}
		out.Set(key, last)
	}
	if !some {
		return value.Null, nil
	}
	return value.FromMap(out), nil
}
