package jq

import (
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestNumbersBeyondEnds checks that not-a-number counts as 0 at both ends of a slice and as an index to set, and that slices
// beyond the ends are cut there.
func TestNumbersBeyondEnds(t *testing.T) {
	r := &runner{limits: standard}
	for _, c := range []struct{ program, want string }{
		{`.[(-1|sqrt):]`, `[[1,2,3]]`},
		{`.[nan:], .[:nan], .[nan:nan], .[1:nan]`, `[[1,2,3],[],[],[]]`},
		{`.[infinite:], .[:infinite], .[-infinite:], .[:-infinite]`, `[[],[1,2,3],[1,2,3],[]]`},
		{`.[1e300:], .[:1e300], .[-1e300:], .[:-1e300]`, `[[],[1,2,3],[1,2,3],[]]`},
		{`.[1.5:], .[:1.5], .[-1.5:], .[:-1.5], .[:-0.5]`, `[[2,3],[1,2],[2,3],[1,2],[1,2,3]]`},
		{`"abc" | .[nan:], .[:nan], .[infinite:], .[:1e300], .[-1e300:]`, `["abc","","","abc","abc"]`},
		{`.[nan], .[infinite], .[-infinite], .[1e300]`, `[null,null,null,null]`},
		{`(.[nan:] = [9]), (.[:nan] = [9]), (.[infinite:] = [9]), (.[-1e300:] = [9])`, `[[9],[9,1,2,3],[1,2,3,9],[9]]`},
		{`(.[nan] = 9), (.[1.7] = 9)`, `[[9,2,3],[1,9,3]]`},
		{`.[infinite] = 9`, `!limit list has more than 1000000 items`},
		{`.[1e300] = 9`, `!limit list has more than 1000000 items`},
	} {
		if got := r.print(value.ListOf(value.Int(1), value.Int(2), value.Int(3)), c.program); got != c.want {
			t.Errorf("%s: got %s, want %s", c.program, got, c.want)
		}
	}
}
