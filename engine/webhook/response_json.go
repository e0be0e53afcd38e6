package webhook

import (
	"strconv"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// appendWebhookResponse appends Kestra's WebhookResponse. Empty outputs and, without a base URL, the url are left out.
func appendWebhookResponse(dst []byte, s *execution.State, baseURL string) []byte {
	dst = append(dst, `{"tenantId":"`+flow.Tenant+`","id":`...)
	dst = appendString(dst, s.ID)
	dst = append(dst, `,"namespace":`...)
	dst = appendString(dst, s.Namespace)
	dst = append(dst, `,"flowId":`...)
	dst = appendString(dst, s.FlowID)
	dst = append(dst, `,"flowRevision":`...)
	dst = strconv.AppendInt(dst, int64(s.Revision), 10)
	dst = append(dst, `,"trigger":{"id":`...)
	dst = appendString(dst, s.Trigger.ID)
	dst = append(dst, `,"type":`...)
	dst = appendString(dst, s.Trigger.Type)
	dst = append(dst, `,"variables":`...)
	dst = append(dst, s.Trigger.Variables.JSON...)
	dst = append(dst, '}')
	if len(s.Outputs.JSON) > len("{}") {
		dst = append(dst, `,"outputs":`...)
		dst = append(dst, s.Outputs.JSON...)
	}
	dst = append(dst, `,"labels":[`...)
	for i, l := range s.Labels {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"key":`...)
		dst = appendString(dst, l.Key)
		dst = append(dst, `,"value":`...)
		dst = appendString(dst, l.Value)
		dst = append(dst, '}')
	}
	dst = append(dst, `],"state":`...)
	dst = appendState(dst, s.History)
	if baseURL != "" {
		dst = append(dst, `,"url":`...)
		dst = appendString(dst, strings.TrimRight(baseURL, "/")+"/ui/"+flow.Tenant+"/executions/"+s.Namespace+"/"+s.FlowID+"/"+s.ID)
	}
	return append(dst, '}')
}

// appendState appends the member `state`. It has duration and endDate only when the execution has ended.
func appendState(dst []byte, h execution.History) []byte {
	dst = append(dst, `{"current":"`...)
	dst = append(dst, h.Current()...)
	dst = append(dst, `","histories":[`...)
	for i, t := range h {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"state":"`...)
		dst = append(dst, t.Status...)
		dst = append(dst, `","date":"`...)
		dst = appendInstant(dst, t.At)
		dst = append(dst, `"}`...)
	}
	dst = append(dst, ']')
	if end := h.End(); !end.IsZero() {
		dst = append(dst, `,"duration":"`...)
		dst = appendDuration(dst, h.Duration())
		dst = append(dst, `","endDate":"`...)
		dst = appendInstant(dst, end)
		dst = append(dst, '"')
	}
	dst = append(dst, `,"startDate":"`...)
	dst = appendInstant(dst, h.Start())
	return append(dst, `"}`...)
}

// appendInstant appends a time as Java's Instant prints it: UTC, with 0, 3, 6 or 9 digits of the second.
func appendInstant(dst []byte, t time.Time) []byte {
	layout := "2006-01-02T15:04:05.000000000Z"
	switch ns := t.Nanosecond(); {
	case ns == 0:
		layout = "2006-01-02T15:04:05Z"
	case ns%1_000_000 == 0:
		layout = "2006-01-02T15:04:05.000Z"
	case ns%1_000 == 0:
		layout = "2006-01-02T15:04:05.000000Z"
	}
	return t.UTC().AppendFormat(dst, layout)
}

// appendDuration appends a duration as Java prints it, as in PT1H2M3.5S.
func appendDuration(dst []byte, d time.Duration) []byte {
	if d <= 0 {
		return append(dst, "PT0S"...)
	}
	dst = append(dst, "PT"...)
	if h := d / time.Hour; h > 0 {
		dst = append(strconv.AppendInt(dst, int64(h), 10), 'H')
		d %= time.Hour
	}
	if m := d / time.Minute; m > 0 {
		dst = append(strconv.AppendInt(dst, int64(m), 10), 'M')
		d %= time.Minute
	}
	if d > 0 {
		dst = append(strconv.AppendFloat(dst, d.Seconds(), 'f', -1, 64), 'S')
	}
	return dst
}

func appendString(dst []byte, s string) []byte { return value.AppendJSON(dst, value.String(s)) }
