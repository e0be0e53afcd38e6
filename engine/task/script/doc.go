// Package script has the tasks that run scripts and commands: those of Kestra's plugin-scripts for the shell, Python and Node, and the older
// ones below io.kestra.core.tasks.scripts.
//
// A script is a command of an interpreter, which the server runs as a process of its own machine if it allows that, see
// [task.Commands]. The text of the script may tell outputs, metrics and log lines by what it prints:
//
//	::{"outputs": {…}, "metrics": [{…}], "logs": [{…}]}::
//
// A run has these folders, in one of its own below the files of its execution, which is removed afterwards:
//
//	work   where it works, unless it is inside of a WorkingDirectory, which has one for all
//	out    {{ outputDir }}: all files in it are kept
//	home   the home directory, tmp that for temporary files
//	lib    our modules `kestra` for Python and Node
//	venv   the environment for packages that the commands install by pip
//
// The group is one of the core: it links no library of its own, and half of all flows in use have a script.
package script
