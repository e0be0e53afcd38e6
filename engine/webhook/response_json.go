package webhook

import (
	"strconv"
	"strings"

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
	if url := ExecutionURL(baseURL, s); url != "" {
		dst = append(dst, `,"url":`...)
		dst = appendString(dst, url)
	}
	return append(dst, '}')
}

// ExecutionURL returns where Kestra shows an execution, of a server with a base URL; empty without one.
func ExecutionURL(baseURL string, s *execution.State) string {
	if baseURL == "" {
		return ""
	}
	return strings.TrimRight(baseURL, "/") + "/ui/" + flow.Tenant + "/executions/" + s.Namespace + "/" + s.FlowID + "/" + s.ID
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
		dst = value.AppendInstant(dst, t.At)
		dst = append(dst, `"}`...)
	}
	dst = append(dst, ']')
	if end := h.End(); !end.IsZero() {
		dst = append(dst, `,"duration":"`...)
		dst = value.AppendDuration(dst, h.Duration())
		dst = append(dst, `","endDate":"`...)
		dst = value.AppendInstant(dst, end)
		dst = append(dst, '"')
	}
	dst = append(dst, `,"startDate":"`...)
	dst = value.AppendInstant(dst, h.Start())
	return append(dst, `"}`...)
}

func appendString(dst []byte, s string) []byte { return value.AppendJSON(dst, value.String(s)) }
