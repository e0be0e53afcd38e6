package execution

import "time"

// Retention says how long a store keeps executions that have ended, with all that belongs to them. Of what is too much those go that
// ended first. What has not ended stays, however old and large it is. Members that are not positive are no bound.
type Retention struct {
	Bound
	Size   int64            // bytes that all that is kept may take
	States map[Status]Bound // of executions that ended in a state: an Age stands for the general one, and a Count counts beside it
}

// Bound is a bound of executions that have ended.
type Bound struct {
	Age   time.Duration // since the end
	Count int64
}

// AgeOf returns how long executions are kept that have ended in a state; 0 for as long as there is room.
func (r *Retention) AgeOf(s Status) time.Duration {
	if age := r.States[s].Age; age != 0 {
		return max(age, 0)
	}
	return max(r.Age, 0)
}
