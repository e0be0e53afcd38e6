// Package flowable has the tasks that run other tasks: what stands inside of them, and which of it. How and in which order it
// is run, and what comes of it, are the rules of the core.
package flowable
