package script

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

// language is a language of scripts.
type language struct {
	name      string // as in the type
	title     string
	extension string // of a file with a script; empty: the script is a command itself
	prelude   string // before the script in the file
	run       func(s *setting, file string) string
	env       []string // for all commands
	example   string   // a script
	commands  string   // commands, one a line, for an example
	image     string   // that Kestra runs it in, unless told otherwise
}

var shell = &language{
	name: "shell", title: "the shell", image: "ubuntu",
	example:  "echo \"Hello $NAME\"\necho \"::{\\\"outputs\\\":{\\\"length\\\":$(expr length \"$NAME\")}}::\"",
	commands: "- echo \"Hello $NAME\"\n  - wc -c order.json",
}

var python = &language{
	name: "python", title: "Python", image: "python:3.13-slim", extension: ".py",
	// Expressions print true, false and null.
	prelude: "true = True\nfalse = False\nnull = None\n",
	run: func(s *setting, file string) string {
		return `if [ -n "$VIRTUAL_ENV" ]; then "$VIRTUAL_ENV/bin/python" "` + file + `"; else "` + s.interpreter() + `" "` + file + `"; fi`
	},
	env:      []string{"PYTHONUNBUFFERED=true", "PIP_ROOT_USER_ACTION=ignore", "PIP_DISABLE_PIP_VERSION_CHECK=1"},
	example:  "import os\nfrom kestra import Kestra\n\nKestra.outputs({'length': len(os.environ['NAME'])})",
	commands: "- python3 -m json.tool order.json",
}

var node = &language{
	name: "node", title: "Node", image: "node", extension: ".js",
	run:      func(_ *setting, file string) string { return "node " + file },
	example:  "const Kestra = require('kestra');\nKestra.outputs({length: process.env.NAME.length});",
	commands: "- node -e \"console.log(require('./order.json'))\"",
}

// plain is what has no interpreter: the commands are a program and its arguments, of a container.
var plain = &language{}

// packagePrefix is that of the types.
const packagePrefix = "io.kestra.plugin.scripts."

// Specs returns the specs of this package's tasks.
func Specs(o Options) []flow.Spec {
	var specs []flow.Spec
	for _, l := range []*language{shell, python, node} {
		specs = append(specs, commandsSpec(l, o), scriptSpec(l, o))
	}
	return append(specs, bashSpec(o), oldPythonSpec(o), oldNodeSpec(o))
}
