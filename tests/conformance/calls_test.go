package conformance

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// apart is how long after each other the calls of a case were sent.
const apart = 250 * time.Millisecond

var callNumber = regexp.MustCompile(`, call (\d+) of \d+$`)

// callsBefore returns how many calls of the same flow were under way when a case was recorded.
func callsBefore(name string) int {
	if number := callNumber.FindStringSubmatch(name); number != nil {
		n, _ := strconv.Atoi(number[1]) // it has digits alone
		return n - 1
	}
	if strings.HasSuffix(name, ", second call while first runs") || strings.HasSuffix(name, ", limit reached, wait") {
		return 1
	}
	return 0
}

// callBefore makes the calls that must be under way when a case is sent, and returns a function that waits for their ends.
func (s *server) callBefore(t *testing.T, c recorded) (end func()) {
	t.Helper()
	raw := c.Request.bytes(t)
	if strings.HasSuffix(c.Name, ", second call") { // after the end of the first
		if first, err := s.send(c.Request.Method, raw); err != nil || s.wait(t, first) == nil {
			t.Fatalf("%s: the first call: %+v, %v", c.Name, first, err)
		}
	}
	var answers []chan answer
	for range callsBefore(c.Name) {
		answered := make(chan answer, 1)
		go func() {
			a, err := s.send(c.Request.Method, raw)
			if err != nil {
				t.Errorf("%s: a call before it: %v", c.Name, err)
			}
			answered <- a
		}()
		answers = append(answers, answered)
		<-time.After(apart)
	}
	return func() {
		for _, answered := range answers {
			s.wait(t, <-answered)
		}
	}
}
