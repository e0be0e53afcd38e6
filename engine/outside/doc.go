// Package outside gives tasks and expressions what lies outside of their execution: it answers the functions of expressions
// that need something else than the language, and is the key-value store on top of the store of executions.
package outside
