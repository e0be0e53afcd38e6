package task

// Services are what the server has for tasks and expressions beside what an execution itself holds. One serves all executions,
// from several goroutines.
type Services struct {
	Pairs       Pairs
	Files       Files
	HTTP        HTTP
	Network     Network
	Directories Directories
	Executions  Executions
	Commands    Commands
	Upstream    Upstream // nil: there is none

	// Owner marks what tasks make outside of the server that is to be removed should the server end without doing so.
	Owner string
}

// Origin says for what a service is asked.
type Origin struct {
	Namespace string
	Flow      string // id
	Execution string // id; empty before there is one: while conditions decide, and inputs are rendered
	Task      string // id; empty for the execution as a whole
	Run       string // id of the task run; likewise
}
