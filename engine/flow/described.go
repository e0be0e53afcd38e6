package flow

import "slices"

// The members that no component type describes: those that every component of a kind has, and those of flows, inputs and outputs.
// Documentation and the schema are made of these descriptions; what loading does with the members is said where they are read, and
// a test holds the two together.

// CommonProperties returns the members that every component of a kind has, beside the properties of its type.
func CommonProperties(kind Kind) []Property {
	return slices.DeleteFunc(describedMembers(kind), func(p Property) bool { return commonMembers[kind][p.Name] != supported })
}

// describedMembers returns what CommonProperties does, and what is not supported yet.
func describedMembers(kind Kind) []Property {
	typ := Property{Name: "type", Type: String, Required: true, Summary: "What it is."}
	if kind == KindCondition {
		return []Property{typ}
	}
	disabled, level := "As if the task were not there.", "Log lines below it are dropped."
	if kind == KindTrigger {
		disabled, level = "The trigger does not fire: the right key is answered with 409.", "The older name of minLogLevel."
	}
	members := []Property{
		{Name: "id", Type: String, Required: true, MaxLength: componentID.longest, Summary: "Its name, which no other " + kind.String() + " of the flow has."},
		typ,
		{Name: "description", Type: String, Summary: "For people: nothing reads it."},
		{Name: "disabled", Type: Boolean, Default: "false", Summary: disabled},
		{Name: "logLevel", Type: String, Values: LogLevels, Summary: level},
		{Name: "logToFile", Type: Boolean, Default: "false", Summary: "Kestra writes logs to a file then; it has no effect here."},
		{Name: "version", Type: String, Summary: "The version of Kestra's plugin; it has no effect here."},
		{Name: "pluginDefaultsRef", Type: String, Summary: "Takes the values of the entry of pluginDefaults with this `ref`."},
	}
	if kind == KindTrigger {
		return append(members,
			Property{Name: "stopAfter", Type: StringList, Values: ExecutionStates, Summary: "An execution that ends in one of these states disables the trigger."},
			Property{Name: "minLogLevel", Type: String, Values: LogLevels, Summary: "Kestra drops log lines of the trigger below it."},
			Property{Name: "failOnTriggerError", Type: Boolean, Summary: "For polling triggers of Kestra; it has no effect here."},
			Property{Name: "allowConcurrent", Type: Boolean, Summary: "For polling triggers of Kestra; it has no effect here."},
		)
	}
	return append(members,
		Property{Name: "runIf", Type: String, Dynamic: true, Default: "true", Summary: "The task is SKIPPED when this renders to false, 0, -0 or nothing."},
		Property{Name: "retry", Type: Object, Summary: "When a task that failed is tried again.", Properties: retryProperties},
		Property{Name: "timeout", Type: Duration, Dynamic: true, Summary: "How long an attempt may take; it fails then."},
		Property{Name: "allowFailure", Type: Boolean, Default: "false", Summary: "A failure of the task is a warning, and the flow goes on."},
		Property{Name: "allowWarning", Type: Boolean, Default: "false", Summary: "A warning of the task is a success."},
		Property{Name: "taskCache", Type: Any, Summary: "Keeps the outputs of a task for later executions."},
	)
}

// flowProperties are the members of a flow.
var flowProperties = []Property{
	{Name: "id", Type: String, Required: true, MaxLength: flowID.longest, Summary: "The flow's name, part of its URL."},
	{Name: "namespace", Type: String, Required: true, MaxLength: namespaceID.longest, Summary: "Where the flow belongs, as in company.team; part of its URL."},
	{Name: "description", Type: String, Summary: "For people: nothing reads it."},
	{Name: "disabled", Type: Boolean, Default: "false", Summary: "The right key is answered with 409, and nothing runs."},
	{Name: "labels", Type: MapOrList, Summary: "Labels of every execution. A key begins with a lower-case letter."},
	{Name: "inputs", Type: Inputs, Summary: "What an execution is given, seen as inputs.<id>."},
	{Name: "variables", Type: Map, Summary: "Seen as vars.<name>, as written: render() evaluates expressions in them."},
	{Name: "tasks", Type: Tasks, Required: true, Summary: "What the flow does, one task after the other."},
	{Name: "errors", Type: Tasks, Summary: "Tasks to run when one of `tasks` has failed."},
	{Name: "finally", Type: Tasks, Summary: "Tasks to run at the end, whatever came before."},
	{Name: "afterExecution", Type: Tasks, Summary: "Tasks to run when the execution has its final state."},
	{Name: "triggers", Type: Any, Summary: "What starts the flow."},
	{Name: "outputs", Type: Objects, Summary: "What an execution gives, rendered when it ends.", Properties: outputProperties},
	{Name: "pluginDefaults", Type: Objects, Summary: "Values of properties for all tasks and triggers of a type.", Properties: defaultProperties},
	{Name: "taskDefaults", Type: Objects, Summary: "The older name of pluginDefaults.", Properties: defaultProperties},
	{Name: "concurrency", Type: Object, Summary: "How many executions run at once.", Properties: []Property{
		{Name: "limit", Type: Integer, Required: true, Summary: "At most so many."},
		{Name: "behavior", Type: String, Values: []string{"QUEUE", "CANCEL", "FAIL"}, Default: "QUEUE", Summary: "What becomes of one more."},
	}},
	{Name: "sla", Type: Objects, Summary: "What must hold while an execution runs.", Properties: append(slices.Clip(slaProperties), slaLabels)},
	{Name: "checks", Type: Objects, Summary: "What Kestra asks before an execution is started by hand.", Properties: askedProperties},
	{Name: "retry", Type: Object, Summary: "For tasks that have none, and that are in no task that has one.", Properties: retryProperties},
	{Name: "handOn", Type: Boolean, Default: "false", Extension: true, Summary: "The Kestra behind this server, which the option `upstream` names, runs the flow; without it, one that needs what is not supported here."},
	{Name: "ordered", Type: Boolean, Default: "false", Extension: true, Summary: "Of a flow that is handed on: one request after the other, in the order in which they came."},
	{Name: "deleted", Type: Boolean, Default: "false", Summary: "A flow that was deleted in Kestra does not load."},
}

