package script

import (
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task/directory"
)

// ownVariables are what the expressions of a script see beside the others.
var ownVariables = []string{"workingDir", "outputDir"}

func commandsSpec(l *language, o Options) flow.Spec {
	return spec(l, o, "Commands", "Run commands by a shell, for "+l.title+".", flow.Property{
		Name: "commands", Type: flow.StringList, Required: true, Dynamic: true, JSONText: true, Variables: ownVariables,
		Summary: "The commands, one after the other in one shell. The URI of a file in them becomes the name of a copy.",
	}, "inputFiles:\n  order.json: \"{{ trigger.body | toJson }}\"\ncommands:\n  "+l.commands+"\n")
}

func scriptSpec(l *language, o Options) flow.Spec {
	return spec(l, o, "Script", "Run a script of "+l.title+".", flow.Property{
		Name: "script", Type: flow.String, Required: true, Dynamic: true, Variables: ownVariables,
		Summary: "The text of the script. The URI of a file in it becomes the name of a copy.",
	}, "script: |\n  "+strings.ReplaceAll(l.example, "\n", "\n  ")+"\n")
}

// spec describes a task that has its text in a property.
func spec(l *language, o Options, class, summary string, text flow.Property, example string) flow.Spec {
	s := flow.Spec{
		Kind:      flow.KindTask,
		Type:      packagePrefix + l.name + "." + class,
		Summary:   summary,
		Directory: true,
		Commands:  !o.decides(), // else each task is looked at
		Properties: slices.Concat([]flow.Property{text}, []flow.Property{
			{Name: "beforeCommands", Type: flow.StringList, Dynamic: true, JSONText: true, Variables: ownVariables, Summary: "Commands before, in the same shell."},
			{Name: "interpreter", Type: flow.StringList, Dynamic: true, JSONText: true, Default: "[/bin/sh, -c]", Summary: "The program that runs the commands, which are its last argument, and arguments before that."},
			{Name: "env", Type: flow.Map, Dynamic: true, JSONText: true, Texts: true, Variables: ownVariables, Summary: "Variables of the environment, which has little else: pass what a request says by these."},
			{Name: "failFast", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "Whether the first command that fails ends the shell: `set -e`."},
			variables(directory.InputsProperty("inputFiles")),
			directory.OutputsProperty("outputFiles"),
			directory.NamespaceFilesProperty("namespaceFiles"),
		}, runnerProperties(), languageProperties(l)),
		Outputs: Outputs(),
		Example: "id: greet\ntype: " + packagePrefix + l.name + "." + class + "\nenv:\n  NAME: \"{{ trigger.body.name }}\"\n" + example,
	}
	property := text.Name
	s.Compile = func(c *flow.Component) (any, error) { return compile(c, l, property, o) }
	s.Check = func(f *flow.Flow, c *flow.Component, report flow.Report) {
		checkText(f, c, report, property, "beforeCommands", "interpreter", "dependencies")
	}
	return s
}

// Outputs are those of a script.
func Outputs() []flow.TaskOutput {
	return []flow.TaskOutput{
		{Name: "vars", Type: flow.TypeJSON, Summary: "What the script tells as its outputs, by lines such as `::{\"outputs\": {\"name\": \"value\"}}::`."},
		{Name: "exitCode", Type: flow.TypeInt, Summary: "The exit code; the task fails unless it is 0, and has its outputs then too."},
		{Name: "outputFiles", Type: flow.TypeJSON, Summary: "The URIs of the files that are kept, by their names."},
		{Name: "taskRunner", Type: flow.TypeJSON, Summary: "Of a script in a container: its id, as `containerId`."},
	}
}

func variables(p flow.Property) flow.Property {
	p.Variables = ownVariables
	return p
}

func languageProperties(l *language) []flow.Property {
	if l != python {
		return nil
	}
	return []flow.Property{
		{Name: "dependencies", Type: flow.StringList, Dynamic: true, JSONText: true, Summary: "Packages that pip installs, as in `requests>=2.28`. They are kept for all scripts with the same list."},
		{Name: "pythonVersion", Type: flow.String, Dynamic: true, Summary: "The version of Python, as in 3.13: the program python3.13 must be there. Without it, it is python3."},
		{Name: "dependencyCacheEnabled", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "Whether installed packages are kept for later runs."},
		{Name: "packageManager", Type: flow.String, Dynamic: true, Values: []string{"PIP", "UV"}, Summary: "Has no effect: packages are installed by pip."},
		{Name: "uvAutoInstallEnabled", Type: flow.Boolean, Dynamic: true, Summary: "Has no effect: packages are installed by pip."},
		{Name: "uvInstallerVersion", Type: flow.String, Dynamic: true, Summary: "Has no effect: packages are installed by pip."},
		{Name: "uvInstallerSha256", Type: flow.String, Dynamic: true, Summary: "Has no effect: packages are installed by pip."},
	}
}
