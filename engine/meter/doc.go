// Package meter holds what one evaluation may cost, and the failures of evaluations.
//
// A [Meter] counts work in steps, bytes of text, bytes of memory and levels of nesting, so that the same input gets the
// same verdict on every machine and under every load. Work is charged before it is done: Charge takes steps, the methods
// that begin with Charge say what they are for, Allocate takes memory, and Walk pays for visiting a whole value. What is
// spent is never given back, but for levels.
//
// A [Fault] is a failure with its [Class], which does not know its template yet. Passing a limit is [ClassLimit]; a machine
// that has no memory left now is [ClassBusy], which says nothing about the template or its data.
//
// A [Cache] keeps what was compiled from texts. An evaluation pays for each text that it uses, once, whether or not the
// cache has it: what earlier evaluations did changes no verdict.
package meter
