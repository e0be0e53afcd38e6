package engine

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/show"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// EntryQuery says which lines of a log [Engine.Entries] returns. Empty members do not restrict.
type EntryQuery struct {
	Level   task.Level // and not those below it
	TaskID  string
	RunID   string
	Attempt int32 // from 0; -1: of any
}

func (q *EntryQuery) has(l *execution.LogLine) bool {
	level, err := task.ParseLevel(l.Level)
	return (err != nil || level >= q.Level) && (q.TaskID == "" || q.TaskID == l.Task) && (q.RunID == "" || q.RunID == l.Run) &&
		(q.Attempt < 0 || l.Run != "" && q.Attempt == l.Attempt)
}

// Entries returns the lines of an execution's log, the oldest first; there may be [ErrFoundLarge] too many.
func (e *Engine) Entries(ctx context.Context, s *execution.State, q EntryQuery) (found *Found, err error) {
	found = &Found{claim: e.admission.Claim(shownFlow)}
	defer func(claim *admission.Claim) {
		if err != nil {
			claim.Release()
		}
	}(found.claim)
	size := 0
	for after := int64(0); ; {
		lines, err := e.Logs(ctx, s.ID, after, linesAtOnce)
		if err != nil || len(lines) == 0 {
			return found, err
		}
		for i := range lines {
			l := &lines[i]
			if after = l.Seq; !q.has(l) {
				continue
			}
			text, err := EncodeJSON(show.EntryOf(s.Namespace, s.FlowID, l))
			if err == nil {
				err = found.claim.Take(int64(2 * len(text)))
			}
			if size += len(text); err == nil && size > MaxFoundBytes {
				err = ErrFoundLarge
			}
			if err != nil {
				return nil, err
			}
			found.Results = append(found.Results, text)
			found.Total++
		}
	}
}
