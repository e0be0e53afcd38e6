// Package files keeps the files of executions in a folder: it is the [task.Files] and the
// [task.Directories] of an engine.
//
//	<folder>/process-<text>/<namespace>/<flow>/<execution>/tasks/<task>/<run>/<name>
//	<folder>/process-<text>/<namespace>/<flow>/<execution>/inputs/<input>/<name>
//	<folder>/process-<text>/<namespace>/<flow>/<execution>/webhook/<name>, which the request has brought
//	<folder>/process-<text>/<namespace>/<flow>/<execution>/directories/<run>, which the tasks of a task run share
//	<folder>/store-<id>/…, likewise, of executions that outlive the process
//	<folder>/caches/<namespace>/<flow>/<task>/<key>, what a task has kept of its directory for its next run
//
// Executions that are kept in memory end with their process, and so do their files. Each process has a folder of its own, with a
// file beside it that is locked as long as it lives: whoever opens the same folder later removes what dead ones left, and touches
// nothing of one that lives. Caches are those of all processes: they end when there is no more room for them.
//
// The files of executions that outlive the process have a folder by the id of their store. A file, its name and the folders around it
// are on the disk before its URI is given, and so what tasks have put into directories: an execution that goes on finds all that its
// ended tasks have named. When the process begins, it goes over all executions with files in the background: it counts what they
// take, and removes what belongs to none that is kept. Whoever begins to use the files of an execution counts what there is of it before.
//
// Nothing leads out of the folder: names are checked, and the operating system resolves them from its root alone ([os.Root]).
// What is written counts against a limit for the execution and one for all of them, before it is written. A file gets its name
// when it is complete, so that nobody sees a part of one.
package files
