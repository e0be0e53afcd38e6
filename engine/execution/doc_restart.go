// # States of an execution that goes on after its end
//
// A flow with a sequence s of a, which is followed by next, and errors e.
//
//	CREATED
//	    Started           → RUNNING(s RUNNING(a RUNNING))                run a
//	RUNNING(s RUNNING(a RUNNING))
//	    Restart           → RUNNING(s RUNNING(a RUNNING))                ignored
//	    a ends FAILED     → RUNNING(s FAILED(a FAILED), e RUNNING)       run e
//	RUNNING(s FAILED(a FAILED), e RUNNING)
//	    e ends SUCCESS    → FAILED(s FAILED(a FAILED), e SUCCESS)        commit
//	FAILED(s FAILED(a FAILED), e SUCCESS)
//	    Restart           → RESTARTED(s RUNNING(a RESTARTED))            commit
//	RESTARTED(s RUNNING(a RESTARTED))
//	    Started           → RUNNING(s RUNNING(a RUNNING attempt 2))      run a
//	    Restart           → RESTARTED(s RUNNING(a RESTARTED))            ignored
//	    Kill              → KILLED(s KILLED(a KILLED))                   commit
//	RUNNING(s RUNNING(a RUNNING attempt 2))
//	    a ends FAILED     → RUNNING(s FAILED(a FAILED), e RUNNING)       run e
//	    a ends SUCCESS    → RUNNING(s SUCCESS(a SUCCESS), next RUNNING)  run next
//	RUNNING(s SUCCESS(a SUCCESS), next RUNNING)
//	    next ends SUCCESS → SUCCESS(s SUCCESS(a SUCCESS), next SUCCESS)  commit
//	SUCCESS(s SUCCESS(a SUCCESS), next SUCCESS)
//	    Restart           → SUCCESS(s SUCCESS(a SUCCESS), next SUCCESS)  ignored
//	KILLED(s KILLED(a KILLED))
//	    Restart           → KILLED(s KILLED(a KILLED))                   ignored
//
// A child s, of which an execution has failed.
//
//	CREATED
//	    Started                       → RUNNING(s RUNNING eval)             eval call s
//	RUNNING(s RUNNING eval)
//	    s starts an execution         → RUNNING(s RUNNING child)            commit
//	RUNNING(s RUNNING child)
//	    s execution ends FAILED       → FAILED(s FAILED)                    commit
//	FAILED(s FAILED)
//	    Restart                       → RESTARTED(s RESTARTED)              commit
//	RESTARTED(s RESTARTED)
//	    Started                       → RUNNING(s RUNNING eval again)       eval recall s
//	RUNNING(s RUNNING eval again)
//	    s execution goes on           → RUNNING(s RUNNING child)            commit
//	    s execution has ended SUCCESS → RUNNING(s SUCCESS, next RUNNING)    commit, run next
//	    s execution cannot go on      → RUNNING(s RUNNING eval attempt 2)   commit, eval call s
//	RUNNING(s SUCCESS, next RUNNING)
//	    next ends SUCCESS             → SUCCESS(s SUCCESS, next SUCCESS)    commit
//	RUNNING(s RUNNING eval attempt 2)
//	    s starts an execution         → RUNNING(s RUNNING child attempt 2)  commit
//	RUNNING(s RUNNING child attempt 2)
//	    s execution ends SUCCESS      → RUNNING(s SUCCESS, next RUNNING)    commit, run next
//
// Children s, at most two at once, of which one has failed: how many are under way, were looked at, and there are.
//
//	CREATED
//	    Started                                   → RUNNING(s RUNNING eval)            eval call s
//	RUNNING(s RUNNING eval)
//	    s starts 2 of 2                           → RUNNING(s RUNNING child 2 of 2/2)  commit
//	RUNNING(s RUNNING child 2 of 2/2)
//	    s first one ends SUCCESS                  → RUNNING(s RUNNING child 1 of 2/2)  commit
//	RUNNING(s RUNNING child 1 of 2/2)
//	    s second one ends FAILED                  → FAILED(s FAILED)                   commit
//	    s second one ends SUCCESS                 → RUNNING(s SUCCESS, next RUNNING)   commit, run next
//	FAILED(s FAILED)
//	    Restart                                   → RESTARTED(s RESTARTED)             commit
//	RESTARTED(s RESTARTED)
//	    Started                                   → RUNNING(s RUNNING eval again)      eval recall s
//	RUNNING(s RUNNING eval again)
//	    s first one has ended, second one goes on → RUNNING(s RUNNING child 1 of 2/2)  commit
//	    s none is looked at                       → FAILED(s FAILED)                   commit
//	RUNNING(s SUCCESS, next RUNNING)
//	    next ends SUCCESS                         → SUCCESS(s SUCCESS, next SUCCESS)   commit
//
// A flow with the task a and concurrency that queues.
//
//	CREATED place
//	    Started          → RUNNING(a RUNNING)            commit, run a
//	RUNNING(a RUNNING)
//	    a ends FAILED    → FAILED(a FAILED)              commit
//	FAILED(a FAILED)
//	    Restart          → RESTARTED place(a RESTARTED)  commit
//	RESTARTED place(a RESTARTED)
//	    no place is free → QUEUED place(a RESTARTED)     commit
//	    Started          → RUNNING(a RUNNING attempt 2)  commit, run a
//	QUEUED place(a RESTARTED)
//	    Started          → RUNNING(a RUNNING attempt 2)  commit, run a
//	RUNNING(a RUNNING attempt 2)
//	    a ends SUCCESS   → SUCCESS(a SUCCESS)            commit
//
// The same with concurrency that cancels.
//
//	CREATED place
//	    Started          → RUNNING(a RUNNING)            commit, run a
//	RUNNING(a RUNNING)
//	    a ends FAILED    → FAILED(a FAILED)              commit
//	FAILED(a FAILED)
//	    Restart          → RESTARTED place(a RESTARTED)  commit
//	RESTARTED place(a RESTARTED)
//	    no place is free → CANCELLED(a KILLED)           commit
//	CANCELLED(a KILLED)
//	    Restart          → RESTARTED place(a RESTARTED)  commit
package execution
