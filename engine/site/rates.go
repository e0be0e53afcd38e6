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
}

// What one trigger counts apart takes about 300 bytes each. When there is too much of it, what came longest ago is forgotten: a sender
// that makes up keys hurts that trigger alone.
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
	b := r.bucket(name, key)
	reserved := b.limiter.ReserveN(now, 1)
	if wait = reserved.DelayFrom(now); wait > 0 {
		reserved.CancelAt(now)
		return wait, false
	}
	return 0, true
}

func (r *Rates) bucket(name rateName, key string) *bucket {
	if r.of == nil {
		r.of = make(map[rateName]*keyed)
	}
	k := r.of[name]
	if k == nil {
		k = &keyed{buckets: make(map[string]*list.Element), used: list.New()}
		r.of[name] = k
	}
	if e := k.buckets[key]; e != nil {
		k.used.MoveToFront(e)
		return e.Value.(*bucket)
	}
	if k.used.Len() >= maxRateKeys {
		oldest := k.used.Remove(k.used.Back()).(*bucket)
		delete(k.buckets, oldest.key)
	}
	every := rate.Every(name.window / time.Duration(name.limit))
	b := &bucket{key, rate.NewLimiter(every, name.limit)}
	k.buckets[key] = k.used.PushFront(b)
	return b
}
