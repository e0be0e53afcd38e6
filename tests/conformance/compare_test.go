package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// absent stands for a member that is not there.
const absent = "absent"

// compareAnswers returns what differs between Kestra's answer and ours.
func compareAnswers(kestra response, ours answer) []difference {
	if kestra.Connection != "" || kestra.Status != ours.status {
		return []difference{{"status", kestra.summary(), summary(ours.status, string(ours.body))}}
	}
	var found []difference
	if got, want := mediaType(ours.contentType), mediaType(kestra.header("Content-Type")); got != want {
		found = append(found, difference{"content type", want, got})
	}
	if kestra.BodyLength > 0 && (kestra.Body == "" || strings.HasSuffix(kestra.Body, cutOff)) {
		if d := len(ours.body) - kestra.BodyLength; !isError(object(string(ours.body))) && (d < -varying || d > varying) {
			found = append(found, difference{"length", strconv.Itoa(kestra.BodyLength), strconv.Itoa(len(ours.body))})
		}
		return found
	}
	theirs, mine := object(normaliseURIs(kestra.Body)), object(normaliseURIs(string(ours.body)))
	switch {
	case isError(theirs) && isError(mine):
		found = append(found, diff("message", theirs["message"], mine["message"])...)
		if got, want := members(mine), members(theirs); got != want {
			found = append(found, difference{"error members", want, got})
		}
	case theirs == nil || mine == nil || isError(theirs) != isError(mine):
		if kestra.Body != string(ours.body) {
			found = append(found, difference{"body", describe(kestra.Body), describe(string(ours.body))})
		}
	default:
		normalise(theirs)
		normalise(mine)
		found = append(found, diffObjects("", theirs, mine)...)
	}
	return found
}

const (
	cutOff  = "…(cut)" // is how a body ends that was not recorded as a whole
	varying = 64       // bytes: of ids and dates, which have as many characters as they need
)

// isError reports whether m is the body of an error, Kestra's or ours.
func isError(m map[string]any) bool {
	return m["message"] != nil && (m["_links"] != nil || len(m) == 1)
}

// summary returns Kestra's answer in a line, or why there was none.
func (r response) summary() string {
	if r.Connection != "" {
		return "none, " + r.Connection
	}
	return summary(r.Status, r.Body)
}

// summary returns an answer in a line: its status, and the message of an error.
func summary(status int, body string) string {
	switch m := object(body); {
	case status == nextHandler:
		return "the next handler's"
	case isError(m):
		return fmt.Sprintf("%d %s", status, m["message"])
	default:
		return fmt.Sprint(status)
	}
}

// describe returns a word for a body that cannot be compared by members.
func describe(body string) string {
	switch m := object(body); {
	case body == "":
		return "none"
	case isError(m):
		return fmt.Sprintf("the error %s", m["message"])
	case m["tenantId"] != nil:
		return "the execution"
	default:
		return shorten(body)
	}
}

func mediaType(contentType string) string {
	if contentType == "" {
		return absent
	}
	return strings.ToLower(contentType)
}

