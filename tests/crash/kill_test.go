package crash

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

var (
	kills = flag.Int("kills", 4, "how often TestKill kills the server")
	seed  = flag.Uint64("seed", 0, "of the instants of TestKill; 0: another one each time")
)

// senders is how many deliveries are on their way at once.
const senders = 8

// TestKill kills a server again and again at random instants under load, also while it starts and recovers. Every delivery is sent
// until it is answered with 200, with the same id each time. In the end each has run once: all executions have ended well, no task has
// run again that had ended, and one that was under way at a kill has run again as another attempt.
func TestKill(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("%d kills, -seed %d", *kills, *seed)
	random := rand.New(rand.NewPCG(*seed, 0))
	calls := newCalls(t)
	config := killConfig(calls.url, filepath.Join(t.TempDir(), "kestra.db"))
	dir := t.TempDir()
	start := func() *harness.Server {
		s, err := harness.StartIn(t, dir, config)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	l := &load{t: t, answered: map[string]string{}, stop: make(chan struct{})}
	l.server.Store(start())
	for n := range senders {
		l.sending.Go(func() { l.send(n) })
	}
	starts := 0
	for range *kills {
		wait(random, 300*time.Millisecond)
		s := l.server.Load()
		s.Kill()
		for random.IntN(4) == 0 {
			starts++
			killAtStart(t, s, random)
		}
		l.server.Store(start())
	}
	close(l.stop)
	l.sending.Wait()
	if t.Failed() {
		return
	}
	s := l.server.Load()
	harness.Eventually(t, time.Minute, "all executions have ended", func() bool {
		return len(listed(t, s, "unfinished=true&limit=1")) == 0
	})
	l.check(s, calls)
	t.Logf("%d kills and %d at a start: %d deliveries accepted, %d executions, %d task runs, %d of them again after a kill", *kills, starts,
		len(l.answered), l.executions, l.runs, l.resubmitted)
	if strings.Contains(s.Output(), killKey) {
		t.Error("the server has said the key")
	}
}

// wait lets at most that time pass.
func wait(random *rand.Rand, most time.Duration) {
	<-time.After(time.Duration(random.Int64N(int64(most))))
}

// killAtStart starts the program of a server and kills it before it may have come to serve.
func killAtStart(t *testing.T, s *harness.Server, random *rand.Rand) {
	t.Helper()
	c := s.Command("run", "--config", "Caddyfile")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	wait(random, 400*time.Millisecond)
	if err := c.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = c.Wait() // it was killed
}

// load sends deliveries to whatever server there is.
type load struct {
	t       *testing.T
	server  atomic.Pointer[harness.Server]
	sending sync.WaitGroup
	stop    chan struct{}
	mu      sync.Mutex

	answered                      map[string]string // ids of executions by those of deliveries
	executions, runs, resubmitted int
}

// send sends one delivery after the other until the load is stopped.
func (l *load) send(sender int) {
	for n := 0; ; n++ {
		select {
		case <-l.stop:
			return
		default:
		}
		l.deliver(fmt.Sprintf("%d-%d", sender, n), killFlows[n%len(killFlows)].id)
	}
}

// deliver sends a delivery until it is answered with 200.
func (l *load) deliver(id, flow string) {
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		r, err := http.NewRequest(http.MethodPost, l.server.Load().URL("/api/v1/executions/webhook/company.team/"+flow+"/"+killKey), strings.NewReader(`{"id":"`+id+`"}`))
		if err != nil {
			l.t.Error(err)
			return
		}
		r.Header.Set("X-Delivery", id)
		answer, err := client.Do(r)
		if err != nil {
			continue // the server was killed, or starts
		}
		_ = answer.Body.Close()
		switch answer.StatusCode {
		case http.StatusOK, http.StatusAccepted:
			l.mu.Lock()
			l.answered[id] = answer.Header.Get("X-Kestra-Execution-Id")
			l.mu.Unlock()
			return
		case http.StatusServiceUnavailable:
		default:
			l.t.Errorf("delivery %s of %s: %s", id, flow, answer.Status)
			return
		}
	}
}

// check looks at all executions after the end.
func (l *load) check(s *harness.Server, calls *calls) {
	t := l.t
	t.Helper()
	accepted := map[string]bool{}
	for delivery, id := range l.answered {
		if id == "" || accepted[id] {
			t.Errorf("delivery %s has execution %q", delivery, id)
		}
		accepted[id] = true
	}
	of := map[string]string{} // executions that a webhook has started, by delivery
	for before := int64(0); ; {
		page, next := listedPage(t, s, fmt.Sprintf("limit=1000&before=%d", cmp.Or(before, 1<<53)))
		for _, e := range page {
			l.executions++
			x := shown(t, s, e.ID)
			if x.State.Current != "SUCCESS" {
				t.Errorf("execution %s of %s is %s", e.ID, e.FlowID, x.State.Current)
			}
			l.checkRuns(&x, calls)
			if x.Trigger.Variables.Body.ID == "" { // a task has started it
				continue
			}
			if first := of[x.Trigger.Variables.Body.ID]; first != "" {
				t.Errorf("delivery %s has run as %s and %s", x.Trigger.Variables.Body.ID, first, e.ID)
			}
			of[x.Trigger.Variables.Body.ID] = e.ID
			delete(accepted, e.ID)
		}
		if before = next; next == 0 {
			break
		}
	}
	for id := range accepted {
		t.Errorf("accepted execution %s is lost", id)
	}
}

// checkRuns compares the attempts of task runs with the calls that they made.
func (l *load) checkRuns(x *executionShown, calls *calls) {
	t := l.t
	for _, r := range x.TaskRunList {
		l.runs++
		if len(r.Attempts) == 0 {
			continue
		}
		ends := map[string]int{}
		for _, a := range r.Attempts {
			ends[a.State.Current]++
		}
		last, failed := r.Attempts[len(r.Attempts)-1].State.Current, 0
		if r.TaskID == "flaky" {
			failed = 2
		}
		if last != "SUCCESS" || ends["SUCCESS"] != 1 || ends["FAILED"] > failed || ends["SUCCESS"]+ends["FAILED"]+ends["RESUBMITTED"] != len(r.Attempts) {
			t.Errorf("attempts of %s in %s, the last of which is %s: %v", r.TaskID, x.ID, last, ends)
		}
		l.resubmitted += ends["RESUBMITTED"]
		if n := calls.of(r.ID); n > len(r.Attempts) || n == 0 && strings.HasPrefix(r.TaskID, "call") {
			t.Errorf("task run %s (%s) of %s has %d attempts, and has called %d times", r.ID, r.TaskID, x.ID, len(r.Attempts), n)
		}
	}
}
