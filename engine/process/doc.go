// Package process runs the commands of scripts as processes of the machine, and sees to it that nothing of them outlives its run.
//
// Each command has a process group of its own, an environment that holds what it is given alone, and no input. What it prints is read
// line by line in bounded memory. When the command has ended, or its time is over, the group is killed, so that what it has begun ends
// with it. Where the system tells what a process was started with, as Linux does, what has left the group is found by a mark in its
// environment when a run is cut short; where control groups (version 2) are delegated to the server, each run has one, which nothing
// leaves.
//
// On Windows a command has a job in place of a group, which nothing leaves, and which ends with the server.
//
// Elsewhere a supervisor is a second process: a shell that knows the groups, and waits at a pipe for the end of the server, however that comes. Then
// it kills what is left. It is a shell and not this program once more, since it needs a megabyte and starts at once.
package process
