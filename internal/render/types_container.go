package render

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
type container struct {
	Name                   string                 `json:"name"`
	Image                  string                 `json:"image"`
	RepositoryCredentials  *repositoryCredentials `json:"repositoryCredentials,omitempty"`
	CPU                    int                    `json:"cpu,omitempty"`
	Memory                 int                    `json:"memory,omitempty"`
	MemoryReservation      int                    `json:"memoryReservation,omitempty"`
	Links                  []string               `json:"links,omitempty"`
	Essential              bool                   `json:"essential"`
	RestartPolicy          *restartPolicy         `json:"restartPolicy,omitempty"`
	PortMappings           []portMapping          `json:"portMappings,omitempty"`
	EntryPoint             []string               `json:"entryPoint,omitempty"`
	Command                []string               `json:"command,omitempty"`
	Environment            []pair                 `json:"environment,omitempty"`
	EnvironmentFiles       []environmentFile      `json:"environmentFiles,omitempty"`
	MountPoints            []mountPoint           `json:"mountPoints,omitempty"`
	Secrets                []secret               `json:"secrets,omitempty"`
	DependsOn              []dependency           `json:"dependsOn,omitempty"`
	HealthCheck            *healthCheck           `json:"healthCheck,omitempty"`
	LinuxParameters        *linuxParameters       `json:"linuxParameters,omitempty"`
	StartTimeout           int                    `json:"startTimeout,omitempty"`
	StopTimeout            int                    `json:"stopTimeout,omitempty"`
	VersionConsistency     string                 `json:"versionConsistency,omitempty"`
	Hostname               string                 `json:"hostname,omitempty"`
	User                   string                 `json:"user,omitempty"`
	WorkingDirectory       string                 `json:"workingDirectory,omitempty"`
	DisableNetworking      bool                   `json:"disableNetworking,omitempty"`
	Privileged             bool                   `json:"privileged,omitempty"`
	ReadonlyRootFilesystem bool                   `json:"readonlyRootFilesystem,omitempty"`
	DNSServers             []string               `json:"dnsServers,omitempty"`
	DNSSearchDomains       []string               `json:"dnsSearchDomains,omitempty"`
	ExtraHosts             []extraHost            `json:"extraHosts,omitempty"`
	DockerSecurityOptions  []string               `json:"dockerSecurityOptions,omitempty"`
	Interactive            bool                   `json:"interactive,omitempty"`
	PseudoTerminal         bool                   `json:"pseudoTerminal,omitempty"`
	DockerLabels           map[string]string      `json:"dockerLabels,omitempty"`
	Ulimits                []ulimit               `json:"ulimits,omitempty"`
	LogConfiguration       *logConfiguration      `json:"logConfiguration,omitempty"`
	SystemControls         []systemControl        `json:"systemControls,omitempty"`
	ResourceRequirements   []resourceRequirement  `json:"resourceRequirements,omitempty"`
	FirelensConfiguration  *firelens              `json:"firelensConfiguration,omitempty"`
}

type portMapping struct {
	Name               string `json:"name,omitempty"`
	ContainerPort      int    `json:"containerPort,omitempty"`
	ContainerPortRange string `json:"containerPortRange,omitempty"`
	HostPort           *int   `json:"hostPort,omitempty"`
	Protocol           string `json:"protocol"`
	AppProtocol        string `json:"appProtocol,omitempty"`
}

type mountPoint struct {
	SourceVolume  string `json:"sourceVolume"`
	ContainerPath string `json:"containerPath"`
	ReadOnly      bool   `json:"readOnly"`
}

type healthCheck struct {
	Command     []string `json:"command"`
	Interval    int      `json:"interval"`
	Timeout     int      `json:"timeout"`
	Retries     int      `json:"retries,omitempty"`
	StartPeriod int      `json:"startPeriod,omitempty"`
}

type logConfiguration struct {
	LogDriver     string            `json:"logDriver"`
	Options       map[string]string `json:"options,omitempty"`
	SecretOptions []secret          `json:"secretOptions,omitempty"`
}

type firelens struct {
	Type    string            `json:"type"`
	Options map[string]string `json:"options,omitempty"`
}

type restartPolicy struct {
	Enabled              bool  `json:"enabled"`
	IgnoredExitCodes     []int `json:"ignoredExitCodes,omitempty"`
	RestartAttemptPeriod int   `json:"restartAttemptPeriod"`
}

type linuxParameters struct {
	Capabilities       *capabilities `json:"capabilities,omitempty"`
	Devices            []device      `json:"devices,omitempty"`
	InitProcessEnabled bool          `json:"initProcessEnabled"`
	SharedMemorySize   int           `json:"sharedMemorySize,omitempty"`
	Tmpfs              []tmpfs       `json:"tmpfs,omitempty"`
	MaxSwap            *int          `json:"maxSwap,omitempty"`
	Swappiness         *int          `json:"swappiness,omitempty"`
}

type capabilities struct {
	Add  []string `json:"add,omitempty"`
	Drop []string `json:"drop,omitempty"`
}

type device struct {
	HostPath      string   `json:"hostPath"`
	ContainerPath string   `json:"containerPath,omitempty"`
	Permissions   []string `json:"permissions,omitempty"`
}

type tmpfs struct {
	ContainerPath string   `json:"containerPath"`
	Size          int      `json:"size"`
	MountOptions  []string `json:"mountOptions,omitempty"`
}

type ulimit struct {
	Name      string `json:"name"`
	SoftLimit int    `json:"softLimit"`
	HardLimit int    `json:"hardLimit"`
}

type extraHost struct {
	Hostname  string `json:"hostname"`
	IPAddress string `json:"ipAddress"`
}

type systemControl struct {
	Namespace string `json:"namespace"`
	Value     string `json:"value"`
}

type resourceRequirement struct {
	Value string `json:"value"`
	Type  string `json:"type"`
}

type environmentFile struct {
	Value string `json:"value"`
	Type  string `json:"type"`
}

type dependency struct {
	ContainerName string `json:"containerName"`
	Condition     string `json:"condition"`
}

type repositoryCredentials struct {
	CredentialsParameter string `json:"credentialsParameter"`
}

type pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type secret struct {
	Name      string `json:"name"`
	ValueFrom string `json:"valueFrom"`
}
