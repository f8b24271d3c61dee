package manifest

import "time"

// Sidecar is another container of the service's task.
type Sidecar struct {
	Image             Image // Port and Protocol included
	Essential         bool
	Entrypoint        []string
	Command           []string
	Variables         map[string]string
	ImportedVariables map[string]string
	Secrets           map[string]Secret
	EnvFile           string
	MountPoints       []MountPoint
	Options           ContainerOptions
}

// MountPoint is a volume of storage.volumes, seen in a container.
type MountPoint struct {
	SourceVolume string
	Path         string
	ReadOnly     bool
}

// ContainerOptions is what ferry says about any container beyond Copilot. What is zero is not said.
type ContainerOptions struct {
	CPU, Memory, MemoryReservation, GPU int // CPU units, MiB, MiB, whole GPUs
	Ports                               []PortRange
	User, WorkingDirectory, Hostname    string
	Init                                *bool
	Restart                             *Restart
	StartTimeout, StopTimeout           time.Duration
	Interactive, TTY, Privileged        bool
	VersionConsistency                  *bool
	Ulimits                             map[string]Ulimit
	AddCapabilities, DropCapabilities   []string // in capitals
	SystemControls                      map[string]string
	SharedMemory                        int // MiB
	Tmpfs                               []Tmpfs
	Devices                             []Device
	MaxSwap, Swappiness                 *int
	ExtraHosts                          map[string]string // name → address
	DNSServers, DNSSearch               []string
	SecurityOptions, Links              []string
	DisableNetworking                   bool
}

// PortRange is one port, or several in a row.
type PortRange struct {
	From, To int    // the same for one port
	Protocol string // tcp or udp
}

// Restart lets ECS restart a container within its task.
type Restart struct {
	Enable           bool
	IgnoredExitCodes []int
	AttemptPeriod    time.Duration
}

// Ulimit is a limit of a process; -1 is none.
type Ulimit struct{ Soft, Hard int }

// Tmpfs is a directory in memory.
type Tmpfs struct {
	Path    string
	Size    int // MiB
	Options []string
}

// Device is a device of the instance.
type Device struct {
	HostPath, Path string
	Permissions    []string // read, write, mknod; nil = all
}

// LogRouter is a Fluent Bit container that the service's output goes through (FireLens).
type LogRouter struct {
	Image             string
	Destination       map[string]string // options of the output plugin
	EnableMetadata    bool
	SecretOptions     map[string]Secret
	ConfigFile        string // path in the router's image; "" = none
	Variables         map[string]string
	ImportedVariables map[string]string
	Secrets           map[string]Secret
	EnvFile           string
}

// LogRouterImage is the router's image where the manifest names none.
const LogRouterImage = "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable"

// LogRouterName is the router's container, as Copilot calls it.
const LogRouterName = "firelens_log_router"

// BuildSecret is what a build step may read: a file, or a variable of the environment. Exactly one is set.
type BuildSecret struct{ File, Env string }

// Role is one of a task's two roles: ferry's own with more permissions, or, where ARN is set, one that exists.
type Role struct {
	ARN             string
	Statements      []RoleStatement
	ManagedPolicies []string // names of AWS's own, or ARNs
}

// RoleStatement is a statement of a policy.
type RoleStatement struct {
	Effect     string // Allow or Deny
	Actions    []string
	Resources  []string
	Conditions map[string]map[string][]string // operator → key → values
}

// TaskdefOverride changes a property of the rendered task definition.
type TaskdefOverride struct {
	Path  string // ContainerDefinitions[0].StopTimeout
	Value any    // as encoding/json has it: nil, bool, int64, float64, string, []any, map[string]any
}
