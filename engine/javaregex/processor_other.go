//go:build !linux

package javaregex

import "time"

// processorTime returns the time on the clock, which stands for that of the processor where nothing tells it by thread: a
// busy machine then ends searches earlier.
func processorTime() time.Duration { return time.Duration(time.Now().UnixNano()) }
