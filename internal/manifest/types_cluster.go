package manifest

// Cluster holds the cluster's options.
type Cluster struct {
	Name              string // of a cluster that exists already; "" = one of the environment's own
	ContainerInsights string // "disabled" (default), "enabled", "enhanced"; "" where the cluster exists already
	CapacityProviders []CapacityProvider
	DefaultStrategy   []StrategyItem // of services that say nothing
}

// CapacityProvider is one that the cluster offers: one that exists, or one that the environment makes.
type CapacityProvider struct {
	Name    string
	Group   *AutoScalingGroup // nil: not one of these
	Managed *ManagedInstances
}

// Made tells whether the environment makes the capacity provider.
func (p CapacityProvider) Made() bool { return p.Group != nil || p.Managed != nil }

// AutoScalingGroup is a group of instances that ECS grows and shrinks.
type AutoScalingGroup struct {
	InstanceTypes         []string
	Image                 string // a name of instanceImages, an AMI's ID, or the name of an SSM parameter that holds one
	Min, Max              int
	Desired               int    // 0 = ECS's
	Placement             string // "public" (default) or "private"
	SecurityGroups        []string
	VolumeSize            int // GiB; 0 = the image's own
	Spot                  int // percent of the instances
	TargetCapacity        int // percent of the group that is to be used
	TerminationProtection bool
}

// ManagedInstances are instances that ECS chooses, patches and ends by itself.
type ManagedInstances struct {
	VCPUs, Memory         Range // memory in MiB
	InstanceTypes         []string
	ExcludedInstanceTypes []string
	CPUManufacturers      []string
	Generations           []string
	Burstable             string // "", included, excluded or required
	Accelerators          Range
	AcceleratorTypes      []string
	CapacityOption        string // ON_DEMAND, SPOT or RESERVED
	ReservationGroup      string // ARN of a resource group of capacity reservations
	Placement             string // "private" (default) or "public"
	SecurityGroups        []string
	StorageSize           int // GiB; 0 = ECS's own
	DetailedMonitoring    bool
}

// Range is a range of numbers. Max 0 = no bound; both 0: nothing is said.
type Range struct{ Min, Max int }

// Said tells whether a range was written.
func (r Range) Said() bool { return r.Min != 0 || r.Max != 0 }
