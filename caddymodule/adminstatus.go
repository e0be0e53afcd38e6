package caddymodule

import (
	"runtime/debug"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// adminStatus is what a server says of itself.
type adminStatus struct {
	Version   string         `json:"version"`
	Store     adminStore     `json:"store"`
	UnderWay  int            `json:"underWay"`
	Pending   int            `json:"pending"`  // accepted, and to begin or to go on when there is a place
	Capacity  int            `json:"capacity"` // how many may be under way
	Flows     []adminFlow    `json:"flows"`
	Errors    []adminFinding `json:"errors"`
	StartedAt time.Time      `json:"startedAt"`
}

type adminStore struct {
	Kind       string `json:"kind"`
	Path       string `json:"path,omitempty"`
	Durable    bool   `json:"durable"`
	Bytes      int64  `json:"bytes"`      // about how many it takes
	Executions int64  `json:"executions"` // how many it keeps
}

// adminFlow is a flow that sites serve.
type adminFlow struct {
	Namespace string `json:"namespace"`
	ID        string `json:"id"`
	Revision  int    `json:"revision"`
	File      string `json:"file"`
	Disabled  bool   `json:"disabled"`
}

// adminFinding is what is wrong with a flow, or may be.
type adminFinding struct {
	File           string `json:"file"`
	Line           int    `json:"line"`
	Column         int    `json:"column"`
	Message        string `json:"message"`
	Severity       string `json:"severity"`
	ServesRevision int    `json:"servesRevision"` // the revision of its flow that goes on serving; 0: none
}

// showStatus answers with what the server says of itself.
func showStatus(c *adminCall) error {
	if err := c.query.end(); err != nil {
		return err
	}
	kept, err := c.engine.Stats(c.request.Context())
	if err != nil {
		return err
	}
	usage := c.engine.Usage()
	status := adminStatus{
		Version:  moduleVersion(),
		Store:    adminStore{kept.Kind, kept.Path, kept.Durable, kept.Bytes, kept.Executions},
		UnderWay: usage.UnderWay, Pending: usage.Pending, Capacity: c.engine.Capacity(),
		Flows:     []adminFlow{},
		Errors:    shownFindings(c.app.FlowFindings()),
		StartedAt: c.engine.started.UTC(),
	}
	for _, f := range c.app.ServedFlows() {
		status.Flows = append(status.Flows, adminFlow{f.Namespace, f.ID, f.Revision, f.Source.Name, f.Disabled})
	}
	return c.answer(status)
}

// reloadFlows reads the files of flows again, and answers with what is wrong with them when they serve.
func reloadFlows(c *adminCall) error {
	if err := c.query.end(); err != nil {
		return err
	}
	found, err := c.app.ReloadFlows(c.request.Context())
	if err != nil {
		return err
	}
	return c.answer(struct {
		Errors []adminFinding `json:"errors"`
	}{shownFindings(found)})
}

func shownFindings(found []FlowFinding) []adminFinding {
	shown := make([]adminFinding, len(found))
	for i, f := range found {
		shown[i] = adminFinding{
			Line: f.Pos.Line, Column: f.Pos.Column, Message: f.Message, Severity: "error", ServesRevision: f.ServesRevision,
		}
		if f.Pos.Source != nil {
			shown[i].File = f.Pos.Source.Name
		}
		if f.Path != "" {
			shown[i].Message = f.Path + ": " + f.Message
		}
		if f.Severity == flow.SeverityWarning {
			shown[i].Severity = "warning"
		}
	}
	return shown
}

// modulePath is the path of this module.
const modulePath = "github.com/caddy-kestra/kestra-webhook"

// moduleVersion returns the version of this module that the program was built with.
func moduleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if info.Main.Path == modulePath {
		return info.Main.Version
	}
	for _, m := range info.Deps {
		if m.Path == modulePath {
			return m.Version
		}
	}
	return "unknown"
}
