package pebble

import "github.com/caddy-kestra/kestra-webhook/engine/value"

// jqRecurse is recurse(f), which as in jq 1.5 does not follow null.
func jqRecurse(args []jqNode) jqNode {
	return jqDescend(func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return args[0](r, env, in, func(it jqItem) error {
			if it.v.IsNull() {
				return nil
			}
			return emit(it)
		})
	})
}

// jqEverything is `..`, which does follow null.
func jqEverything() jqNode {
	return jqDescend(func(r *jqRun, _ *jqEnv, in jqItem, emit jqEmit) error { return jqEach(r, in, true, emit) })
}

// loopCost is what a round of a loop costs, in steps, beside what it evaluates.
const loopCost = 4

// jqDescend emits its input, and all that following it on gives. Only where there are several outputs it goes a level
// deeper.
func jqDescend(follow jqNode) jqNode {
	var down jqNode
	down = func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
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
				err = r.st.Charge(loopCost)
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

// jqUntil is until(condition; next). Only where there are several outputs it goes a level deeper.
func jqUntil(args []jqNode) jqNode {
	var loop jqNode
	loop = func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		if err := r.enter(); err != nil {
			return err
		}
		defer func() { r.depth-- }()
		for {
			if err := r.st.Charge(loopCost); err != nil {
				return err
			}
			conditions, err := r.outputs(args[0], env, jqItem{v: in.v})
			if err != nil {
				return err
			}
			on := false
			for i, done := range conditions {
				if jqTruth(done.v) {
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

// jqWhile is while(condition; next).
func jqWhile(args []jqNode) jqNode {
	step := jqIf(args[0], jqIdentity, func(*jqRun, *jqEnv, jqItem, jqEmit) error { return nil })
	more := jqDescend(func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return args[1](r, env, in, func(it jqItem) error { return step(r, env, it, emit) })
	})
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return step(r, env, in, func(it jqItem) error { return more(r, env, it, emit) })
	}
}

// jqLimit is limit(n; f). A negative n is no limit, and f is stopped when it gives more than n allows, not before.
func jqLimit(args []jqNode) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return args[0](r, env, jqItem{v: in.v}, func(n jqItem) error {
			if jqCompare(n.v, value.Int(0)) < 0 {
				return args[1](r, env, in, emit)
			}
			here, left := &jqEnv{}, n.v
			err := args[1](r, env, in, func(it jqItem) error {
				if jqCompare(left, value.Int(1)) < 0 {
					return &jqBreakError{here}
				}
				var err error
				if left, err = jqSub(r, left, value.Int(1)); err != nil {
					return err
				}
				return emit(jqItem{v: it.v})
			})
			return here.caught(err)
		})
	}
}

// jqCount is range(to) or range(from; to): the numbers from one up to before another, in steps of 1.
func jqCount(from, to jqNode) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return from(r, env, jqItem{v: in.v}, func(first jqItem) error {
			return to(r, env, jqItem{v: in.v}, func(last jqItem) error {
				if !first.v.IsNumber() || !last.v.IsNumber() {
					return jqFail("Range bounds must be numeric")
				}
				for at := jqWhole(first.v); ; {
					if n, ok := value.Compare(at, last.v); !ok || n >= 0 {
						return nil
					}
					if err := r.st.Charge(1); err != nil {
						return err
					}
					if err := emit(jqItem{v: at}); err != nil {
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

// jqSpan is range(from; to; step). As in jackson-jq it is a comparison and an addition of whatever values there are.
func jqSpan(args []jqNode) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		backwards := []jqNode{args[2], args[1], args[0]} // the first varies slowest
		return jqArguments(r, env, in.v, backwards, make([]value.Value, 3), func(a []value.Value) error {
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
				if err := r.st.Charge(1); err != nil {
					return err
				}
				if err := emit(jqItem{v: at}); err != nil {
					return err
				}
				if at, err = jqAdd(r, at, step); err != nil {
					return err
				}
			}
		})
	}
}

// jqWalk is walk(f). The members of an object are visited in the order of their keys; of several outputs the last is
// kept, and one without any takes those before it away.
func jqWalk(args []jqNode) jqNode {
	var down jqNode
	down = func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		if err := r.enter(); err != nil {
			return err
		}
		defer func() { r.depth-- }()
		if err := r.st.Charge(loopCost); err != nil {
			return err
		}
		switch in.v.Kind() {
		case value.KindList:
			var items []value.Value
			for _, item := range in.v.List().Slice() {
				err := down(r, env, jqItem{v: item}, func(it jqItem) error {
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
			in = jqItem{v: value.ListOf(items...)}
		case value.KindMap:
			v, err := r.walkMembers(down, env, in.v.Map())
			if err != nil {
				return err
			}
			in = jqItem{v: v}
		default:
		}
		return args[0](r, env, in, emit)
	}
	return down
}

func (r *jqRun) walkMembers(down jqNode, env *jqEnv, m *value.Map) (value.Value, error) {
	if err := r.object(m.Len()); err != nil {
		return value.Null, err
	}
	if err := r.list(m.Len()); err != nil { // the sorted keys
		return value.Null, err
	}
	if err := r.st.ChargeKeys(m); err != nil {
		return value.Null, err
	}
	out, some := value.NewMap(m.Len()), m.Len() == 0
	for _, key := range jqSortedKeys(m) {
		member, _ := m.Get(key)
		found, last := false, value.Null
		err := down(r, env, jqItem{v: member}, func(it jqItem) error {
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
