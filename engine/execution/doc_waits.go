// # States of a Child
//
// A child s.
//
//	not begun
//	    Started                    → RUNNING eval   eval call s
//	RUNNING eval
//	    s starts an execution      → RUNNING child  commit
//	    s starts one and goes on   → SUCCESS        commit, run next
//	    s cannot start one         → FAILED         commit; flow FAILED
//	    s execution ends SUCCESS   → RUNNING eval   ignored
//	RUNNING child
//	    s execution ends SUCCESS   → SUCCESS        commit, run next
//	    s execution ends WARNING   → WARNING        commit, run next
//	    s execution ends CANCELLED → SUCCESS        commit, run next
//	    s execution ends FAILED    → FAILED         commit; flow FAILED
//	    s execution ends KILLED    → KILLED         commit; flow KILLED
//	SUCCESS
//	    s execution ends FAILED    → SUCCESS        ignored
//
// A child s with a timeout. When it is over, or when the execution is killed, the one that it has started is killed.
//
//	not begun
//	    Started                  → RUNNING eval   eval call s
//	RUNNING eval
//	    s starts an execution    → RUNNING child  commit
//	    s times out              → FAILED         commit; flow FAILED
//	RUNNING child
//	    s times out              → FAILED         commit, kill the execution of s; flow FAILED
//	    s execution ends SUCCESS → SUCCESS        commit, run next
//	FAILED
//	    s execution ends KILLED  → FAILED         ignored
//
// A child s that does not transmit what its execution ends with.
//
//	not begun
//	    Started                  → RUNNING eval   eval call s
//	RUNNING eval
//	    s starts an execution    → RUNNING child  commit
//	    s cannot start one       → FAILED         commit; flow FAILED
//	RUNNING child
//	    s execution ends WARNING → SUCCESS        commit, run next
//	    s execution ends FAILED  → SUCCESS        commit, run next
//	    s execution ends KILLED  → SUCCESS        commit, run next
//
// A child s that may be tried twice. Each attempt is another execution.
//
//	not begun
//	    Started                  → RUNNING eval             eval call s
//	RUNNING eval
//	    s starts an execution    → RUNNING child            commit
//	    s cannot start one       → RETRYING timer           commit
//	RUNNING child
//	    s execution ends FAILED  → RETRYING timer           commit
//	RETRYING timer
//	    s execution ends SUCCESS → RETRYING timer           ignored
//	    s wakes                  → RUNNING eval attempt 2   commit, eval call s
//	RUNNING eval attempt 2
//	    s starts an execution    → RUNNING child attempt 2  commit
//	RUNNING child attempt 2
//	    s execution ends SUCCESS → SUCCESS                  commit, run next
//	    s execution ends FAILED  → FAILED                   commit; flow FAILED
//
// A child s with allowFailure and allowWarning.
//
//	not begun
//	    Started                  → RUNNING eval   eval call s
//	RUNNING eval
//	    s starts an execution    → RUNNING child  commit
//	    s cannot start one       → SUCCESS        commit, run next
//	RUNNING child
//	    s execution ends WARNING → SUCCESS        commit, run next
//	    s execution ends FAILED  → SUCCESS        commit, run next
//
// # States of a Children
//
// Children s, at most two at once: how many are under way, how many have begun, and how many there are.
//
//	not begun
//	    Started                   → RUNNING eval                   eval call s
//	RUNNING eval
//	    s starts 2 of 3           → RUNNING child 2 of 2/3         commit
//	    s starts none of 0        → SUCCESS                        commit, run next
//	    s starts none now         → FAILED                         commit; flow FAILED
//	    s starts 2 and goes on    → SUCCESS                        commit, run next
//	    s cannot start one        → FAILED                         commit; flow FAILED
//	RUNNING child 2 of 2/3
//	    s first one ends SUCCESS  → RUNNING eval 1 of 2/3          commit, eval call s
//	    s third one ends SUCCESS  → RUNNING child 2 of 2/3         ignored
//	    Kill                      → KILLED                         commit, kill the execution of s, kill the execution of s; flow KILLED
//	RUNNING eval 1 of 2/3
//	    s starts 1 more           → RUNNING child 2 of 3/3         commit
//	    s starts none now         → RUNNING child 1 of 2/3         commit
//	    s cannot start one        → RUNNING child 1 of 2/3 broken  commit
//	    s second one ends FAILED  → RUNNING eval 0 of 2/3          commit
//	    s first one ends SUCCESS  → RUNNING eval 1 of 2/3          ignored
//	    Kill                      → KILLED                         commit, kill the execution of s; flow KILLED
//	RUNNING child 2 of 3/3
//	    s second one ends SUCCESS → RUNNING child 1 of 3/3         commit
//	RUNNING child 1 of 2/3
//	    s second one ends SUCCESS → RUNNING eval 0 of 2/3          commit, eval call s
//	RUNNING eval 0 of 2/3
//	    s starts 1 more           → RUNNING child 1 of 3/3         commit
//	RUNNING child 1 of 2/3 broken
//	    s second one ends SUCCESS → FAILED                         commit; flow FAILED
//	RUNNING child 1 of 3/3
//	    s third one ends SUCCESS  → SUCCESS                        commit, run next
//
// Children s with a timeout that may be tried twice. Each attempt has executions of its own.
//
//	not begun
//	    Started                   → RUNNING eval                      eval call s
//	RUNNING eval
//	    s starts 2 of 2           → RUNNING child 2 of 2/2            commit
//	    s cannot start one        → RETRYING timer                    commit
//	RUNNING child 2 of 2/2
//	    s first one ends FAILED   → RUNNING child 1 of 2/2            commit
//	RUNNING child 1 of 2/2
//	    s times out               → RETRYING timer 0 of 2/2           commit, kill the execution of s
//	RETRYING timer
//	    s wakes                   → RUNNING eval attempt 2            commit, eval call s
//	RETRYING timer 0 of 2/2
//	    s second one ends KILLED  → RETRYING timer 0 of 2/2           ignored
//	    s wakes                   → RUNNING eval attempt 2            commit, eval call s
//	RUNNING eval attempt 2
//	    s starts 2 of 2           → RUNNING child attempt 2 2 of 2/2  commit
//	RUNNING child attempt 2 2 of 2/2
//	    s first one ends FAILED   → RUNNING child attempt 2 1 of 2/2  commit
//	RUNNING child attempt 2 1 of 2/2
//	    s second one ends SUCCESS → FAILED                            commit; flow FAILED
//
// # States of a Pause
//
// A flow with a pause p, which ends with WARNING when its time is over.
//
//	CREATED
//	    Started        → RUNNING(p RUNNING eval)  eval pause p
//	RUNNING(p RUNNING eval)
//	    p pauses       → PAUSED(p PAUSED resume)  commit
//	    p cannot pause → FAILED(p FAILED)         commit
//	PAUSED(p PAUSED resume)
//	    p is resumed   → SUCCESS(p SUCCESS)       commit
//	    p wakes        → WARNING(p WARNING)       commit
//	    Kill           → KILLED(p KILLED)         commit
//
// The same beside a task a.
//
//	CREATED
//	    Started        → RUNNING(s RUNNING(p RUNNING eval, a RUNNING))   eval pause p, run a
//	RUNNING(s RUNNING(p RUNNING eval, a RUNNING))
//	    p pauses       → RUNNING(s RUNNING(p PAUSED resume, a RUNNING))  commit
//	RUNNING(s RUNNING(p PAUSED resume, a RUNNING))
//	    a ends SUCCESS → PAUSED(s RUNNING(p PAUSED resume, a SUCCESS))   commit
//	    p is resumed   → RUNNING(s RUNNING(p SUCCESS, a RUNNING))        commit
//	PAUSED(s RUNNING(p PAUSED resume, a SUCCESS))
//	    p is resumed   → SUCCESS(s SUCCESS(p SUCCESS, a SUCCESS))        commit
//	RUNNING(s RUNNING(p SUCCESS, a RUNNING))
//	    a ends SUCCESS → SUCCESS(s SUCCESS(p SUCCESS, a SUCCESS))        commit
//
// A pause p with the task b beside it, which fails when its time is over, and then a, errors e and finally z.
//
//	not begun
//	    Started        → RUNNING eval                                        eval pause p
//	RUNNING eval
//	    p pauses       → PAUSED resume(b RUNNING)                            commit, run b
//	PAUSED resume(b RUNNING)
//	    b ends FAILED  → PAUSED resume(b FAILED)                             commit
//	    p is resumed   → PAUSED(b RUNNING)                                   commit
//	PAUSED resume(b FAILED)
//	    p is resumed   → RUNNING(b FAILED, a RUNNING)                        commit, run a
//	    p wakes        → RUNNING(b FAILED, e RUNNING)                        commit, run e
//	PAUSED(b RUNNING)
//	    b ends SUCCESS → RUNNING(b SUCCESS, a RUNNING)                       run a
//	RUNNING(b FAILED, a RUNNING)
//	    a ends SUCCESS → RUNNING(b FAILED, a SUCCESS, z RUNNING)             run z
//	RUNNING(b FAILED, a SUCCESS, z RUNNING)
//	    z ends SUCCESS → SUCCESS(b FAILED, a SUCCESS, z SUCCESS)             run next
//	RUNNING(b FAILED, e RUNNING)
//	    e ends SUCCESS → RUNNING(b FAILED, e SUCCESS, z RUNNING)             run z
//	RUNNING(b FAILED, e SUCCESS, z RUNNING)
//	    z ends SUCCESS → FAILED(b FAILED, e SUCCESS, z SUCCESS)              commit; flow FAILED
//	RUNNING(b SUCCESS, a RUNNING)
//	    a ends FAILED  → RUNNING(b SUCCESS, a FAILED, e RUNNING)             run e
//	RUNNING(b SUCCESS, a FAILED, e RUNNING)
//	    e ends SUCCESS → RUNNING(b SUCCESS, a FAILED, e SUCCESS, z RUNNING)  run z
//	RUNNING(b SUCCESS, a FAILED, e SUCCESS, z RUNNING)
//	    z ends SUCCESS → FAILED(b SUCCESS, a FAILED, e SUCCESS, z SUCCESS)   commit; flow FAILED
//
// A pause p with a timeout that cancels the flow when its time is over.
//
//	not begun
//	    Started             → RUNNING eval   eval pause p
//	RUNNING eval
//	    p pauses for a time → PAUSED resume  commit
//	PAUSED resume
//	    p wakes             → CANCELLED      commit; flow CANCELLED
//	    p times out         → FAILED         commit; flow FAILED
//	    p is resumed        → SUCCESS        commit, run next
//
// # States of an Until
//
// An until l of a and b.
//
//	not begun
//	    Started        → RUNNING(a RUNNING)                        run a
//	RUNNING(a RUNNING)
//	    a ends SUCCESS → RUNNING(a SUCCESS, b RUNNING)             run b
//	    a ends FAILED  → FAILED(a FAILED)                          commit; flow FAILED
//	RUNNING(a SUCCESS, b RUNNING)
//	    b ends SUCCESS → RUNNING eval(a SUCCESS, b SUCCESS)        eval until l
//	RUNNING eval(a SUCCESS, b SUCCESS)
//	    l is through   → SUCCESS(a SUCCESS, b SUCCESS)             run next
//	    l cannot tell  → FAILED(a SUCCESS, b SUCCESS)              commit; flow FAILED
//	    l goes on      → RUNNING eval again(a SUCCESS, b SUCCESS)  eval until l
//	RUNNING eval again(a SUCCESS, b SUCCESS)
//	    l is through   → SUCCESS(a SUCCESS, b SUCCESS)             run next
//	    l cannot tell  → FAILED(a SUCCESS, b SUCCESS)              commit; flow FAILED
//	    l goes on      → PAUSED round(a SUCCESS, b SUCCESS)        commit
//	PAUSED round(a SUCCESS, b SUCCESS)
//	    l wakes        → RUNNING(a RUNNING)                        commit, run a
//
// A flow with an until l of a, which may take some time, with errors e and finally z.
//
//	CREATED
//	    Started        → RUNNING(l RUNNING(a RUNNING))                        run a
//	RUNNING(l RUNNING(a RUNNING))
//	    a ends WARNING → RUNNING(l RUNNING eval(a WARNING))                   eval until l
//	    a ends FAILED  → RUNNING(l RUNNING(a FAILED, e RUNNING))              run e
//	RUNNING(l RUNNING eval(a WARNING))
//	    l goes on      → RUNNING(l RUNNING eval again(a WARNING))             eval until l
//	RUNNING(l RUNNING eval again(a WARNING))
//	    l goes on      → PAUSED(l PAUSED round(a WARNING))                    commit
//	    l is through   → RUNNING(l RUNNING(a WARNING, z RUNNING))             run z
//	PAUSED(l PAUSED round(a WARNING))
//	    l wakes        → RUNNING(l RUNNING(a RUNNING))                        commit, run a
//	    l times out    → RUNNING(l RUNNING(a WARNING, e RUNNING))             commit, run e
//	    Kill           → KILLED(l KILLED(a WARNING))                          commit
//	RUNNING(l RUNNING(a WARNING, z RUNNING))
//	    z ends SUCCESS → WARNING(l WARNING(a WARNING, z SUCCESS))             commit
//	RUNNING(l RUNNING(a WARNING, e RUNNING))
//	    e ends SUCCESS → RUNNING(l RUNNING(a WARNING, e SUCCESS, z RUNNING))  run z
//	RUNNING(l RUNNING(a WARNING, e SUCCESS, z RUNNING))
//	    z ends SUCCESS → FAILED(l FAILED(a WARNING, e SUCCESS, z SUCCESS))    commit
//	RUNNING(l RUNNING(a FAILED, e RUNNING))
//	    e ends SUCCESS → RUNNING(l RUNNING(a FAILED, e SUCCESS, z RUNNING))   run z
//	RUNNING(l RUNNING(a FAILED, e SUCCESS, z RUNNING))
//	    z ends SUCCESS → FAILED(l FAILED(a FAILED, e SUCCESS, z SUCCESS))     commit
package execution
