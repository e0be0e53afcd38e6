package caddymodule

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// gauge is a metric that is looked up whenever somebody asks for the metrics.
type gauge struct {
	desc *prometheus.Desc
	of   func(u *engine.Usage) int64
}

// gauges collects what an engine has at hand.
type gauges struct {
	engine *engine.Engine
	all    []gauge
}

func newGauges(e *engine.Engine) *gauges {
	g := &gauges{engine: e}
	add := func(name, help string, of func(u *engine.Usage) int64) {
		g.all = append(g.all, gauge{prometheus.NewDesc(metricsPrefix+name, help, nil, nil), of})
	}
	add("executions_under_way", "Executions that are under way, of which there may be as many as the option capacity says.",
		func(u *engine.Usage) int64 { return int64(u.UnderWay) })
	add("executions_pending", "Executions that were accepted and wait for their turn, of which there may be as many as the options max_pending and capacity say.",
		func(u *engine.Usage) int64 { return int64(u.Pending) })
	add("executions_parked", "Executions that wait for a time, somebody to resume them, another execution or a place of concurrency.",
		func(u *engine.Usage) int64 { return int64(u.Parked) })
	add("tasks_running", "Tasks that reach outside and run, of which there may be as many as the option workers says.",
		func(u *engine.Usage) int64 { return int64(u.Running) })
	add("tasks_waiting", "Tasks that reach outside and wait for a worker.",
		func(u *engine.Usage) int64 { return int64(u.Waiting) })
	add("memory_bytes", "Memory that requests, evaluations and executions take, of that which the option memory_limit gives.",
		func(u *engine.Usage) int64 { return u.Memory })
	return g
}

// Describe implements [prometheus.Collector].
func (g *gauges) Describe(descs chan<- *prometheus.Desc) {
	for _, one := range g.all {
		descs <- one.desc
	}
}

// Collect implements [prometheus.Collector].
func (g *gauges) Collect(metrics chan<- prometheus.Metric) {
	usage := g.engine.Usage()
	for _, one := range g.all {
		metrics <- prometheus.MustNewConstMetric(one.desc, prometheus.GaugeValue, float64(one.of(&usage)))
	}
}
