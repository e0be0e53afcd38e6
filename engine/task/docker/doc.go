// Package docker runs commands in containers of a Docker daemon, and has the tasks of Kestra's plugin-docker that run, build, push, pull and
// tag.
//
// The daemon is at a socket or a host that whoever runs the server names; a flow names no other. It may be on another machine: files are
// copied by its API of archives. What a container prints is read from it and not from its log, which a daemon may be slow to write.
//
// A container has a label with the mark of the server that waits for it. It is killed and removed when its task ends, however that ends;
// what a server leaves that is killed itself is removed when the next one begins, see [container.Runner].
package docker
