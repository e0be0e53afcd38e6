package flow

import "testing"

// TestMisspells tells a misspelt type of a plugin from one that is not here.
func TestMisspells(t *testing.T) {
	for _, test := range []struct {
		written, known string
		want           bool
	}{
		{"git.Cloen", "git.Clone", true},
		{"gti.Clone", "git.Clone", true},
		{"GIT.clone", "git.Clone", true},
		{"git.SyncFlows", "git.Clone", false},
		{"slack.notifications.SlackExecutions", "slack.notifications.SlackExecution", true},
		{"slack.app.messages.Post", "slack.notifications.SlackExecution", false},
		{"scripts.pyton.Script", "scripts.python.Script", true},
		{"scripts.ruby.Script", "scripts.python.Script", false},
		{"scripts.ruby.Commands", "scripts.python.Script", false},
		{"log.Log", "core.log.Log", true},
		{"aws.s3.Download", "core.http.Download", false},
	} {
		if got := misspells(pluginPrefix+test.written, pluginPrefix+test.known); got != test.want {
			t.Errorf("%s, when %s is known: %v", test.written, test.known, got)
		}
	}
}
