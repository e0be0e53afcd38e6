package jq

import "github.com/caddy-kestra/kestra-webhook/engine/value"

// sortings are the functions that sort and group, by name/arguments: each is given the items of an array with what they
// are compared by, the array of the outputs of its argument, or the item itself where it has none.
func sortings() map[string]native {
	return map[string]native{
		"sort/0":      by("sort_by", (*run).sortBy),
		"sort_by/1":   by("sort_by", (*run).sortBy),
		"group_by/1":  by("group_by", (*run).groupBy),
		"unique/0":    by("group_by", (*run).uniqueBy),
		"unique_by/1": by("group_by", (*run).uniqueBy),
		"min/0":       by("min_by", (*run).minBy),
		"min_by/1":    by("min_by", (*run).minBy),
		"max/0":       by("max_by", (*run).maxBy),
		"max_by/1":    by("max_by", (*run).maxBy),
	}
}

// by makes such a function; its failures name the one of jackson-jq that it goes back to.
func by(name string, call func(r *run, items, by []value.Value) (value.Value, error)) native {
	return func(args []filter) filter {
		return func(r *run, env *bindings, in datum, emit emit) error {
			if err := needs(name, in.v, "ARRAY"); err != nil {
				return err
			}
			items := in.v.List().Slice()
			by := items
			if len(args) > 0 {
				if err := r.list(len(items)); err != nil {
					return err
				}
				by = make([]value.Value, len(items))
				for i, item := range items {
					var err error
					if by[i], err = r.collect(args[0], env, item); err != nil {
						return err
					}
				}
			}
			v, err := call(r, items, by)
			if err != nil {
				return err
			}
			return emit(datum{v: v})
		}
	}
}

func (r *run) sortBy(items, by []value.Value) (value.Value, error) {
	order, err := r.order(by)
	if err != nil {
		return value.Null, err
	}
	if err := r.list(len(items)); err != nil {
		return value.Null, err
	}
	out := make([]value.Value, len(items))
	for i, at := range order {
		out[i] = items[at]
	}
	return value.ListOf(out...), nil
}

// groups calls each with the indexes of the items that compare equal.
func (r *run) groups(by []value.Value, each func(group []int) error) error {
	order, err := r.order(by)
	if err != nil {
		return err
	}
	for start := 0; start < len(order); {
		end := start + 1
		for end < len(order) && compare(by[order[start]], by[order[end]]) == 0 {
			end++
		}
		if err := each(order[start:end]); err != nil {
			return err
		}
		start = end
	}
	return nil
}

func (r *run) groupBy(items, by []value.Value) (value.Value, error) {
	var out []value.Value
	err := r.groups(by, func(group []int) error {
		if err := r.added(len(out) + 1); err != nil {
			return err
		}
		if err := r.list(len(group)); err != nil {
			return err
		}
		members := make([]value.Value, len(group))
		for i, at := range group {
			members[i] = items[at]
		}
		out = append(out, value.ListOf(members...))
		return nil
	})
	return value.ListOf(out...), err
}

func (r *run) uniqueBy(items, by []value.Value) (value.Value, error) {
	var out []value.Value
	err := r.groups(by, func(group []int) error {
		if err := r.added(len(out) + 1); err != nil {
			return err
		}
		out = append(out, items[group[0]])
		return nil
	})
	return value.ListOf(out...), err
}

func (r *run) minBy(items, by []value.Value) (value.Value, error) {
	return r.extreme(items, by, func(n int) bool { return n > 0 })
}

func (r *run) maxBy(items, by []value.Value) (value.Value, error) {
	return r.extreme(items, by, func(n int) bool { return n <= 0 })
}

// extreme returns the least or the greatest item: of equal ones the first for the least and the last for the greatest.
func (r *run) extreme(items, by []value.Value, beats func(best int) bool) (value.Value, error) {
	best := 0
	for i, key := range by {
		if err := r.walk(key); err != nil {
			return value.Null, err
		}
		if err := r.m.Charge(weight(key)); err != nil {
			return value.Null, err
		}
		if i > 0 && beats(compare(by[best], key)) {
			best = i
		}
	}
	if len(items) == 0 {
		return value.Null, nil
	}
	return items[best], nil
}
