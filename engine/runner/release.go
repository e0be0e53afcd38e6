package runner

// An execution of a webhook mostly begins and ends within the call that starts it, by one commit, and nobody else ever hears of it. Its
// memory then serves others: to allocate it for each of them, and to collect it, took as long as a third of what such an execution does.

// ends notes what a job's execution leaves that has ended by the call: its actor, if nobody else can have anything of it. That is so when
// nobody could wait for it, because it was not known before its end, and when it has not accepted others, which share its texts.
func (j *Job) ends(a *actor) {
	if a.handle == nil && !a.parent && a.state == j.State && a.state.Version == 1 {
		j.actor = a
	}
}

// Release gives back the memory of an execution that has ended by [Runner.Start] or [Runner.RunAndWait], and reports whether nobody else has
// anything of it: then the state and the variable `trigger` may be used again too. What RunAndWait has returned must not be used afterwards.
func (j *Job) Release() bool {
	a := j.actor
	if a == nil {
		return false
	}
	j.actor = nil
	r := a.runner
	*a = actor{}
	r.actors.Put(a)
	return true
}
