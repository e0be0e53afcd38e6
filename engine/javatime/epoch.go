package javatime

import "time"

// Epoch returns the instant of a number: seconds since 1970, from 10^12 on milliseconds, from 10^15 on microseconds, from
// 10^18 on nanoseconds. Kestra knows seconds and, of 13 digits, milliseconds.
func Epoch(n int64, loc *time.Location) time.Time {
	unit := int64(1)
	for _, limit := range []int64{1e12, 1e15, 1e18} {
		if n >= limit || n <= -limit {
			unit *= 1000
		}
	}
	return time.Unix(floorDiv(n, unit), floorMod(n, unit)*(1e9/unit)).In(loc)
}
