package render

// The documents, in the words and the order of the aws command line's skeletons. Fields that ECS fills in by itself, and
// in which it could change its mind, are written out.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html

type taskDefinition struct {
	Family                  string          `json:"family"`
	TaskRoleArn             string          `json:"taskRoleArn"`
	ExecutionRoleArn        string          `json:"executionRoleArn"`
	NetworkMode             string          `json:"networkMode"`
	PIDMode                 string          `json:"pidMode,omitempty"`
	IPCMode                 string          `json:"ipcMode,omitempty"`
	ContainerDefinitions    []container     `json:"containerDefinitions"`
	Volumes                 []volume        `json:"volumes,omitempty"`
	RequiresCompatibilities []string        `json:"requiresCompatibilities"`
	CPU                     string          `json:"cpu,omitempty"`
	Memory                  string          `json:"memory,omitempty"`
	EphemeralStorage        *ephemeral      `json:"ephemeralStorage,omitempty"`
	EnableFaultInjection    bool            `json:"enableFaultInjection,omitempty"`
	RuntimePlatform         runtimePlatform `json:"runtimePlatform"`
	Tags                    []tag           `json:"tags,omitempty"`
}

type runtimePlatform struct {
	CPUArchitecture       string `json:"cpuArchitecture"`
	OperatingSystemFamily string `json:"operatingSystemFamily"`
}

type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// service writes its lists and Service Connect even when there is nothing in them: given to an update, which keeps what it
// is not told, they take away what the manifest no longer has.
type service struct {
	Cluster                       string                  `json:"cluster"`
	ServiceName                   string                  `json:"serviceName"`
	TaskDefinition                string                  `json:"taskDefinition"`
	LoadBalancers                 []loadBalancer          `json:"loadBalancers"`
	ServiceRegistries             []serviceRegistry       `json:"serviceRegistries"`
	DesiredCount                  *int                    `json:"desiredCount,omitempty"`
	LaunchType                    string                  `json:"launchType,omitempty"`
	CapacityProviderStrategy      []strategyItem          `json:"capacityProviderStrategy,omitempty"`
	PlacementConstraints          []placementConstraint   `json:"placementConstraints,omitempty"`
	PlacementStrategy             []placementStrategy     `json:"placementStrategy,omitempty"`
	PlatformVersion               string                  `json:"platformVersion,omitempty"`
	Monitoring                    *monitoring             `json:"monitoring,omitempty"`
	DeploymentConfiguration       deploymentConfiguration `json:"deploymentConfiguration"`
	NetworkConfiguration          *networkConfiguration   `json:"networkConfiguration,omitempty"`
	HealthCheckGracePeriodSeconds *int                    `json:"healthCheckGracePeriodSeconds,omitempty"`
	SchedulingStrategy            string                  `json:"schedulingStrategy"`
	DeploymentController          deploymentController    `json:"deploymentController"`
	Tags                          []tag                   `json:"tags,omitempty"`
	EnableECSManagedTags          bool                    `json:"enableECSManagedTags"`
	PropagateTags                 string                  `json:"propagateTags"`
	EnableExecuteCommand          bool                    `json:"enableExecuteCommand"`
	AvailabilityZoneRebalancing   string                  `json:"availabilityZoneRebalancing"`
	ServiceConnectConfiguration   serviceConnect          `json:"serviceConnectConfiguration"`
	VolumeConfigurations          []volumeConfiguration   `json:"volumeConfigurations"`
}

type loadBalancer struct {
	TargetGroupArn        string    `json:"targetGroupArn"`
	ContainerName         string    `json:"containerName"`
	ContainerPort         int       `json:"containerPort"`
	AdvancedConfiguration *advanced `json:"advancedConfiguration,omitempty"`
}

type serviceRegistry struct {
	RegistryArn string `json:"registryArn"`
}

type networkConfiguration struct {
	AwsvpcConfiguration awsvpc `json:"awsvpcConfiguration"`
}

type awsvpc struct {
	Subnets        []string `json:"subnets"`
	SecurityGroups []string `json:"securityGroups,omitempty"`
	AssignPublicIP string   `json:"assignPublicIp"`
}

type deploymentController struct {
	Type string `json:"type"`
}

type serviceConnect struct {
	Enabled                 bool              `json:"enabled"`
	Namespace               string            `json:"namespace,omitempty"`
	Services                []connectService  `json:"services,omitempty"`
	LogConfiguration        *logConfiguration `json:"logConfiguration,omitempty"`
	AccessLogConfiguration  *accessLog        `json:"accessLogConfiguration,omitempty"`
	ContainerConfigurations []proxySetting    `json:"containerConfigurations,omitempty"`
}

type accessLog struct {
	Format                 string `json:"format"`
	IncludeQueryParameters string `json:"includeQueryParameters"`
}

// proxySetting holds one setting.
type proxySetting struct {
	LogLevel string `json:"logLevel"`
}

type connectService struct {
	PortName            string          `json:"portName"`
	DiscoveryName       string          `json:"discoveryName"`
	ClientAliases       []connectAlias  `json:"clientAliases"`
	IngressPortOverride int             `json:"ingressPortOverride,omitempty"`
	Timeout             *connectTimeout `json:"timeout,omitempty"`
	TLS                 *connectTLS     `json:"tls,omitempty"`
}

type connectTimeout struct {
	IdleTimeoutSeconds       *int `json:"idleTimeoutSeconds,omitempty"`
	PerRequestTimeoutSeconds *int `json:"perRequestTimeoutSeconds,omitempty"`
}

type connectTLS struct {
	IssuerCertificateAuthority issuer `json:"issuerCertificateAuthority"`
	KmsKey                     string `json:"kmsKey,omitempty"`
	RoleArn                    string `json:"roleArn"`
}

type issuer struct {
	AwsPcaAuthorityArn string `json:"awsPcaAuthorityArn"`
}

type connectAlias struct {
	Port             int        `json:"port"`
	DNSName          string     `json:"dnsName"`
	TestTrafficRules *testRules `json:"testTrafficRules,omitempty"`
}

type testRules struct {
	Header testHeader `json:"header"`
}

type testHeader struct {
	Name  string    `json:"name"`
	Value testValue `json:"value"`
}

type testValue struct {
	Exact string `json:"exact"`
}
