// Package runtime owns where the emulator's tasks run. Its three implementations are virtual (nothing runs: tests and
// rehearsals), process (the image's entry point as a process on its unpacked file system) and docker (a Docker engine).
//
// It runs one container at a time and knows nothing of ECS: task states, dependencies between containers, health
// check schedules and restarts belong to package ecs.
package runtime

import (
	"context"
	"io"
	"net"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Runtime runs containers. Implementations are safe for concurrent use.
type Runtime interface {
	// Name is "virtual", "process" or "docker".
	Name() string
	// StartTask prepares what the containers of one task share: a network of their own where the machine allows it.
	StartTask(ctx context.Context, t TaskSpec) (Task, error)
	// Close stops every task that is still running and releases everything.
	Close() error
}

// TaskSpec describes one task.
type TaskSpec struct {
	ID     string   // the ECS task ID: 32 hexadecimal digits
	Family string   // for names and labels only
	Hosts  []string // "host:port" addresses outside that the task must be able to reach: the AWS endpoint, …
	Ports  []int    // every container port of the task, whichever container has it

	Volumes []Volume // what its containers may mount

	Aliases []string // the host names that others call it by, on its container ports
}

// Volume is a volume of a task.
type Volume struct {
	Name string
	Dir  string // a directory of this machine, which exists; "" = an empty one that ends with the task
}

// Task is a running task's shared part.
type Task interface {
	// Start starts one container and returns at once. An image that cannot run here (platform, no entry point) is an error.
	Start(ctx context.Context, c ContainerSpec) (Container, error)
	// Address returns the host:port on loopback at which the given container port of the task answers from the host.
	Address(ctx context.Context, port int) (string, error)
	// HostAddress returns the host:port at which an address of TaskSpec.Hosts answers from inside the task.
	HostAddress(hostport string) string
	// Resolve says which names the task's programs find, and what answers there, in place of what it said before. It is for the
	// sandboxes of the process runtime: an engine's containers find each other's aliases, and plain processes find nobody.
	Resolve(names []Name) error
	// Close kills what still runs and removes the task's file systems and network.
	Close() error
}

// Name is a host name under which a program of a task finds something outside.
type Name struct {
	Host string // in lower case: api, or api.test.shop.local
	Port int    // where the program connects to
	Dial func() (net.Conn, error)
}

// ContainerSpec describes one container, with the image's own configuration not yet applied.
type ContainerSpec struct {
	Name       string
	Image      v1.Image // resolved; nil for the virtual runtime
	ImageRef   string   // as the task definition names it
	Entrypoint []string // nil: the image's
	Command    []string // nil: the image's, unless Entrypoint is set
	Env        []string // NAME=value, added to the image's
	WorkingDir string
	User       string
	Ports      []int
	MemoryMiB  int  // hard limit; 0 = none
	ReadOnly   bool // the container's own file system; volumes are as their mounts say
	Mounts     []Mount
	Ulimits    []Ulimit
	Kernel     Kernel
	Output     io.Writer // stdout and stderr, as written; safe for concurrent use
}

// Ulimit is a limit of a container's processes. The process runtime holds core, fsize, memlock, nofile, nproc and stack.
type Ulimit struct {
	Name       string // as ECS names it: nofile, …
	Soft, Hard int64  // -1 = none
}

// Kernel is what an engine does between a container and the kernel. The process runtime has an init and few capabilities
// always, and the rest not.
type Kernel struct {
	Init      bool     // a first process that reaps others
	Add, Drop []string // capabilities
	SharedMiB int      // size of /dev/shm; 0 = the engine's own
	Tmpfs     []Tmpfs
	TTY       bool
	Stdin     bool // stays open
}

// Tmpfs is a directory in memory.
type Tmpfs struct {
	Path    string
	MiB     int
	Options []string
}

// Mount is a volume in a container. A runtime that cannot mount it does not start the container.
type Mount struct {
	Volume   string // of TaskSpec.Volumes
	Path     string // absolute; made when it is missing
	ReadOnly bool
}

// Container is one running container.
type Container interface {
	// Done is closed once the container has ended; Exit may be read from then on.
	Done() <-chan struct{}
	Exit() Exit
	// Exec runs a command inside, for container health checks, and returns its exit code.
	Exec(ctx context.Context, argv []string) (int, error)
	// Stop asks it to end (SIGTERM, or the image's stop signal) and kills it once grace has passed on
	// the wall's clock. It waits for the end.
	Stop(ctx context.Context, grace time.Duration) error
}

// Exit is how a container ended.
type Exit struct {
	Code     int
	OutOfMem bool
	Reason   string // why it could not run, or ""
}
