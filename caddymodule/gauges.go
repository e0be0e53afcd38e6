package caddymodule

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// gauge is a metric that is looked up, in what a T says, whenever somebody asks for the metrics.
type gauge[T any] struct {
	desc *prometheus.Desc
	of   func(now *T) int64
}

// newGauge returns a gauge without labels.
func newGauge[T any](name, help string, of func(now *T) int64) gauge[T] {
	return gauge[T]{prometheus.NewDesc(metricsPrefix+name, help, nil, nil), of}
}

func (g gauge[T]) collect(metrics chan<- prometheus.Metric, now *T) {
	metrics <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, float64(g.of(now)))
}

// gauges collects what an engine has at hand, and what its store keeps.
type gauges struct {
	engine *engine.Engine
	inUse  []gauge[engine.Usage]
	kept   []gauge[engine.StoreStats]
}

func newGauges(e *engine.Engine) *gauges {
	return &gauges{
		engine: e,
		inUse: []gauge[engine.Usage]{
			newGauge("executions_under_way", "Executions that are under way, of which there may be as many as the option capacity says.",
				func(u *engine.Usage) int64 { return int64(u.UnderWay) }),
			newGauge("executions_pending", "Executions that were accepted and wait for their turn, of which there may be as many as the options max_pending and capacity say.",
				func(u *engine.Usage) int64 { return int64(u.Pending) }),
			newGauge("executions_parked", "Executions that wait for a time, somebody to resume them, another execution or a place of concurrency.",
				func(u *engine.Usage) int64 { return int64(u.Parked) }),
			newGauge("tasks_running", "Tasks that reach outside and run, of which there may be as many as the option workers says, and beside them half as many that hand requests on.",
				func(u *engine.Usage) int64 { return int64(u.Running) }),
			newGauge("tasks_waiting", "Tasks that reach outside and wait for a worker.",
				func(u *engine.Usage) int64 { return int64(u.Waiting) }),
			newGauge("memory_bytes", "Memory that requests, evaluations and executions take, of that which the option memory_limit gives.",
				func(u *engine.Usage) int64 { return u.Memory }),
		},
		kept: []gauge[engine.StoreStats]{
			newGauge("store_size_bytes", "Size of the store: of its file and what is beside it, or of what it has in memory of executions that have ended.",
				func(s *engine.StoreStats) int64 { return s.Bytes }),
			newGauge("store_executions", "Executions that the store keeps.",
				func(s *engine.StoreStats) int64 { return s.Executions }),
			newGauge("store_executions_unfinished", "Executions that the store keeps and that have not ended.",
				func(s *engine.StoreStats) int64 { return s.Unfinished }),
		},
	}
}

// Describe implements [prometheus.Collector].
func (g *gauges) Describe(descs chan<- *prometheus.Desc) {
	for _, one := range g.inUse {
		descs <- one.desc
	}
	for _, one := range g.kept {
		descs <- one.desc
	}
}

// Collect implements [prometheus.Collector]. Without an answer of the store there are those gauges that need none.
func (g *gauges) Collect(metrics chan<- prometheus.Metric) {
	usage := g.engine.Usage()
	for _, one := range g.inUse {
		one.collect(metrics, &usage)
	}
	kept, err := g.engine.Stats(context.Background())
	if err != nil {
		return
	}
	for _, one := range g.kept {
		one.collect(metrics, &kept)
	}
}
