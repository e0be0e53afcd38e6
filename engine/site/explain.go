package site

import (
	"errors"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/condition"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// These lines tell the operator, at debug level, what callers must not learn: which condition was not met, and which part
// of a URL is unknown. At other levels nothing is looked up for them.

// debugs reports whether the site's log has lines of debug level.
func (s *Site) debugs() bool { return s.options.Logger.Core().Enabled(zap.DebugLevel) }

// explainMiss logs which part of a URL is unknown. It names the parts that exist and never the unknown one, which may be the
// key.
func (s *Site) explainMiss(r *webhook.Request, outcome webhook.Outcome) {
	if outcome != webhook.OutcomeUnknown && outcome != webhook.OutcomeMalformed || !s.debugs() {
		return
	}
	const message = "no webhook has this URL"
	if r.Malformed {
		s.options.Logger.Debug(message, zap.String("missing", "a namespace, a flow and a key, none of them empty"))
		return
	}
	if r.Token != "" {
		s.options.Logger.Debug("no status has this URL", zap.String("missing", "an execution that the token is for"))
		return
	}
	miss := s.index.Missing(r.Target)
	fields := []zap.Field{zap.String("missing", string(miss))}
	if miss != webhook.MissNamespace {
		fields = append(fields, zap.String("namespace", r.Target.Namespace))
		if miss != webhook.MissFlow {
			fields = append(fields, zap.String("flow", r.Target.FlowID))
		}
	}
	s.options.Logger.Debug(message, fields...)
}

// failureFields says which condition failed, where it stands in the flow, and by what.
func failureFields(err error) []zap.Field {
	fields := []zap.Field{zap.String("reason", webhook.ErrorReason(err))}
	if at, ok := errors.AsType[*condition.PlacedError](err); ok {
		fields = append(fields, zap.String("condition", at.Path), zap.String("type", at.Type))
		err = at.Err
	}
	return append(fields, zap.Error(err))
}

// explainUnmet says which condition did not hold: where it stands, and the expression.
func (c *call) explainUnmet(where string, expression func() string) {
	if c.site.debugs() {
		c.log().Debug("a condition is not met", zap.String("condition", where), zap.String("expression", expression()))
	}
}
