package flow

import (
	"maps"
	"slices"
	"strings"
)

// The tasks and triggers of Kestra 1.3, and those new in 2.0, that this module knows by name only. Using one is an error that says so, for a
// trigger a warning. A spec in the catalog replaces the entry of its type.

const (
	corePackage  = "io.kestra.plugin.core."
	oldTasks     = "io.kestra.core.tasks."
	pluginPrefix = "io.kestra.plugin."
	kestraPrefix = "io.kestra."
)

// coreTasks are the task types below io.kestra.plugin.core, by group.
var coreTasks = map[string]string{
	"debug":      "Echo Return",
	"execution":  "Assert Count Exit Fail Labels PurgeExecutions Resume SetVariables UnsetVariables",
	"flow":       "AllowFailure Dag EachParallel EachSequential ForEach ForEachItem If LoopUntil Parallel Pause Sequential Sleep Subflow Switch Template WorkingDirectory",
	"http":       "Download Request SseRequest",
	"kv":         "Delete Get GetKeys PurgeKV Put Set",
	"log":        "Fetch Log PurgeLogs",
	"metric":     "Publish",
	"namespace":  "DeleteFiles DownloadFiles PurgeFiles UploadFiles",
	"output":     "OutputValues",
	"state":      "Delete Get Set",
	"storage":    "Concat DeduplicateItems Delete FilterItems LocalFiles PurgeCurrentExecutionFiles PurgeStorage Reverse Size Split Write",
	"templating": "TemplatedTask",
	"trigger":    "Toggle",
}

// newTasks are the task types that Kestra has since 2.0.
var newTasks = []string{"flow.Approval", "flow.Loop", "flow.PurgeFlows"}

// renamedTasks are those of coreTasks that were once in a group below io.kestra.core.tasks, by this group, which is often another
// word, and their present one.
var renamedTasks = map[string][2]string{
	"debugs":     {"debug", "Echo Return"},
	"executions": {"execution", "Fail Labels"},
	"flows":      {"flow", "AllowFailure Dag EachParallel EachSequential ForEachItem If Parallel Pause Sequential Subflow Switch Template WorkingDirectory"},
	"log":        {"log", "Fetch Log"},
	"states":     {"state", "Delete Get Set"},
	"storages":   {"storage", "Concat DeduplicateItems Delete FilterItems LocalFiles Reverse Size Split"},
	"templating": {"templating", "TemplatedTask"},
	"trigger":    {"trigger", "Toggle"},
}

// otherAliases are names of another class that Kestra also has for a task.
var otherAliases = map[string][]string{
	"execution.Count":                    {oldTasks + "executions.Counts"},
	"execution.PurgeExecutions":          {oldTasks + "storages.Purge", corePackage + "storage.Purge"},
	"flow.LoopUntil":                     {corePackage + "flow.WaitFor"},
	"flow.Subflow":                       {oldTasks + "flows.Flow"},
	"flow.WorkingDirectory":              {oldTasks + "flows.Worker"},
	"http.Download":                      {"io.kestra.plugin.fs.http.Download"},
	"http.Request":                       {"io.kestra.plugin.fs.http.Request"},
	"storage.PurgeCurrentExecutionFiles": {oldTasks + "storages.PurgeExecution", corePackage + "storage.PurgeExecution"},
}

// oldScripts are the deprecated tasks that Kestra's plugin of scripts still has below io.kestra.core.tasks.scripts.
var oldScripts = []string{"Bash", "Node", "Python"}

// coreTriggers are the trigger types below io.kestra.plugin.core, with their aliases. McpToolTrigger is new in 2.0.
var coreTriggers = map[string][]string{
	"http.Trigger":            {"io.kestra.plugin.fs.http.Trigger"},
	"trigger.Flow":            {"io.kestra.core.models.triggers.types.Flow"},
	"trigger.McpToolTrigger":  nil,
	"trigger.Schedule":        {"io.kestra.core.models.triggers.types.Schedule"},
	"trigger.ScheduleOnDates": nil,
	"trigger.Webhook":         {"io.kestra.core.models.triggers.types.Webhook"},
}

func kestraTypes() []Spec {
	const summary = "A type of Kestra that is not supported yet."
	aliases := maps.Clone(otherAliases)
	for old, renamed := range renamedTasks {
		for class := range strings.FieldsSeq(renamed[1]) {
			name := renamed[0] + "." + class
			aliases[name] = slices.Concat([]string{oldTasks + old + "." + class}, aliases[name])
		}
	}
	var specs []Spec
	for _, group := range sortedKeys(coreTasks) {
		for class := range strings.FieldsSeq(coreTasks[group]) {
			name := group + "." + class
			specs = append(specs, Spec{Kind: KindTask, Type: corePackage + name, Aliases: aliases[name], Summary: summary})
		}
	}
	for _, name := range newTasks {
		specs = append(specs, Spec{Kind: KindTask, Type: corePackage + name, Summary: "A type of Kestra 2.0 that is not supported yet."})
	}
	for _, class := range oldScripts {
		specs = append(specs, Spec{Kind: KindTask, Type: oldTasks + "scripts." + class, Summary: summary})
	}
	for _, name := range sortedKeys(coreTriggers) {
		specs = append(specs, Spec{Kind: KindTrigger, Type: corePackage + name, Aliases: coreTriggers[name], Summary: summary})
	}
	return specs
}
