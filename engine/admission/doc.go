// Package admission shares one machine between requests, executions and flows. It knows nothing of what they do.
//
// A [Controller] has three things to give. Each request, and the execution that it may become, asks through its [Claim].
//
//   - Memory: one account of bytes, asked before something is allocated ([Claim.Take]). A part of it is kept back for
//     executions that were accepted, one at a time ([Claim.Refill]): what was accepted can always end.
//   - Places: how many executions may be under way ([Claim.Place]). A place is taken when there is something to run.
//   - The gate: how many evaluations of expressions may run at once, about as many as there are processors ([Claim.Enter]).
//     Others wait, each flow in its turn, so that an evaluation that runs has a processor to itself.
//
// One flow takes at most [Limits.Share] of memory and places while another flow has a claim. Alone it may take all but an
// eighth, which is what the next flow finds free. A [Queue] serves flows in turn: one that is slow blocks only itself.
//
// What is refused is refused because of others and at once: the same request may come again. Nothing here depends on
// what a request says, and nothing but the longest wait at the gate on the clock.
package admission
