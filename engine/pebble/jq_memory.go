package pebble

// What a program makes is taken from the account of memory before it is made. What is dropped on the way is not given
// back, so the bytes taken are at least those that a program holds.

// What jq takes beside lists and maps, in bytes: an item while its list still grows, the path of one, and a node under
// evaluation on the stack, which never shrinks during a run.
const (
	grownBytes   = 2 * itemBytes
	pathBytes    = 48
	jqFrameBytes = 640
)

// nest enters a node; the caller takes the step back in r.nested.
func (r *jqRun) nest() error {
	if r.nested++; r.nested > r.deepest {
		r.deepest = r.nested
		if err := r.st.allocate(jqFrameBytes); err != nil {
			return err
		}
	}
	return r.st.charge(1)
}

// list charges for a list of n items that are copied at once.
func (r *jqRun) list(n int) error {
	if n > r.st.engine.limits.RangeItems {
		return r.st.items(n)
	}
	if err := r.st.charge(n / copiedPerStep); err != nil {
		return err
	}
	return r.st.allocate(listBytes + n*itemBytes)
}

// copiedPerStep is how many items are copied in the time of a step.
const copiedPerStep = 4

// added charges for the item that makes a growing list have n, before it is added.
func (r *jqRun) added(n int) error {
	if n > r.st.engine.limits.RangeItems {
		return r.st.items(n)
	}
	if err := r.st.charge(1); err != nil {
		return err
	}
	return r.st.allocate(grownBytes)
}

// object charges for a map of n members.
func (r *jqRun) object(n int) error {
	if n > r.st.engine.limits.RangeItems {
		return r.st.items(n)
	}
	if err := r.st.charge(n); err != nil {
		return err
	}
	return r.st.members(n)
}
