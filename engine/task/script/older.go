package script

import (
	"errors"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
	"github.com/caddy-kestra/kestra-webhook/engine/task/directory"
)

// The tasks that Kestra had before those of packagePrefix, and still has.
const olderPrefix = "io.kestra.core.tasks.scripts."

var olderVariables = []string{"workingDir", "outputDir", "outputFiles", "outputDirs", "temp"}

func bashSpec(o Options) flow.Spec {
	return olderSpec(o, "Bash", shell, "Run commands by a shell: the older form of `shell.Commands`.",
		[]flow.Property{
			{Name: "commands", Type: flow.StringList, Required: true, Dynamic: true, JSONText: true, Variables: olderVariables, Summary: "The commands, one after the other in one shell."},
		}, "commands:\n  - wc -c < order.json > {{ outputFiles.size }}\n")
}

func oldPythonSpec(o Options) flow.Spec {
	return olderSpec(o, "Python", python, "Run a script of Python, the input file `main.py`: the older form of `python.Script`.",
		[]flow.Property{
			{Name: "commands", Type: flow.StringList, Dynamic: true, JSONText: true, Variables: olderVariables, Default: "[./bin/python main.py]", Summary: "The commands, one after the other in one shell."},
			{Name: "args", Type: flow.StringList, Dynamic: true, JSONText: true, Variables: olderVariables, Summary: "Arguments after each command."},
			{Name: "requirements", Type: flow.StringList, Dynamic: true, JSONText: true, Variables: olderVariables, Summary: "Packages that pip installs."},
			{Name: "pythonPath", Type: flow.String, Dynamic: true, Default: "python", Summary: "The program of Python."},
			{Name: "virtualEnv", Type: flow.Boolean, Default: "true", Summary: "Whether there is an environment for packages, in the working directory."},
		}, "virtualEnv: false\ncommands:\n  - python3 -m json.tool order.json {{ outputFiles.size }}\n")
}

func oldNodeSpec(o Options) flow.Spec {
	return olderSpec(o, "Node", node, "Run a script of Node, the input file `main.js`: the older form of `node.Script`.",
		[]flow.Property{
			{Name: "args", Type: flow.StringList, Dynamic: true, JSONText: true, Variables: olderVariables, Summary: "Arguments of the script."},
			{Name: "nodePath", Type: flow.String, Dynamic: true, Default: "node", Summary: "The program of Node."},
			{Name: "npmPath", Type: flow.String, Dynamic: true, Default: "npm", Summary: "The program that installs packages, when `package.json` is an input file."},
		}, "args: [\"{{ outputFiles.size }}\"]\n")
}

func olderSpec(o Options, class string, l *language, summary string, own []flow.Property, example string) flow.Spec {
	input := "  order.json: \"{{ trigger.body | toJson }}\"\n"
	if l == node {
		input += "  main.js: |\n    const fs = require('fs');\n    fs.writeFileSync(process.argv[2], String(fs.statSync('order.json').size));\n"
	}
	inputs := directory.InputsProperty("inputFiles")
	inputs.Variables = olderVariables
	names := func(name, summary string) flow.Property {
		return flow.Property{Name: name, Type: flow.StringList, Summary: summary}
	}
	return flow.Spec{
		Kind:      flow.KindTask,
		Type:      olderPrefix + class,
		Summary:   summary,
		Directory: true,
		Commands:  !o.decides(), // else each task is looked at
		Properties: slices.Concat(own, []flow.Property{
			inputs,
			names("outputFiles", "Names of files that are kept: `{{ outputFiles.name }}` is where the script writes that with a name."),
			names("outputsFiles", "As `outputFiles`."),
			names("files", "As `outputFiles`."),
			names("outputDirs", "Names of folders all files of which are kept: `{{ outputDirs.name }}` is the folder with a name."),
			{Name: "env", Type: flow.Map, Dynamic: true, JSONText: true, Texts: true, Variables: olderVariables, Summary: "Variables of the environment, which has little else."},
			{Name: "exitOnFailed", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "Whether the first command that fails ends the shell."},
			{Name: "interpreter", Type: flow.String, Default: "/bin/sh", Summary: "The program that runs the commands."},
			{Name: "interpreterArgs", Type: flow.StringList, Default: "[-c]", Summary: "Its arguments before them."},
			{Name: "warningOnStdErr", Type: flow.Boolean, Dynamic: true, Summary: "Has no effect: what a script prints to its standard error is logged at level ERROR."},
			{Name: "runner", Type: flow.String, Values: []string{"PROCESS", "DOCKER"}, Summary: "Where the script runs: as a process of this machine, or in a container. Without it, the option `containers` of the server decides."},
			{Name: "dockerOptions", Type: flow.Object, Properties: container.OlderProperties(olderVariables...), Summary: "What the container is, if the script runs in one."},
		}),
		Outputs: append(Outputs(), flow.TaskOutput{Name: "files", Type: flow.TypeJSON, Summary: "As `outputFiles`."}),
		Example: "id: size\ntype: " + olderPrefix + class + "\ninputFiles:\n" + input + "outputFiles: [size]\n" + example,
		Compile: func(c *flow.Component) (any, error) { return compileOlder(c, l, o) },
		Check: func(f *flow.Flow, c *flow.Component, report flow.Report) {
			checkText(f, c, report, "commands", "args", "requirements")
		},
	}
}

// compileOlder compiles one of the older tasks.
func compileOlder(c *flow.Component, l *language, options Options) (any, error) {
	s := &script{
		language: l, commands: c.Structure("commands"), env: c.Structure("env"), failFast: task.NewOnOff(c, "exitOnFailed", true),
		inputs: directory.NewInputs(c, "inputFiles"), cached: task.NewOnOff(c, "cached", false),
	}
	o := &older{
		language: l, program: []string{"/bin/sh"}, args: c.Structure("args"), requirements: c.Structure("requirements"),
		path: c.Template("pythonPath"), npm: c.Template("npmPath"), virtual: !c.Has("virtualEnv") || c.Bool("virtualEnv"),
	}
	if c.Has("interpreter") {
		o.program = []string{c.Text("interpreter")}
	}
	arguments := []string{"-c"}
	if c.Has("interpreterArgs") {
		arguments = literals(c, "interpreterArgs")
	}
	o.program = append(o.program, arguments...)
	if l == node {
		o.path = c.Template("nodePath")
	}
	for _, property := range []string{"outputFiles", "outputsFiles", "files"} {
		o.files = append(o.files, literals(c, property)...)
	}
	o.dirs = literals(c, "outputDirs")
	var errs []error
	for _, name := range slices.Concat(o.files, o.dirs) {
		if !plainName.MatchString(name) {
			errs = append(errs, c.Errorf("", "%q is no name of a file here: it may have letters, digits, dots, dashes and underscores", name))
		}
	}
	s.old = o
	var err error
	s.contained, err = compileWhere(c, options)
	return s, errors.Join(append(errs, err)...)
}

// literals returns a list that has no expressions.
func literals(c *flow.Component, property string) []string {
	var all []string
	for _, item := range c.Value(property).List().All() {
		all = append(all, item.Str())
	}
	return all
}
