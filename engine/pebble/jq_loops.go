package pebble

import "github.com/caddy-kestra/kestra-webhook/engine/value"

// jqRecurse is recurse(f), which as in jq 1.5 does not follow null.
func jqRecurse(args []jqNode) jqNode {
	return jqDescend(jqIfValue(args[0]))
}

func jqIfValue(node jqNode) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return node(r, env, in, func(it jqItem) error {
			if it.v.IsNull() {
				return nil
			}
			return emit(it)
		})
	}
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
				err = r.st.charge(loopCost)
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

// jqUntil is until(condition; next).
func jqUntil(args []jqNode) jqNode {
	var loop jqNode
	loop = func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		if err := r.enter(); err != nil {
			return err
		}
		defer func() { r.depth-- }()
		for {
			if err := r.st.charge(loopCost); err != nil {
				return err
			}
			done, err := r.holds(args[0], env, in)
			if err != nil {
				return err
			}
			if done {
				return emit(in)
			}
			next, err := r.outputs(args[1], env, in)
			if err != nil || len(next) == 0 {
				return err
			}
			for _, it := range next[:len(next)-1] {
				if err := loop(r, env, it, emit); err != nil {
					return err
				}
			}
			in = next[len(next)-1]
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

// holds reports whether the first output of a condition is true.
func (r *jqRun) holds(condition jqNode, env *jqEnv, in jqItem) (ok bool, err error) {
	here := &jqEnv{}
	err = here.caught(condition(r, env, jqItem{v: in.v}, func(it jqItem) error {
		ok = jqTruth(it.v)
		return &jqBreakError{here}
	}))
	return ok, err
}

// jqLimit is limit(n; f).
func jqLimit(args []jqNode) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return args[0](r, env, jqItem{v: in.v}, func(n jqItem) error {
			left, ok := whole(n.v)
			if !ok {
				return jqFail("limit must be a number, not " + jqType(n.v))
			}
			if left <= 0 {
				return nil
			}
			here := &jqEnv{}
			return here.caught(args[1](r, env, in, func(it jqItem) error {
				left--
				if err := emit(it); err != nil {
					return err
				}
				if left == 0 {
					return &jqBreakError{here}
				}
				return nil
			}))
		})
	}
}

// jqSpan is range(from; to; step).
func jqSpan(args []jqNode) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return jqArguments(r, env, in.v, args, make([]value.Value, 3), func(a []value.Value) error {
			if !a[0].IsNumber() || !a[1].IsNumber() || !a[2].IsNumber() {
				return jqFail("range needs numbers")
			}
			at, to, step := a[0], a[1], a[2]
			direction, ok := value.Compare(step, value.Int(0))
			if !ok || direction == 0 {
				return jqFail("step of range must not be zero")
			}
			for {
				if n, ok := value.Compare(at, to); !ok || n*direction >= 0 {
					return nil
				}
				if err := r.st.charge(1); err != nil {
					return err
				}
				if err := emit(jqItem{v: at}); err != nil {
					return err
				}
				var err error
				if at, err = r.calculate("addition", value.Add, at, step); err != nil {
					return err
				}
			}
		})
	}
}
