//go:build !linux

package javaregex

import "time"

// processorTime returns wall-clock time, since this platform does not tell the processor time of a thread. A busy machine then
// ends searches earlier.
func processorTime() time.Duration { return time.Duration(time.Now().UnixNano()) }
