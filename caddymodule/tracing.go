package caddymodule

import (
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// The attribute http.route of requests with the right key, or token, by OpenTelemetry's conventions: the path without what differs.
const (
	webhookRoute = "/api/v1/executions/webhook/{namespace}/{flowId}/{key}"
	statusRoute  = "/api/v1/executions/webhook/{namespace}/{flowId}/-/{token}"
)

// tellSpan says in the span of a request, which `tracing` has begun, what became of it.
func tellSpan(r *http.Request, request *webhook.Request, response *webhook.Response) {
	span := trace.SpanFromContext(r.Context())
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(attribute.String("kestra.outcome", string(response.Outcome)))
	if response.FlowID != "" {
		route := webhookRoute
		if request.Token != "" {
			route = statusRoute
		}
		span.SetAttributes(
			attribute.String("http.route", route),
			attribute.String("kestra.namespace", response.Namespace),
			attribute.String("kestra.flow", response.FlowID),
		)
	}
	if response.ExecutionID != "" {
		span.SetAttributes(attribute.String("kestra.execution", response.ExecutionID))
	}
}
