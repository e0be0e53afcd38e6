package tests

// groups are the groups of tasks that only a Caddy has which links their modules, and a row each for what they need.
var groups = []row{
	{
		pkg:     "engine/task/compress",
		ours:    []string{"engine/task", "engine/task/setting", "engine/flow", "engine/pebble", "engine/value"},
		outside: []string{"github.com/andybalholm/brotli", "github.com/klauspost/compress", "github.com/pierrec/lz4/v4", "github.com/ulikunitz/xz", "github.com/xi2/xz"},
		tests:   []string{"engine/task/tasktest", "engine/files"},
	},
	messages("discord"),
	{ // its containers do what scripts do, and their output is read as that of processes
		pkg:  "engine/task/docker",
		ours: []string{"engine/task", "engine/task/container", "engine/task/directory", "engine/task/script", "engine/task/setting", "engine/process", "engine/flow", "engine/pebble", "engine/value", "engine/pathless"},
		outside: []string{
			"github.com/moby/moby/client", "github.com/moby/moby/api", "github.com/moby/patternmatcher", "github.com/containerd/errdefs", "github.com/opencontainers/image-spec",
		},
		tests: []string{"engine/task/docker/dockertest", "engine/task/tasktest", "engine/files"},
	},
	{pkg: "engine/task/docker/dockertest"},
	{
		pkg:     "engine/task/email",
		ours:    []string{"engine/task", "engine/task/notice", "engine/task/setting", "engine/flow", "engine/pebble", "engine/value"},
		outside: []string{"github.com/wneessen/go-mail"},
		tests:   []string{"engine/task/email/smtptest", "engine/task/tasktest", "engine/files", "engine/outbound"},
	},
	{pkg: "engine/task/email/smtptest", ours: []string{"engine/task/tasktest"}}, // for tests
	{
		pkg:     "engine/task/ssh", // makes the connections of git, too
		ours:    []string{"engine/task", "engine/task/printed", "engine/task/setting", "engine/flow", "engine/pebble", "engine/value"},
		outside: []string{"golang.org/x/crypto/ssh"},
		tests:   []string{"engine/task/ssh/sshtest", "engine/task/tasktest", "engine/outbound"},
	},
	{pkg: "engine/task/ssh/sshtest", ours: []string{"engine/task/tasktest"}, outside: []string{"golang.org/x/crypto/ssh"}}, // for tests
	{
		pkg:     "engine/task/git",
		ours:    []string{"engine/task", "engine/task/directory", "engine/task/setting", "engine/task/ssh", "engine/flow", "engine/pebble", "engine/value"},
		outside: []string{"github.com/go-git/go-git/v5", "github.com/go-git/go-billy/v5", "golang.org/x/crypto/ssh"},
		tests:   []string{"engine/task/git/gittest", "engine/task/ssh/sshtest", "engine/task/tasktest", "engine/files", "engine/outbound"},
	},
	{pkg: "engine/task/git/gittest"}, // for tests
	messages("github"),
	{
		pkg:     "engine/task/postgresql",
		ours:    []string{"engine/task", "engine/task/lines", "engine/task/setting", "engine/flow", "engine/ion", "engine/pebble", "engine/value"},
		outside: []string{"github.com/jackc/pgx/v5", "go.step.sm/crypto/pemutil"},
		tests:   []string{"engine/task/postgresql/postgrestest", "engine/task/tasktest", "engine/files", "engine/outbound"},
	},
	{pkg: "engine/task/postgresql/postgrestest", ours: []string{"engine/task/tasktest"}}, // for tests
	{
		pkg:     "engine/task/serdes",
		ours:    []string{"engine/task", "engine/task/charset", "engine/task/lines", "engine/task/setting", "engine/flow", "engine/ion", "engine/javatime", "engine/meter", "engine/value"},
		outside: []string{"golang.org/x/text"},
		tests:   []string{"engine/task/tasktest", "engine/files"},
	},
	messages("slack"),
}

// taskGroup returns the row of a group of tasks that needs nothing special. Its tests may put other tasks into flows.
func taskGroup(name string) row {
	return row{
		pkg:   "engine/task/" + name,
		ours:  []string{"engine/task", "engine/flow", "engine/pebble", "engine/value"},
		tests: []string{"engine/task/..."},
	}
}

// messages returns the row of a group of tasks that send messages to a service over HTTP.
func messages(name string) row {
	return row{
		pkg:   "engine/task/" + name,
		ours:  []string{"engine/task", "engine/task/http", "engine/task/notice", "engine/task/setting", "engine/flow", "engine/pebble", "engine/value"},
		tests: []string{"engine/task/tasktest", "engine/outbound"},
	}
}

// groupModule returns the row of the Caddy module of a group of tasks. No such package needs one in the table.
func groupModule(name string) row {
	return row{
		pkg:     "caddymodule/tasks/" + name,
		ours:    []string{"engine/task/" + name, "engine/flow", "engine/size", "caddymodule/knownhosts"},
		outside: []string{"github.com/caddyserver/caddy/v2"},
	}
}