// compareExecutions returns what differs between the final executions.
func compareExecutions(kestra string, ours *execution.State, plan *execution.Plan) []difference {
	theirs := object(kestra)
	runs := []any{}
	names := map[any]any{} // ids of tasks by ids of task runs
	for _, run := range list(theirs["taskRunList"]) {
		run := run.(map[string]any)
		names[run["id"]] = run["taskId"]
		attempts := []any{}
		for _, a := range list(run["attempts"]) {
			attempts = append(attempts, current(a.(map[string]any)["state"]))
		}
		runs = append(runs, map[string]any{
			"taskId": run["taskId"], "parent": names[run["parentTaskRunId"]], "value": run["value"], "state": current(run["state"]),
			"attempts": attempts, "outputs": run["outputs"],
		})
	}
	mine := map[string]any{
		"id": ours.ID, "namespace": ours.Namespace, "flowId": ours.FlowID, "flowRevision": json.Number(fmt.Sprint(ours.Revision)),
		"state":   history(ours.History),
		"trigger": map[string]any{"id": ours.Trigger.ID, "type": ours.Trigger.Type, "variables": decode(ours.Trigger.Variables.JSON)},
	}
	if len(ours.Outputs.JSON) > len("{}") {
		mine["outputs"] = decode(ours.Outputs.JSON)
	}
	switch {
	case !ours.Variables.IsZero():
		mine["variables"] = decode(ours.Variables.JSON)
	case plan.Flow().Variables.Len() > 0:
		mine["variables"] = decode([]byte(value.JSON(value.FromMap(plan.Flow().Variables))))
	}
	if !ours.Inputs.IsZero() {
		mine["inputs"] = decode(ours.Inputs.JSON)
	}
	mineRuns := []any{}
	for i := range ours.Runs {
		if ours.Runs[i].Free() {
			continue
		}
		mineRuns = append(mineRuns, runOf(ours, plan, &ours.Runs[i]))
	}
	labels := []any{}
	for _, l := range ours.Labels {
		labels = append(labels, map[string]any{"key": l.Key, "value": l.Value})
	}
	mine["tasks"], mine["labels"] = mineRuns, labels
	kept := map[string]any{"tasks": runs, "state": statuses(theirs["state"])}
	for _, name := range []string{"id", "namespace", "flowId", "flowRevision", "trigger", "inputs", "variables", "outputs", "labels"} {
		if v, ok := theirs[name]; ok {
			kept[name] = v
		}
	}
	if relabelled(plan.Flow()) {
		sortLabels(kept["labels"])
		sortLabels(mine["labels"])
	}
	normalise(kept)
	normalise(mine)
	return diffObjects("execution.", kept, mine)
}

func runOf(s *execution.State, p *execution.Plan, r *execution.Run) map[string]any {
	var parent any
	if r.Parent != execution.RootRow {
		parent = s.Runs[r.Parent].TaskID
	}
	outputs := decode(r.Outputs.JSON)
	if r.Outputs.IsZero() && !p.Node(r.Node).Single() { // a flowable always has some, if only empty ones
		outputs = map[string]any{}
	}
	var loop any
	if r.Value != "" {
		loop = r.Value
	}
	attempts := []any{}
	for _, a := range r.Attempts {
		attempts = append(attempts, string(a.History.Current()))
	}
	return map[string]any{
		"taskId": r.TaskID, "parent": parent, "value": loop, "state": string(r.Status()), "attempts": attempts, "outputs": outputs,
	}
}

// relabelled reports whether a flow has a task Labels. The labels of its executions come in the order of a hash map then.
func relabelled(f *flow.Flow) bool {
	return strings.Contains(string(f.Source.YAML), ".Labels")
}

// sortLabels orders labels by their keys.
func sortLabels(labels any) {
	slices.SortFunc(list(labels), func(a, b any) int {
		return strings.Compare(a.(map[string]any)["key"].(string), b.(map[string]any)["key"].(string))
	})
}

func history(h execution.History) []any {
	var names []any
	for _, entry := range h {
		names = append(names, string(entry.Status))
	}
	return names
}

// statuses returns the statuses of a state of Kestra's, oldest first.
func statuses(state any) []any {
	var names []any
	for _, entry := range list(state.(map[string]any)["histories"]) {
		names = append(names, entry.(map[string]any)["state"])
	}
	return names
}

func current(state any) any { return state.(map[string]any)["current"] }

func list(v any) []any {
	items, _ := v.([]any)
	return items
}

var (
	otherExecution = regexp.MustCompile(`("executionId":|link execution=)"[0-9A-Za-z]{20,22}"`) // in text
	executionID    = regexp.MustCompile(`^[0-9A-Za-z]{20,22}$`)
	instant        = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6}|\.\d{9})?Z$`)
	localDate      = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?$`)
	httpDate       = regexp.MustCompile(`^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$`)
	duration       = regexp.MustCompile(`^PT(\d+H)?(\d+M)?(\d+(\.\d{1,9})?S)?$`)
)

