package conformance

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// recordedLine is a line of an execution's log in Kestra.
type recordedLine struct {
	TaskID  string `json:"taskId"`
	Level   string `json:"level"`
	Message string `json:"message"`
}

// compareLogs returns what differs between the lines that executions keep, task by task: tasks that run beside each other write in
// any order. Left out are lines of level TRACE, the stack traces of Java. Where executions differ, so do their logs, for the same
// reason.
func compareLogs(id string, kestra []recordedLine, ours *execution.State, lines []execution.LogLine) []difference {
	theirs, mine := map[string]any{"id": id}, map[string]any{"id": ours.ID}
	add := func(to map[string]any, task, level, message string) {
		if task = "log of " + task; level != "TRACE" {
			to[task] = append(list(to[task]), level+" "+processNumber.ReplaceAllString(message, "$1 N"))
		}
	}
	for _, l := range kestra {
		add(theirs, l.TaskID, l.Level, l.Message)
	}
	for _, l := range lines {
		add(mine, l.Task, l.Level, l.Message)
	}
	normalise(theirs)
	normalise(mine)
	var found []difference
	for _, task := range slices.Sorted(maps.Keys(joined(theirs, mine))) {
		found = append(found, compareLines(task, list(theirs[task]), list(mine[task]))...)
	}
	return found
}

// processNumber is in what is said of a process.
var processNumber = regexp.MustCompile(`\b(with pid|Killing process) \d+`)

func joined(a, b map[string]any) map[string]any {
	all := maps.Clone(a)
	maps.Copy(all, b)
	delete(all, "id")
	return all
}

// compareLines compares the lines of one task, those of its runs in a loop in any order.
func compareLines(task string, theirs, mine []any) []difference {
	var found []difference
	for _, line := range theirs {
		if i := slices.IndexFunc(mine, func(other any) bool { return sameLine(line.(string), other.(string)) }); i >= 0 {
			mine = slices.Delete(slices.Clone(mine), i, i+1)
			continue
		}
		found = append(found, difference{task, text(line), absent})
	}
	for i, line := range mine {
		if i < len(found) {
			found[i].ours = text(line)
			continue
		}
		found = append(found, difference{task, absent, text(line)})
	}
	return found
}

// sameLine reports whether two lines are equal, but for the order of members when they hold JSON.
func sameLine(a, b string) bool {
	level, message, _ := strings.Cut(a, " ")
	other, ok := strings.CutPrefix(b, level+" ")
	return ok && len(diff("", message, other)) == 0
}
