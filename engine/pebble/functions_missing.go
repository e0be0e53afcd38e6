package pebble

// functionsMissing are the functions of Kestra that need what nothing provides yet. They are here so that a template that
// calls one is refused with the reason; the names of Kestra's Enterprise Edition are unknown names.
func functionsMissing() []Function {
	const files = "the storage for files"
	list := []struct{ name, needs, summary string }{
		{"kv", "the key-value store", "a value of the key-value store of a namespace"},
		{"read", files, "the content of a file"},
		{"fileURI", files, "the URI of a file of the namespace"},
		{"fileSize", files, "the size of a file in bytes"},
		{"fileExists", files, "whether a file exists"},
		{"isFileEmpty", files, "whether a file is empty"},
		{"http", "requests from expressions", "the answer to an HTTP request"},
		{"errorLogs", "the logs of the execution", "the error messages of the execution"},
		{"subflow", "executions from expressions", "the outputs of another flow"},
		{"iterationOutput", "the loops of Kestra 2.0", "the output of a task in a round of a loop"},
		{"parentOutput", "the loops of Kestra 2.0", "the output of the task around the current one"},
		{"loopOutputs", "the loops of Kestra 2.0", "the outputs of a task in all rounds of a loop"},
		{"isPublicHoliday", "a calendar of holidays", "whether a date is a public holiday of a country"},
		{"i18n", "bundles of translations", "a text of a bundle of translations"},
	}
	out := make([]Function, len(list))
	for i, f := range list {
		out[i].Entry = Entry{Name: f.name, Loose: true, Needs: f.needs, Summary: f.summary}
	}
	return out
}