// normalise replaces the parts of an execution, or of an answer with one, that differ from execution to execution: its id,
// wherever it stands, and dates and durations that have the right form. Those of a wrong form stay, and count as differences.
func normalise(m map[string]any) {
	id, _ := m["id"].(string)
	if !executionID.MatchString(id) {
		return
	}
	var walk func(v any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case string:
			switch {
			case instant.MatchString(v):
				return "(date)"
			case localDate.MatchString(v):
				return "(local date)"
			case duration.MatchString(v):
				return "(duration)"
			case httpDate.MatchString(v):
				return "(http date)"
			}
			v = normaliseURIs(v)
			return otherExecution.ReplaceAllString(strings.ReplaceAll(v, id, "(id)"), `$1"(id)"`)
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		case map[string]any:
			normaliseEcho(v)
			for name := range v {
				if text, _ := v[name].(string); name == "executionId" && executionID.MatchString(text) {
					v[name] = "(id)" // of one that a task has started
				}
				v[name] = walk(v[name])
			}
		}
		return v
	}
	trigger := m["trigger"] // dates in it are those of the caller
	delete(m, "trigger")
	walk(m)
	if trigger != nil {
		m["trigger"] = trigger
	}
}

// diff returns the differences between two JSON values. Members have no order; numbers are compared by value.
func diff(path string, theirs, mine any) []difference {
	switch theirs := theirs.(type) {
	case map[string]any:
		if mine, ok := mine.(map[string]any); ok {
			return diffObjects(path+".", theirs, mine)
		}
	case []any:
		if mine, ok := mine.([]any); ok && len(mine) == len(theirs) {
			var found []difference
			for i := range theirs {
				found = append(found, diff(fmt.Sprintf("%s[%d]", path, i), theirs[i], mine[i])...)
			}
			return found
		}
	case json.Number:
		if mine, ok := mine.(json.Number); ok {
			a, okA := new(big.Rat).SetString(theirs.String())
			b, okB := new(big.Rat).SetString(mine.String())
			if okA && okB && a.Cmp(b) == 0 {
				return nil
			}
		}
	case string:
		if mine, ok := mine.(string); ok && theirs != mine {
			if a, b := object(theirs), object(mine); a != nil && b != nil { // a text that holds JSON, as an output does
				return diffObjects(path+".", a, b)
			}
		}
		if theirs == mine {
			return nil
		}
	default: // null or a boolean
		if truth, ok := mine.(bool); theirs == nil && mine == nil || ok && theirs == truth {
			return nil
		}
	}
	return []difference{{path, text(theirs), text(mine)}}
}

// diffObjects returns the differences between two objects, the names of whose members follow prefix.
func diffObjects(prefix string, theirs, mine map[string]any) []difference {
	var found []difference
	if _, host := mine["Host"]; host { // headers, wherever they were printed
		theirs, found = foldNames(prefix, theirs, mine)
	}
	names := maps.Clone(theirs)
	maps.Copy(names, mine)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		a, inTheirs := theirs[name]
		b, inMine := mine[name]
		switch {
		case !inTheirs:
			found = append(found, difference{prefix + name, absent, text(b)})
		case !inMine:
			found = append(found, difference{prefix + name, text(a), absent})
		default:
			found = append(found, diff(prefix+name, a, b)...)
		}
	}
	return found
}

// foldNames returns Kestra's headers under the names that ours have, and a difference for each that is spelled otherwise.
func foldNames(prefix string, theirs, mine map[string]any) (map[string]any, []difference) {
	folded := make(map[string]any, len(theirs))
	var found []difference
	for _, name := range slices.Sorted(maps.Keys(theirs)) {
		spelled := name
		for other := range mine {
			if strings.EqualFold(name, other) {
				spelled = other
			}
		}
		if spelled != name {
			found = append(found, difference{prefix + "(name)", name, spelled})
		}
		folded[spelled] = theirs[name]
	}
	return folded, found
}

// object returns the members of a JSON object; nil if text is none.
func object(text string) map[string]any {
	m, _ := decode([]byte(text)).(map[string]any)
	return m
}

func decode(text []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil || decoder.More() {
		return nil
	}
	return v
}

func members(m map[string]any) string { return strings.Join(slices.Sorted(maps.Keys(m)), " ") }

func text(v any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) // what came from JSON goes back to it
	return shorten(strings.TrimSuffix(b.String(), "\n"))
}

func shorten(text string) string {
	const most = 200
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
