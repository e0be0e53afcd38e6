package site

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// Rates counts the requests of triggers that have a limit. It outlives sites, so that a reload lets nobody begin anew.
type Rates struct {
	mu sync.Mutex
	of map[rateName]*keyed
}

// rateName names a limit: one that is changed begins anew.
type rateName struct {
	namespace, flow, trigger string
	limit                    int
	window                   time.Duration
}

// keyed has the requests of one trigger, by what is counted apart.
type keyed struct {
	buckets map[string]*list.Element // of *bucket
	used    *list.List               // of *bucket, the one that was used last first
}

type bucket struct {
	key     string
	limiter *rate.Limiter
	used    time.Time // last
}

// What one trigger counts apart takes about 300 bytes each. What was not used for its window is as good as new, and forgotten when
// another one comes. When there is still too much of it, what came longest ago is forgotten: a sender that makes up keys hurts that trigger
// alone.
const (
	maxRateKeys = 10_000
	maxRateKey  = 256 // bytes of a key that count
)

// Take counts a request. If it is one too many, it returns how long to wait for the next one.
func (r *Rates) Take(t *webhook.Trigger, key string, now time.Time) (wait time.Duration, ok bool) {
	limit := t.RateLimit()
	name := rateName{t.Flow.Namespace, t.Flow.ID, t.ID(), limit.Limit, limit.Window}
	if len(key) > maxRateKey {
		key = key[:maxRateKey]
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.bucket(name, key, now)
	b.used = now
	reserved := b.limiter.ReserveN(now, 1)
	if wait = reserved.DelayFrom(now); wait > 0 {
		reserved.CancelAt(now)
		return wait, false
	}
	return 0, true
}

func (r *Rates) bucket(name rateName, key string, now time.Time) *bucket {
	if r.of == nil {
		r.of = make(map[rateName]*keyed)
	}
	k := r.of[name]
	if k == nil {
		r.forget(now)
		k = &keyed{buckets: make(map[string]*list.Element), used: list.New()}
		r.of[name] = k
	}
	if e := k.buckets[key]; e != nil {
		k.used.MoveToFront(e)
		return e.Value.(*bucket)
	}
	k.forget(name.window, now, maxRateKeys-1)
	every := rate.Every(name.window / time.Duration(name.limit))
	b := &bucket{key: key, limiter: rate.NewLimiter(every, name.limit)}
	k.buckets[key] = k.used.PushFront(b)
	return b
}

// forget forgets the limits that are as good as new, so that those of triggers that were changed or removed do not stay.
func (r *Rates) forget(now time.Time) {
	for name, k := range r.of {
		if k.forget(name.window, now, maxRateKeys); k.used.Len() == 0 {
			delete(r.of, name)
		}
	}
}

// forget forgets what is as good as new, and more of what came longest ago until there are no more than most.
func (k *keyed) forget(window time.Duration, now time.Time, most int) {
	for e := k.used.Back(); e != nil; e = k.used.Back() {
		b := e.Value.(*bucket)
		if k.used.Len() <= most && b.used.Add(window).After(now) {
			return
		}
		k.used.Remove(e)
		delete(k.buckets, b.key)
	}
}
