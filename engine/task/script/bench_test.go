//go:build unix

package script_test

import (
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/process"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/script"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// BenchmarkTrue runs the command true as a task and by itself, in turns, and says how much longer the task takes.
func BenchmarkTrue(b *testing.B) {
	for name, o := range map[string]process.Options{"plain": {}, "limited": {FileSize: 1 << 30, Memory: 1 << 30}} {
		b.Run(name, func(b *testing.B) {
			services, _ := served(b, o)
			c, found := tasktest.Load(b, script.Specs(script.Options{}), `{type: io.kestra.plugin.scripts.shell.Commands, commands: ['true']}`)
			if len(found) > 0 {
				b.Fatal(found)
			}
			at := &task.Context{
				Pebble: &pebble.Context{Vars: value.NewMap(0), Now: tasktest.Now}, Origin: tasktest.Origin, Services: services,
			}
			var alone, asTask time.Duration
			for b.Loop() {
				began := time.Now()
				if err := exec.CommandContext(context.Background(), "/bin/sh", "-c", "set -e\ntrue").Run(); err != nil {
					b.Fatal(err)
				}
				between := time.Now()
				if _, err := c.Compiled.(task.Task).Run(context.Background(), at); err != nil {
					b.Fatal(err)
				}
				alone, asTask = alone+between.Sub(began), asTask+time.Since(between)
			}
			n := float64(b.N) * float64(time.Millisecond)
			b.ReportMetric(float64(alone)/n, "ms-exec")
			b.ReportMetric(float64(asTask)/n, "ms-task")
			b.ReportMetric(float64(asTask-alone)/n, "ms-more")
			b.ReportMetric(0, "ns/op")
		})
	}
}
