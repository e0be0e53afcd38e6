// Package container has what tasks say of the containers that they run commands in, and the interface of what runs them: Docker, for one.
// It links no client of any: who has one implements [Runner].
//
// The properties are those of Kestra's Docker runner. What is dangerous for the machine of the daemon is refused when a flow is loaded,
// and again when it runs, unless whoever runs the server has allowed it: see [Runner.Allows].
//
// Files are copied into a container before it starts, and back when it has ended, so that the daemon may be on another machine. They are in
// folders below [Root] there.
package container
