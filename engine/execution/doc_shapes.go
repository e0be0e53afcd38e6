// # States of a Sequence
//
// A sequence s of a and b.
//
//	not begun
//	    Started         → RUNNING(a RUNNING)             run a
//	RUNNING(a RUNNING)
//	    a ends SUCCESS  → RUNNING(a SUCCESS, b RUNNING)  run b
//	    a ends WARNING  → RUNNING(a WARNING, b RUNNING)  run b
//	    a ends FAILED   → FAILED(a FAILED)               commit; flow FAILED
//	    a exits SUCCESS → SUCCESS(a SUCCESS)             commit; flow SUCCESS
//	RUNNING(a SUCCESS, b RUNNING)
//	    b ends SUCCESS  → SUCCESS(a SUCCESS, b SUCCESS)  run next
//	    b ends WARNING  → WARNING(a SUCCESS, b WARNING)  run next
//	    b ends FAILED   → FAILED(a SUCCESS, b FAILED)    commit; flow FAILED
//	RUNNING(a WARNING, b RUNNING)
//	    b ends SUCCESS  → WARNING(a WARNING, b SUCCESS)  run next
//
// A sequence s of a, with errors e and finally z.
//
//	not begun
//	    Started        → RUNNING(a RUNNING)                       run a
//	RUNNING(a RUNNING)
//	    a ends SUCCESS → RUNNING(a SUCCESS, z RUNNING)            run z
//	    a ends FAILED  → RUNNING(a FAILED, e RUNNING)             run e
//	RUNNING(a SUCCESS, z RUNNING)
//	    z ends FAILED  → SUCCESS(a SUCCESS, z FAILED)             run next
//	RUNNING(a FAILED, e RUNNING)
//	    e ends SUCCESS → RUNNING(a FAILED, e SUCCESS, z RUNNING)  run z
//	RUNNING(a FAILED, e SUCCESS, z RUNNING)
//	    z ends SUCCESS → FAILED(a FAILED, e SUCCESS, z SUCCESS)   commit; flow FAILED
//
// A sequence s of a, with a timeout, errors e and finally z.
//
//	not begun
//	    Started        → RUNNING(a RUNNING)                       run a
//	RUNNING(a RUNNING)
//	    a ends SUCCESS → RUNNING(a SUCCESS, z RUNNING)            run z
//	    s times out    → RUNNING(a KILLED, e RUNNING)             commit, cancel a, run e
//	RUNNING(a SUCCESS, z RUNNING)
//	    s times out    → RUNNING(a SUCCESS, z RUNNING)            ignored
//	    z ends SUCCESS → SUCCESS(a SUCCESS, z SUCCESS)            run next
//	RUNNING(a KILLED, e RUNNING)
//	    e ends SUCCESS → RUNNING(a KILLED, e SUCCESS, z RUNNING)  run z
//	RUNNING(a KILLED, e SUCCESS, z RUNNING)
//	    z ends SUCCESS → FAILED(a KILLED, e SUCCESS, z SUCCESS)   commit; flow FAILED
//
// A sequence s of a, which forgives failures.
//
//	not begun
//	    Started        → RUNNING(a RUNNING)  run a
//	RUNNING(a RUNNING)
//	    a ends SUCCESS → SUCCESS(a SUCCESS)  run next
//	    a ends FAILED  → WARNING(a FAILED)   run next
//
// A sequence s without tasks.
//
//	not begun
//	    Started → SUCCESS  run next
//
// # States of a Sequence with a directory
//
// A sequence s of a and b that share a directory.
//
//	not begun
//	    Started                    → CREATED files                        eval prepare s
//	CREATED files
//	    s is prepared              → RUNNING(a RUNNING)                   run a
//	    s cannot be prepared       → FAILED                               commit; flow FAILED
//	    Kill                       → KILLED                               commit, cancel s; flow KILLED
//	RUNNING(a RUNNING)
//	    a ends SUCCESS             → RUNNING(a SUCCESS, b RUNNING)        run b
//	    a ends FAILED              → RUNNING files(a FAILED)              eval collect s
//	    a exits SUCCESS            → SUCCESS(a SUCCESS)                   commit; flow SUCCESS
//	RUNNING(a SUCCESS, b RUNNING)
//	    b ends WARNING             → RUNNING files(a SUCCESS, b WARNING)  eval collect s
//	RUNNING files(a FAILED)
//	    s is collected from        → FAILED(a FAILED)                     commit; flow FAILED
//	RUNNING files(a SUCCESS, b WARNING)
//	    s is collected from        → WARNING(a SUCCESS, b WARNING)        commit, run next
//	    s cannot be collected from → FAILED(a SUCCESS, b WARNING)         commit; flow FAILED
//	    Kill                       → KILLED(a SUCCESS, b WARNING)         commit, cancel s; flow KILLED
//
// A sequence s of a with a directory, a timeout, errors e and finally z.
//
//	not begun
//	    Started                    → CREATED files                             eval prepare s
//	CREATED files
//	    s is prepared              → RUNNING(a RUNNING)                        run a
//	RUNNING(a RUNNING)
//	    a ends SUCCESS             → RUNNING files(a SUCCESS)                  eval collect s
//	    s times out                → RUNNING files(a KILLED)                   commit, cancel a, eval collect s
//	RUNNING files(a SUCCESS)
//	    s times out                → RUNNING files(a SUCCESS)                  ignored
//	    s is collected from        → RUNNING(a SUCCESS, z RUNNING)             commit, run z
//	    s cannot be collected from → RUNNING(a SUCCESS, e RUNNING)             commit, run e
//	RUNNING(a SUCCESS, z RUNNING)
//	    z ends SUCCESS             → SUCCESS(a SUCCESS, z SUCCESS)             run next
//	RUNNING(a SUCCESS, e RUNNING)
//	    e ends SUCCESS             → RUNNING(a SUCCESS, e SUCCESS, z RUNNING)  run z
//	RUNNING(a SUCCESS, e SUCCESS, z RUNNING)
//	    z ends SUCCESS             → FAILED(a SUCCESS, e SUCCESS, z SUCCESS)   commit; flow FAILED
//	RUNNING files(a KILLED)
//	    s is collected from        → RUNNING(a KILLED, e RUNNING)              commit, run e
//	RUNNING(a KILLED, e RUNNING)
//	    e ends SUCCESS             → RUNNING(a KILLED, e SUCCESS, z RUNNING)   run z
//	RUNNING(a KILLED, e SUCCESS, z RUNNING)
//	    z ends SUCCESS             → FAILED(a KILLED, e SUCCESS, z SUCCESS)    commit; flow FAILED
//
// A sequence s of a with a directory, runIf and allowFailure.
//
//	not begun
//	    Started                    → CREATED eval              eval runIf s
//	CREATED eval
//	    s runIf true               → CREATED files             eval prepare s
//	    s runIf false              → SKIPPED                   run next
//	CREATED files
//	    s is prepared              → RUNNING(a RUNNING)        run a
//	    s cannot be prepared       → WARNING                   run next
//	RUNNING(a RUNNING)
//	    a ends SUCCESS             → RUNNING files(a SUCCESS)  eval collect s
//	RUNNING files(a SUCCESS)
//	    s is collected from        → SUCCESS(a SUCCESS)        commit, run next
//	    s cannot be collected from → WARNING(a SUCCESS)        commit, run next
//
// A sequence s without tasks that has a directory, whose timeout is an expression.
//
//	not begun
//	    Started             → CREATED files  eval prepare s
//	CREATED files
//	    s is prepared       → RUNNING eval   eval timeout s
//	RUNNING eval
//	    s has a timeout     → RUNNING files  eval collect s
//	RUNNING files
//	    s is collected from → SUCCESS        commit, run next
//
// # States of a Parallel
//
// A parallel p of a, b and c, at most two at once.
//
//	not begun
//	    Started         → RUNNING(a RUNNING, b RUNNING)             run a, run b
//	RUNNING(a RUNNING, b RUNNING)
//	    a ends SUCCESS  → RUNNING(a SUCCESS, b RUNNING, c RUNNING)  run c
//	    a ends FAILED   → RUNNING(a FAILED, b RUNNING)
//	    a exits SUCCESS → SUCCESS(a SUCCESS, b KILLED)              commit, cancel b; flow SUCCESS
//	RUNNING(a SUCCESS, b RUNNING, c RUNNING)
//	    c ends SUCCESS  → RUNNING(a SUCCESS, b RUNNING, c SUCCESS)
//	RUNNING(a SUCCESS, b RUNNING, c SUCCESS)
//	    b ends SUCCESS  → SUCCESS(a SUCCESS, b SUCCESS, c SUCCESS)  run next
//	    b ends WARNING  → WARNING(a SUCCESS, b WARNING, c SUCCESS)  run next
//	RUNNING(a FAILED, b RUNNING)
//	    b ends SUCCESS  → FAILED(a FAILED, b SUCCESS)               commit; flow FAILED
//	SUCCESS(a SUCCESS, b KILLED)
//	    b ends SUCCESS  → SUCCESS(a SUCCESS, b KILLED)              ignored
//
// A parallel p of a, with errors e and finally z.
//
//	not begun
//	    Started        → RUNNING(a RUNNING)                       run a
//	RUNNING(a RUNNING)
//	    a ends SUCCESS → RUNNING(a SUCCESS, z RUNNING)            run z
//	    a ends FAILED  → RUNNING(a FAILED, e RUNNING)             run e
//	RUNNING(a SUCCESS, z RUNNING)
//	    z ends SUCCESS → SUCCESS(a SUCCESS, z SUCCESS)            run next
//	RUNNING(a FAILED, e RUNNING)
//	    e ends SUCCESS → RUNNING(a FAILED, e SUCCESS, z RUNNING)  run z
//	RUNNING(a FAILED, e SUCCESS, z RUNNING)
//	    z ends SUCCESS → FAILED(a FAILED, e SUCCESS, z SUCCESS)   commit; flow FAILED
//
// # States of a Choice
//
// A choice i: case 0 has a, case 1 has b.
//
//	not begun
//	    Started          → RUNNING eval        eval choose i
//	RUNNING eval
//	    i chooses case 0 → RUNNING(a RUNNING)  run a
//	    i chooses case 1 → RUNNING(b RUNNING)  run b
//	    i chooses none   → SUCCESS             run next
//	    i cannot choose  → FAILED              commit; flow FAILED
//	RUNNING(a RUNNING)
//	    a ends SUCCESS   → SUCCESS(a SUCCESS)  run next
//	    a ends FAILED    → FAILED(a FAILED)    commit; flow FAILED
//	RUNNING(b RUNNING)
//	    b ends WARNING   → WARNING(b WARNING)  run next
//
// A choice i whose timeout is an expression: case 0 has a.
//
//	not begun
//	    Started                    → RUNNING eval  eval timeout i
//	RUNNING eval
//	    i has a timeout            → RUNNING eval  eval choose i
//	    i has a timeout that fails → FAILED        commit; flow FAILED
//
// A choice i: case 0 has a; with errors e and finally z.
//
//	not begun
//	    Started          → RUNNING eval                             eval choose i
//	RUNNING eval
//	    i chooses case 0 → RUNNING(a RUNNING)                       run a
//	    i chooses none   → RUNNING(z RUNNING)                       run z
//	    i cannot choose  → FAILED                                   commit; flow FAILED
//	RUNNING(a RUNNING)
//	    a ends SUCCESS   → RUNNING(a SUCCESS, z RUNNING)            run z
//	    a ends FAILED    → RUNNING(a FAILED, e RUNNING)             run e
//	RUNNING(z RUNNING)
//	    z ends SUCCESS   → SUCCESS(z SUCCESS)                       run next
//	RUNNING(a SUCCESS, z RUNNING)
//	    z ends SUCCESS   → SUCCESS(a SUCCESS, z SUCCESS)            run next
//	RUNNING(a FAILED, e RUNNING)
//	    e ends SUCCESS   → RUNNING(a FAILED, e SUCCESS, z RUNNING)  run z
//	RUNNING(a FAILED, e SUCCESS, z RUNNING)
//	    z ends SUCCESS   → FAILED(a FAILED, e SUCCESS, z SUCCESS)   commit; flow FAILED
//
// # States of an Each
//
// An each l of a and then b, one value at a time.
//
//	not begun
//	    Started                → RUNNING eval                                    eval values l
//	RUNNING eval
//	    l has values x y       → RUNNING(a=x RUNNING)                            run a=x
//	    l has no values        → SUCCESS                                         run next
//	    l has values that fail → FAILED                                          commit; flow FAILED
//	RUNNING(a=x RUNNING)
//	    a=x ends SUCCESS       → RUNNING(a=x SUCCESS, b=x RUNNING)               run b=x
//	    a=x ends FAILED        → FAILED(a=x FAILED)                              commit; flow FAILED
//	RUNNING(a=x SUCCESS, b=x RUNNING)
//	    b=x ends SUCCESS       → RUNNING(a=x SUCCESS, b=x SUCCESS, a=y RUNNING)  run a=y
//	RUNNING(a=x SUCCESS, b=x SUCCESS, a=y RUNNING)
//	    a=y ends FAILED        → FAILED(a=x SUCCESS, b=x SUCCESS, a=y FAILED)    commit; flow FAILED
//
// An each l of a and then b, all values at once.
//
//	not begun
//	    Started          → RUNNING eval                                                 eval values l
//	RUNNING eval
//	    l has values x y → RUNNING(a=x RUNNING, a=y RUNNING)                            run a=x, run a=y
//	RUNNING(a=x RUNNING, a=y RUNNING)
//	    a=x ends SUCCESS → RUNNING(a=x SUCCESS, a=y RUNNING, b=x RUNNING)               run b=x
//	    a=x ends FAILED  → RUNNING(a=x FAILED, a=y RUNNING)
//	RUNNING(a=x SUCCESS, a=y RUNNING, b=x RUNNING)
//	    b=x ends SUCCESS → RUNNING(a=x SUCCESS, a=y RUNNING, b=x SUCCESS)
//	RUNNING(a=x SUCCESS, a=y RUNNING, b=x SUCCESS)
//	    a=y ends SUCCESS → RUNNING(a=x SUCCESS, a=y SUCCESS, b=x SUCCESS, b=y RUNNING)  run b=y
//	RUNNING(a=x SUCCESS, a=y SUCCESS, b=x SUCCESS, b=y RUNNING)
//	    b=y ends SUCCESS → SUCCESS(a=x SUCCESS, a=y SUCCESS, b=x SUCCESS, b=y SUCCESS)  run next
//	RUNNING(a=x FAILED, a=y RUNNING)
//	    a=y ends SUCCESS → FAILED(a=x FAILED, a=y SUCCESS)                              commit; flow FAILED
//
// An each l of a and b, which begin together.
//
//	not begun
//	    Started          → RUNNING eval                       eval values l
//	RUNNING eval
//	    l has value x    → RUNNING(a=x RUNNING, b=x RUNNING)  run a=x, run b=x
//	RUNNING(a=x RUNNING, b=x RUNNING)
//	    a=x ends FAILED  → RUNNING(a=x FAILED, b=x RUNNING)
//	RUNNING(a=x FAILED, b=x RUNNING)
//	    b=x ends SUCCESS → FAILED(a=x FAILED, b=x SUCCESS)    commit; flow FAILED
//
// An each l of a, with errors e and finally z.
//
//	not begun
//	    Started                → RUNNING eval                               eval values l
//	RUNNING eval
//	    l has value x          → RUNNING(a=x RUNNING)                       run a=x
//	    l has no values        → RUNNING(z RUNNING)                         run z
//	    l has values that fail → FAILED                                     commit; flow FAILED
//	RUNNING(a=x RUNNING)
//	    a=x ends SUCCESS       → RUNNING(a=x SUCCESS, z RUNNING)            run z
//	    a=x ends FAILED        → RUNNING(a=x FAILED, e RUNNING)             run e
//	RUNNING(z RUNNING)
//	    z ends SUCCESS         → SUCCESS(z SUCCESS)                         run next
//	RUNNING(a=x SUCCESS, z RUNNING)
//	    z ends SUCCESS         → SUCCESS(a=x SUCCESS, z SUCCESS)            run next
//	RUNNING(a=x FAILED, e RUNNING)
//	    e ends SUCCESS         → RUNNING(a=x FAILED, e SUCCESS, z RUNNING)  run z
//	RUNNING(a=x FAILED, e SUCCESS, z RUNNING)
//	    z ends SUCCESS         → FAILED(a=x FAILED, e SUCCESS, z SUCCESS)   commit; flow FAILED
//
// # States of a Dag
//
// A dag d of a, b after a, and c.
//
//	not begun
//	    Started        → RUNNING(a RUNNING, c RUNNING)             run a, run c
//	RUNNING(a RUNNING, c RUNNING)
//	    a ends SUCCESS → RUNNING(a SUCCESS, c RUNNING, b RUNNING)  run b
//	    a ends FAILED  → RUNNING(a FAILED, c RUNNING)
//	    c ends SUCCESS → RUNNING(a RUNNING, c SUCCESS)
//	RUNNING(a SUCCESS, c RUNNING, b RUNNING)
//	    c ends SUCCESS → RUNNING(a SUCCESS, c SUCCESS, b RUNNING)
//	RUNNING(a SUCCESS, c SUCCESS, b RUNNING)
//	    b ends SUCCESS → SUCCESS(a SUCCESS, c SUCCESS, b SUCCESS)  run next
//	RUNNING(a RUNNING, c SUCCESS)
//	    a ends WARNING → RUNNING(a WARNING, c SUCCESS, b RUNNING)  run b
//	RUNNING(a WARNING, c SUCCESS, b RUNNING)
//	    b ends SUCCESS → WARNING(a WARNING, c SUCCESS, b SUCCESS)  run next
//	RUNNING(a FAILED, c RUNNING)
//	    c ends SUCCESS → FAILED(a FAILED, c SUCCESS)               commit; flow FAILED
//
// A dag d of a and b, one at a time.
//
//	not begun
//	    Started        → RUNNING(a RUNNING)             run a
//	RUNNING(a RUNNING)
//	    a ends SUCCESS → RUNNING(a SUCCESS, b RUNNING)  run b
//	    a ends FAILED  → FAILED(a FAILED)               commit; flow FAILED
//	RUNNING(a SUCCESS, b RUNNING)
//	    b ends SUCCESS → SUCCESS(a SUCCESS, b SUCCESS)  run next
package execution
