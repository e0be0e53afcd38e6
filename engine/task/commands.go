package task

import "context"

// Commands runs commands on the machine of the server. Methods may be called concurrently.
type Commands interface {
	// Run runs a command, and returns its exit code: 128 and the number of the signal when one ended it. It returns once nothing runs any
	// more of what the command has begun, but for what has left its process group. When ctx ends before, so does the command, and the error
	// is that of ctx. Without an error of ctx, an error says that there was no process.
	Run(ctx context.Context, c *Command) (exit int, err error)

	// User returns as whom commands run; nil: as the server does.
	User() *User

	// Environment returns a folder that is kept by a name, with programs and libraries for commands. When there is none it makes one, empty,
	// and has it built; others wait for it meanwhile. It is there until release is called, which is to be done once; afterwards it may be
	// removed to make room for others. Commands cannot change it where they run as another user than the server.
	Environment(ctx context.Context, name string, build func(folder string) error) (folder string, release func(), err error)
}

// Command is a command and its surroundings.
type Command struct {
	Args []string // the program first
	Dir  string   // its working directory
	Env  []string // its whole environment, as in NAME=value

	Started func(pid int) // called once it runs

	// Line takes the lines that it prints, one after the other, those of one stream in their order. A line is valid UTF-8 without its
	// end; of one with more than [MaxCommandLine] bytes the rest is cut.
	Line func(l CommandLine)
}

// MaxCommandLine is the longest line that a command prints whole, in bytes.
const MaxCommandLine = 1 << 20

// CommandLine is a line that a command has printed.
type CommandLine struct {
	Text   string
	Stderr bool
	Cut    bool
}

// User is a user of the machine.
type User struct {
	Name, Home string
	UID, GID   int
	Groups     []int // beside GID
}
