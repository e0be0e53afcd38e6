package harness

import "syscall"

// endWithParent makes a server end also when the test's process is killed, as after a timeout, and no cleanup runs.
func endWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
