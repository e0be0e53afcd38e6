package container

import (
	"context"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// Runner runs commands in containers. Methods may be called concurrently.
type Runner interface {
	// Allows reports whether containers may have one of [Dangers].
	Allows(danger string) bool

	// Host is where the daemon is.
	Host() string

	// Check returns why no container can run: the daemon does not answer.
	Check(ctx context.Context) error

	// Remove kills and removes the containers of an owner, and returns how many there were.
	Remove(ctx context.Context, owner string) (int, error)

	// Run runs a command in a container of its own, and returns its exit code. When ctx ends before, the container is killed, and the error is
	// that of ctx. Unless it is to be kept, the container is removed when Run returns. Dir of the command, and the folders of the
	// container, are names inside of it.
	Run(ctx context.Context, c *Container, command *task.Command) (exit int, err error)
}

// The dangers: what gives a container power over the machine of the daemon, or lets it into networks that it has no part in.
const (
	Privileged  = "privileged"
	HostNetwork = "host_network" // or that of another container
	Devices     = "devices"
	Volumes     = "volumes"
)

// Dangers are all of them.
var Dangers = []string{Privileged, HostNetwork, Devices, Volumes}

// Root is the folder in a container below which the files of a run are.
const Root = "/kestra"

// Container is what a command runs in. Zero fields are as the daemon, or the image, has them.
type Container struct {
	Image      string
	Pull       string // one of [PullPolicies]; empty: [PullIfNotPresent]
	Registries Registries
	Labels     map[string]string
	Owner      string // of the containers of one server, see [Runner.Remove]

	User       string
	EntryPoint []string // nil: that of the image
	ExtraHosts []string // name:address
	Network    string
	Ports      []string // address:port:port/protocol, as in docker run --publish
	Volumes    []string
	Devices    []Device
	Privileged bool

	NanoCPUs          int64
	Memory            int64 // bytes, as all below
	MemorySwap        int64
	MemoryReservation int64
	SharedMemory      int64
	Swappiness        *int64
	KeepOnOOM         *bool // the kernel kills nothing in it when memory is short

	Folders []Folder
	Keep    bool          // it is not removed when it has ended
	Detach  bool          // nobody waits for its end, nor removes it
	Grace   time.Duration // from the request to end until it is killed, when the run is cut short; 0: it is killed at once

	Started func(id string)   // called once it runs
	Log     func(text string) // takes what goes on before and after that; nil: nobody does
}

// Folder is one whose files are copied into a container.
type Folder struct {
	Dir  *task.Directory
	Path string // in the container, below [Root]
	Back bool   // and back, when the command has ended
}

// Device is a request to drivers of devices.
type Device struct {
	Driver       string
	Count        int // -1: all
	IDs          []string
	Capabilities [][]string
	Options      map[string]string
}

// The pull policies.
const (
	PullAlways       = "ALWAYS"
	PullIfNotPresent = "IF_NOT_PRESENT"
	PullNever        = "NEVER"
)

// PullPolicies are all of them.
var PullPolicies = []string{PullAlways, PullIfNotPresent, PullNever}