var outputProperties = []Property{
	{Name: "id", Type: String, Required: true, Summary: "Its name."},
	{Name: "type", Type: String, Required: true, Values: typeNames(outputTypes), Summary: "What the value is converted to."},
	{Name: "value", Type: Any, Required: true, Dynamic: true, Summary: "An expression, or values with expressions in them."},
	{Name: "required", Type: Boolean, Default: "true", Summary: "Without a value, the execution fails."},
	{Name: "displayName", Type: String, Summary: "For people: nothing reads it."},
	{Name: "description", Type: String, Summary: "For people: nothing reads it."},
}

var defaultProperties = []Property{
	{Name: "type", Type: String, Required: true, Summary: "A type or an alias of one, or a package of types, as in io.kestra.plugin.core.log."},
	{Name: "values", Type: Map, Required: true, Summary: "Values of its properties. Maps are merged, and lists joined, with those that are written."},
	{Name: "forced", Type: Boolean, Default: "false", Summary: "These values win over those that are written."},
	{Name: "ref", Type: String, Summary: "Only for what asks for it by pluginDefaultsRef."},
}

// inputProperties are the members of inputs; of each type those that inputMembers and typeMembers name.
var inputProperties = []Property{
	{Name: "id", Type: String, Summary: "Its name, seen as inputs.<id>; one with dots is nested."},
	{Name: "name", Type: String, Summary: "The older name of id."},
	{Name: "type", Type: String, Required: true, Values: typeNames(inputTypes), Summary: "What a value is converted to."},
	{Name: "description", Type: String, Summary: "For people: nothing reads it."},
	{Name: "displayName", Type: String, Summary: "For people: nothing reads it."},
	{Name: "required", Type: Boolean, Default: "true", Summary: "An execution does not begin without a value."},
	{Name: "defaults", Type: Any, Dynamic: true, Summary: "The value when none is given."},
	{Name: "prefill", Type: Any, Summary: "For Kestra's form: nothing reads it."},
	{Name: "dependsOn", Type: Object, Summary: "Left out unless others have values, and a condition gives true.", Properties: []Property{
		{Name: "inputs", Type: StringList, Summary: "Ids of other inputs."},
		{Name: "condition", Type: String, Dynamic: true, Summary: "An expression that gives true or false."},
	}},
	{Name: "validator", Type: String, Summary: "A regular expression of Java that the whole text must match."},
	{Name: "min", Type: String, Summary: "The smallest value."},
	{Name: "max", Type: String, Summary: "The greatest value."},
	{Name: "after", Type: String, Summary: "The earliest value."},
	{Name: "before", Type: String, Summary: "The latest value."},
	{Name: "values", Type: StringList, Summary: "The values to choose from."},
	{Name: "options", Type: StringList, Summary: "The older name of values."},
	{Name: "expression", Type: String, Dynamic: true, Summary: "Gives the values to choose from."},
	{Name: "allowCustomValue", Type: Boolean, Default: "false", Summary: "Other values are allowed, too."},
	{Name: "isRadio", Type: Boolean, Default: "false", Summary: "For Kestra's form: nothing reads it."},
	{Name: "autoSelectFirst", Type: Boolean, Default: "false", Summary: "The first of the values is the default."},
	{Name: "allowedFileExtensions", Type: StringList, Summary: "What the name of a file may end in, as .csv, in any case of letters."},
	{Name: "extension", Type: String, Summary: "For Kestra's form: nothing reads it."},
	{Name: "itemType", Type: String, Values: typeNames(itemTypes), Summary: "The type of the items."},
	{Name: "inputs", Type: Inputs, Summary: "The inputs of the group."},
}

func typeNames(types []TypeName) []string {
	names := make([]string, len(types))
	for i, name := range types {
		names[i] = string(name)
	}
	return names
}
