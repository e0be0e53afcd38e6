// Package directory puts files into the directories that tasks work in, and keeps those that they leave: it is what the properties
// inputFiles, outputFiles and namespaceFiles mean, and the cache of a WorkingDirectory.
//
// No name leads out of a directory, and no symbolic link does: the operating system resolves names from its root alone. What is
// written counts against what the files of the execution may take.
package directory
