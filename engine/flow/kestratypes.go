package flow

import "strings"

// The types of Kestra 1.3, and those new in 2.0, that this module knows by name only. Using one is an error that says so, for a
// trigger a warning. A spec in the catalog replaces the entry of its type.

const (
	corePackage  = "io.kestra.plugin.core."
	pluginPrefix = "io.kestra.plugin."
	kestraPrefix = "io.kestra."
)

// coreTasks are the task types below io.kestra.plugin.core, by group.
var coreTasks = map[string]string{
	"debug":      "Return Echo",
	"execution":  "Assert Count Exit Fail Labels PurgeExecutions Resume SetVariables UnsetVariables",
	"flow":       "AllowFailure Approval Dag EachParallel EachSequential ForEach ForEachItem If Loop LoopUntil Parallel Pause PurgeFlows Sequential Sleep Subflow Switch Template WaitFor WorkingDirectory",
	"http":       "Download Request SseRequest",
	"kv":         "Delete Get GetKeys PurgeKV Put Set",
	"log":        "Fetch Log PurgeLogs",
	"metric":     "Publish",
	"namespace":  "DeleteFiles DownloadFiles PurgeFiles UploadFiles Version",
	"output":     "OutputValues",
	"state":      "Delete Get Set",
	"storage":    "Concat DeduplicateItems Delete FilterItems LocalFiles PurgeCurrentExecutionFiles PurgeStorage Reverse Size Split Write",
	"templating": "TemplatedTask",
	"trigger":    "Toggle",
}

// oldTaskGroups are the group names of the aliases below io.kestra.core.tasks, where they were another word.
var oldTaskGroups = map[string]string{
	"debug": "debugs", "execution": "executions", "flow": "flows", "state": "states", "storage": "storages",
}

// otherAliases are names that Kestra also has for a task, beside the one below io.kestra.core.tasks.
var otherAliases = map[string][]string{
	"flow.Subflow":                       {"io.kestra.core.tasks.flows.Flow"},
	"flow.WorkingDirectory":              {"io.kestra.core.tasks.flows.Worker"},
	"execution.PurgeExecutions":          {"io.kestra.core.tasks.storages.Purge", corePackage + "storage.Purge"},
	"execution.Count":                    {"io.kestra.core.tasks.executions.Counts"},
	"storage.PurgeCurrentExecutionFiles": {"io.kestra.core.tasks.storages.PurgeExecution", corePackage + "storage.PurgeExecution"},
}

// oldScripts are the deprecated tasks that Kestra's plugin of scripts still has below io.kestra.core.tasks.scripts.
var oldScripts = []string{"Bash", "Node", "Python"}

// coreTriggers are the trigger types below io.kestra.plugin.core; the aliases are below io.kestra.core.models.triggers.types.
var coreTriggers = []string{"trigger.Flow", "trigger.McpToolTrigger", "trigger.Schedule", "trigger.ScheduleOnDates", "trigger.Webhook", "http.Trigger"}

// coreConditions are the condition types below io.kestra.plugin.core.condition.
var coreConditions = []string{
	"DateTimeBetween", "DayWeek", "DayWeekInMonth", "ExecutionFlow", "ExecutionLabels", "ExecutionNamespace", "ExecutionOutputs",
	"ExecutionStatus", "Expression", "FlowCondition", "FlowNamespaceCondition", "HasRetryAttempt", "MultipleCondition", "Not", "Or",
	"PublicHoliday", "TimeBetween", "Weekend",
}

func kestraTypes() []Spec {
	const summary = "A type of Kestra that is not supported yet."
	var specs []Spec
	for _, group := range sortedKeys(coreTasks) {
		for class := range strings.FieldsSeq(coreTasks[group]) {
			spec := Spec{Kind: KindTask, Type: corePackage + group + "." + class, Summary: summary}
			old := group
			if name, ok := oldTaskGroups[group]; ok {
				old = name
			}
			if group == "http" {
				spec.Aliases = []string{"io.kestra.plugin.fs.http." + class}
			} else {
				spec.Aliases = []string{"io.kestra.core.tasks." + old + "." + class}
			}
			spec.Aliases = append(spec.Aliases, otherAliases[group+"."+class]...)
			specs = append(specs, spec)
		}
	}
	for _, class := range oldScripts {
		specs = append(specs, Spec{Kind: KindTask, Type: "io.kestra.core.tasks.scripts." + class, Summary: summary})
	}
	for _, name := range coreTriggers {
		spec := Spec{Kind: KindTrigger, Type: corePackage + name, Summary: summary}
		if class, ok := strings.CutPrefix(name, "trigger."); ok {
			spec.Aliases = []string{"io.kestra.core.models.triggers.types." + class}
		}
		specs = append(specs, spec)
	}
	for _, class := range coreConditions {
		specs = append(specs, conditionSpec(class, summary))
	}
	return specs
}

// conditionSpec returns the spec of a condition of Kestra with its aliases. Most classes have an alias that ends in
// "Condition" in the present package and one in the older package; the switch has the exceptions.
func conditionSpec(class, summary string) Spec {
	const older = "io.kestra.core.models.conditions.types."
	spec := Spec{Kind: KindCondition, Type: corePackage + "condition." + class, Summary: summary}
	switch {
	case class == "Expression":
		spec.Aliases = []string{older + "VariableCondition", corePackage + "condition.ExpressionCondition"}
	case strings.HasSuffix(class, "Condition"):
		spec.Aliases = []string{older + class}
	default:
		spec.Aliases = []string{older + class + "Condition", corePackage + "condition." + class + "Condition"}
	}
	return spec
}
