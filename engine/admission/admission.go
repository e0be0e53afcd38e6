package admission

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// The refusals of a [Controller], to be tested with errors.Is. [IsFull] reports any of them.
var (
	ErrMemory = errors.New("memory for requests is short")
	ErrPlaces = errors.New("too many executions are under way")
	ErrGate   = errors.New("too many evaluations are waiting")
)

// IsFull reports whether err is a refusal of this package: later the same may be possible.
func IsFull(err error) bool {
	return errors.Is(err, ErrMemory) || errors.Is(err, ErrPlaces) || errors.Is(err, ErrGate)
}

// Limits are what a [Controller] has to give. Zero fields take their defaults.
type Limits struct {
	Memory      int64         // bytes of the account; default [DefaultMemory]
	Places      int           // executions under way at once; default [DefaultPlaces]
	Evaluations int           // evaluations that run at once; default one more than GOMAXPROCS
	Wait        time.Duration // how long an evaluation of a request waits to begin and runs at most; default [DefaultWait]
	Share       int           // percent of memory and places that one flow may take beside others; default [DefaultShare]
}

// The defaults of [Limits].
const (
	DefaultMemory = 256 << 20 // bytes
	DefaultPlaces = 10_000
	DefaultWait   = 3 * time.Second
	DefaultShare  = 50 // percent
)

// MinMemory is the smallest account that leaves room for one evaluation at its own limit, in bytes.
const MinMemory = 64 << 20

func (l *Limits) fill() {
	if l.Memory <= 0 {
		l.Memory = DefaultMemory
	}
	if l.Places <= 0 {
		l.Places = DefaultPlaces
	}
	if l.Evaluations <= 0 {
		l.Evaluations = runtime.GOMAXPROCS(0) + 1
	}
	if l.Wait <= 0 {
		l.Wait = DefaultWait
	}
	if l.Share <= 0 {
		l.Share = DefaultShare
	}
}

// The parts of the account of memory, in eighths. The last one is left to what has ended and is kept in memory.
const (
	reserveParts = 3
	endedParts   = 1
	parts        = 8
)

// EndedMemory returns how many bytes of the account are for executions that have ended.
func (l Limits) EndedMemory() int64 {
	l.fill()
	return l.Memory * endedParts / parts
}

// RunMemory returns how many bytes the outputs of one execution may take. It does not depend on what else is under way,
// and fits into the reserve beside an evaluation.
func (l Limits) RunMemory() int64 {
	l.fill()
	return l.Memory / 4
}

// Controller shares memory, places and processors. Its methods may be called concurrently.
type Controller struct {
	gate gate

	mu      sync.Mutex
	limits  atomic.Pointer[Limits]
	memory  pool          // for claims that have not the reserve
	places  pool          // for executions
	over    int64         // bytes that the holder of the reserve has taken from it
	reserve chan struct{} // holds a token unless a claim has the reserve
	flows   map[string]*party
}

// Hold takes bytes that a flow's executions need in memory while nobody works with them, whatever is left; a negative number gives
// them back. While it holds some, the flow has its share less to ask for.
func (c *Controller) Hold(flow string, bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.party(flow)
	p.held += bytes
	p.memory += bytes
	c.memory.used += bytes
	c.leave(p)
}

// party returns a flow.
func (c *Controller) party(name string) *party {
	p := c.flows[name]
	if p == nil {
		p = &party{name: name}
		c.flows[name] = p
	}
	return p
}

// leave forgets a flow that has nothing any more.
func (c *Controller) leave(p *party) {
	if p.claims == 0 && p.held == 0 {
		delete(c.flows, p.name)
	}
}

// party is a flow that has a claim, or holds memory.
type party struct {
	name           string
	claims         int
	memory, places int64 // taken
	held           int64 // of memory, what no claim has
}

// New returns a controller.
func New(l Limits) *Controller {
	c := &Controller{flows: make(map[string]*party), reserve: make(chan struct{}, 1)}
	c.reserve <- struct{}{}
	c.gate.queue = NewQueue[*ticket]()
	c.Configure(l)
	return c
}

// Configure applies l; the last call wins. Lower limits hold for what is asked from now on.
func (c *Controller) Configure(l Limits) {
	l.fill()
	c.mu.Lock()
	c.limits.Store(&l)
	c.memory.configure(l.Memory*(parts-reserveParts-endedParts)/parts, l.Share)
	c.places.configure(int64(l.Places), l.Share)
	c.mu.Unlock()
	c.gate.configure(l.Evaluations)
}

// Limits returns the limits in force, with their defaults.
func (c *Controller) Limits() Limits { return *c.limits.Load() }

// Used returns the bytes and places that all claims hold together.
func (c *Controller) Used() (memory int64, places int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.memory.used + c.over, int(c.places.used)
}

// pool is an amount that flows share.
type pool struct {
	size   int64
	shared int64 // what one flow may take beside others
	alone  int64 // what one flow may take when there is no other
	used   int64
}

func (p *pool) configure(size int64, share int) {
	p.size = size
	p.shared = max(1, (size*int64(share)+99)/100)
	p.alone = max(p.shared, size-size/8)
}

// fits reports whether a flow that has taken own may take n more.
func (p *pool) fits(n, own int64, alone bool) bool {
	most := p.shared
	if alone {
		most = p.alone
	}
	return p.used+n <= p.size && own+n <= most
}
