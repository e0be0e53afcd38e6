// Package docker runs commands in containers of a Docker daemon, and has the tasks of Kestra's plugin-docker that run, build, push, pull and
// tag.
//
// The daemon is at a socket or a host that whoever runs the server names; a flow names no other. It may be on another machine: files are
// copied by its API of archives. What a container prints comes by its API of logs, and so its logging driver must be one that can be read.
//
// A container has a label with the mark of the server that waits for it. It is killed and removed when its task ends, however that ends;
// what a server leaves that is killed itself is removed when the next one begins, see [container.Runner].
package docker
