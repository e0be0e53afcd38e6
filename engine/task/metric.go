package task

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// metricTypes are Kestra's types of metrics.
var metricTypes = []string{"counter", "timer", "gauge"}

// MetricLine prints a metric: a map with type, name and value, and maybe tags and a description.
func MetricLine(m *value.Map) (string, error) {
	member := func(name string) string {
		v, _ := m.Get(name)
		return value.Text(v)
	}
	kind, name, number := member("type"), member("name"), member("value")
	switch _, isNumber := value.ParseNumber(number); {
	case !slices.Contains(metricTypes, kind):
		return "", fmt.Errorf("type %q is none of %s", kind, strings.Join(metricTypes, ", "))
	case name == "":
		return "", errors.New("name is missing")
	case kind == "timer":
		d, err := flow.ParseSeconds(number)
		if err != nil {
			return "", fmt.Errorf("value %w", err)
		}
		number = string(value.AppendDuration(nil, max(d, time.Duration(0))))
	case !isNumber:
		return "", errors.New("value must be a number")
	}
	line := kind + " " + name + " = " + number
	if tags, _ := m.Get("tags"); tags.Map().Len() > 0 {
		line += " " + value.JSON(tags)
	}
	if description := member("description"); description != "" {
		line += " (" + description + ")"
	}
	return line, nil
}
