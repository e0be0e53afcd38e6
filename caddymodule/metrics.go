package caddymodule

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// metricsPrefix is how the names of all metrics begin.
const metricsPrefix = "kestra_webhook_"

// unknownFlow is the namespace and the flow of requests that no trigger matches: what stands in their URLs would make as many series
// as senders like. No flow has this name.
const unknownFlow = "_unknown"

// nativeBuckets is by how much a bucket of a native histogram is wider than the one before it, and mostNative how many there may be.
const (
	nativeBuckets = 1.1
	mostNative    = 160
)

// metrics counts what an engine does, and the requests of all sites on it. It implements [engine.Observer]. Counts go on as long as
// the engine does; each configuration has a registry of its own in which they are registered.
type metrics struct {
	requests         *prometheus.CounterVec
	requestSeconds   *prometheus.HistogramVec
	created          *prometheus.CounterVec
	ended            *prometheus.CounterVec
	executionSeconds *prometheus.HistogramVec
	commitWrites     prometheus.Histogram
	commitSeconds    prometheus.Histogram

	mu    sync.RWMutex
	flows map[flowName]*flowMetrics // that were asked for
}

type flowName struct{ namespace, id string }

var _ engine.Observer = (*metrics)(nil)

func newMetrics() *metrics {
	ofFlow := func(more ...string) []string { return append([]string{"namespace", "flow"}, more...) }
	return &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: metricsPrefix + "requests_total",
			Help: "Requests to webhook URLs, by what became of them. Those that no trigger matches count for the flow " + unknownFlow + ".",
		}, ofFlow("outcome")),
		requestSeconds: prometheus.NewHistogramVec(histogram("request_duration_seconds",
			"Time from the headers of a request to the end of its answer, with the wait for the execution if there was one.",
			0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60), ofFlow()),
		created: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: metricsPrefix + "executions_created_total",
			Help: "Executions that were accepted, those that tasks have started among them.",
		}, ofFlow()),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: metricsPrefix + "executions_ended_total",
			Help: "Executions that have ended, by their last state.",
		}, ofFlow("state")),
		executionSeconds: prometheus.NewHistogramVec(histogram("execution_duration_seconds",
			"Time from the creation of an execution to its end, pauses included.",
			0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 21600, 86400), ofFlow()),
		commitWrites: prometheus.NewHistogram(histogram("store_commit_writes",
			"Writes that the store has committed together. None with the memory store.",
			1, 2, 4, 8, 16, 32, 64, 128, 256)),
		commitSeconds: prometheus.NewHistogram(histogram("store_commit_duration_seconds",
			"Time that the store took to commit writes together, until they were on disk. None with the memory store.",
			0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)),
		flows: map[flowName]*flowMetrics{},
	}
}

// histogram returns the options of a histogram with these buckets, which is a native one as well for those who ask for that.
func histogram(name, help string, buckets ...float64) prometheus.HistogramOpts {
	return prometheus.HistogramOpts{
		Name: metricsPrefix + name, Help: help, Buckets: buckets,
		NativeHistogramBucketFactor: nativeBuckets, NativeHistogramMaxBucketNumber: mostNative, NativeHistogramMinResetDuration: time.Hour,
	}
}

// register makes the counts those of a configuration.
func (m *metrics) register(r prometheus.Registerer) error {
	for _, c := range []prometheus.Collector{
		m.requests, m.requestSeconds, m.created, m.ended, m.executionSeconds, m.commitWrites, m.commitSeconds,
	} {
		if err := r.Register(c); err != nil {
			return err
		}
	}
	return nil
}

// request counts a request that took so long. There are no metrics when the store could not be opened.
func (m *metrics) request(r *webhook.Response, took time.Duration) {
	if m == nil {
		return
	}
	name := flowName{r.Namespace, r.FlowID}
	if name.id == "" {
		name = flowName{unknownFlow, unknownFlow}
	}
	f := m.flow(name)
	f.requests.of(string(r.Outcome)).Inc()
	f.requestSeconds.Observe(took.Seconds())
}

// ExecutionCreated implements [engine.Observer].
func (m *metrics) ExecutionCreated(namespace, flowID string) {
	m.flow(flowName{namespace, flowID}).created.Inc()
}

// ExecutionEnded implements [engine.Observer].
func (m *metrics) ExecutionEnded(namespace, flowID, state string, took time.Duration) {
	f := m.flow(flowName{namespace, flowID})
	f.ended.of(state).Inc()
	f.executionSeconds.Observe(took.Seconds())
}

// Committed implements [engine.Observer].
func (m *metrics) Committed(writes int, took time.Duration) {
	m.commitWrites.Observe(float64(writes))
	m.commitSeconds.Observe(took.Seconds())
}

// flow returns the metrics of a flow. Only flows that are or were loaded have some, and what stands for those that are not.
func (m *metrics) flow(name flowName) *flowMetrics {
	m.mu.RLock()
	f := m.flows[name]
	m.mu.RUnlock()
	if f != nil {
		return f
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if f = m.flows[name]; f == nil {
		labels := prometheus.Labels{"namespace": name.namespace, "flow": name.id}
		f = &flowMetrics{
			requests:         counters{vec: m.requests.MustCurryWith(labels)},
			requestSeconds:   m.requestSeconds.With(labels),
			created:          m.created.With(labels),
			ended:            counters{vec: m.ended.MustCurryWith(labels)},
			executionSeconds: m.executionSeconds.With(labels),
		}
		m.flows[name] = f
	}
	return f
}

// flowMetrics are the series of one flow: to find them by their labels each time would cost more than to count.
type flowMetrics struct {
	requests         counters // by outcome
	requestSeconds   prometheus.Observer
	created          prometheus.Counter
	ended            counters // by state
	executionSeconds prometheus.Observer
}

// counters are those of a flow that differ in one label.
type counters struct {
	vec *prometheus.CounterVec
	mu  sync.RWMutex
	all map[string]prometheus.Counter // that were asked for, by the label
}

func (c *counters) of(label string) prometheus.Counter {
	c.mu.RLock()
	found := c.all[label]
	c.mu.RUnlock()
	if found != nil {
		return found
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = map[string]prometheus.Counter{}
	}
	c.all[label] = c.vec.WithLabelValues(label)
	return c.all[label]
}
