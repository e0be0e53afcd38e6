// Package cel compiles and evaluates CEL expressions about requests. It is the only package that imports CEL.
//
// [Compile] checks an expression once, when a flow is loaded; [Program.Eval] then answers for one [Request] at a time.
// Every evaluation is bounded by the work that it does and the bytes that it makes, so none of them can occupy or fill the
// process, whatever the request holds: functions whose work grows with their arguments have a price (price.go) that is charged
// to a meter (meter.go) before they run (call.go). Expressions that can only look at values, which are most, run without a
// meter (plain.go).
package cel
