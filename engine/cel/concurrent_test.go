package cel

import (
	"sync"
	"testing"
)

// TestConcurrent: goroutines may share a condition and a request.
func TestConcurrent(t *testing.T) {
	conditions := []*Program{
		compile(t, `body.action == 'opened' && headers.header('x-github-event') == 'pull_request'`),
		compile(t, `body.pull_request.labels.exists(l, l.name == 'bug') && headers.header('x-token').compareSecret('TOKEN')`),
		compile(t, `body.pull_request.head.ref.matches('^feature/') && body.repository.topics.map(x, x).sort() == ['go', 'webhooks']`),
	}
	shared := newRequest(t, github, nil)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				for _, c := range conditions {
					if met, err := c.Eval(shared); !met || err != nil {
						t.Errorf("%s: Eval = %v, %v", c.expression, met, err)
					}
				}
			}
		})
	}
	group.Wait()
}
