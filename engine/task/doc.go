// Package task says what a task is to the engine, and what a task sees while it runs. The tasks themselves are in the
// packages below it, one per group of Kestra's tasks; each exports the specs of its types. Groups in other modules are made of its
// exported names, as docs/tasks.md says.
package task
