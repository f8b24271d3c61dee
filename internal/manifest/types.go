package manifest

import (
	"time"

	"ferry.dev/ferry/internal/diag"
)

// Workload types, as `type:` names them.
const (
	LoadBalancedWebService = "Load Balanced Web Service"
	BackendService         = "Backend Service"
	WorkerService          = "Worker Service"
	ScheduledJob           = "Scheduled Job"
	RequestDrivenService   = "Request-Driven Web Service"
	StaticSite             = "Static Site"
	EnvironmentType        = "Environment"
)

// App is ferry/app.yml.
type App struct {
	Name                string
	Tags                map[string]string
	Images              Images
	PermissionsBoundary string // name or ARN of an IAM policy put on every role; "" = none
}

// Environment is environments/<env>/manifest.yml, resolved: defaults applied.
type Environment struct {
	Name    string
	Account string // 12 digits; "" = not pinned
	Region  string
	Network EnvNetwork
	HTTP    EnvHTTP
	Domains []Domain // of services behind the load balancers
	Cluster Cluster
	CDN     *CDN // nil: the public load balancer is reached without CloudFront
}

// EnvNetwork is the environment's VPC: its own when ID is "", else an imported one.
type EnvNetwork struct {
	ID      string // imported VPC
	CIDR    string // own VPC; default 10.0.0.0/16
	Public  []Subnet
	Private []Subnet
	NAT     string // "none" (default), "single", "per-az"; "" in a copilot/ workspace: a single one where a service needs it
	// Endpoints are interface endpoints by the service's name: "ecr.api". EndpointsForECS stands for those that ECS needs.
	Endpoints []string
	// Ingress and Egress are extra rules of the environment's security group.
	Ingress, Egress []SecurityGroupRule
	FlowLogs        int // days that flow logs are kept; 0 = there are none
}

// EndpointsForECS in a list of endpoints stands for those that ECS needs.
const EndpointsForECS = "true"

// Subnet is an imported subnet (ID) or one to make (CIDR, AZ). AZ "" = the region's n-th zone.
type Subnet struct{ ID, CIDR, AZ string }

// SecurityGroupRule is one rule of the environment's security group.
type SecurityGroupRule struct {
	CIDR             string
	FromPort, ToPort int
	Protocol         string
}

// EnvHTTP says what the environment's load balancers look like.
type EnvHTTP struct {
	Public, Private ALB
}

// ALB configures one Application Load Balancer.
type ALB struct {
	Certificates []string // ACM ARNs; with one or more, HTTPS is on
	SourceIPs    []string // CIDRs let in; default 0.0.0.0/0 (public)
	SSLPolicy    string
	Subnets      []string    // private only: subnets to put it in
	VPCIngress   bool        // private only: let the whole VPC in
	FromCDN      bool        // public only: CloudFront is let in
	PrefixLists  []string    // public only: ids of managed prefix lists that are let in
	AccessLogs   *AccessLogs // public only; nil: none
}

// Workload is a service's manifest, resolved for one environment: interpolated, overridden, defaults applied.
type Workload struct {
	Name string
	Type string

	Image      Image
	Entrypoint []string // nil = the image's
	Command    []string // nil = the image's

	Container ContainerOptions   // of the service's own container
	Sidecars  map[string]Sidecar // the task's other containers

	HTTP *HTTP // nil: not behind a load balancer
	// Express tells that a Request-Driven Web Service runs in ECS Express Mode. Of Scaling it has the range and one metric.
	Express bool

	Job *Job // nil: a service

	NLB *NLB // a Network Load Balancer of its own; nil: none

	InternalHTTP *HTTP // a Load Balanced Web Service: the internal load balancer beside the public one; nil: not

	CPU           int // CPU units, 1024 = 1 vCPU
	Memory        int // MiB
	Platform      Platform
	Count         int      // where Scaling is set, how many tasks a new service begins with
	Scaling       *Scaling // nil: Count stands
	Deployment    Deployment
	Observability Observability
	Capacity      Capacity

	Variables         map[string]string
	ImportedVariables map[string]string // variable → export of another stack
	Secrets           map[string]Secret
	EnvFile           string // path relative to the workspace root's parent (the project), or an ARN in S3; "" = none
	Exec              bool

	TaskRole, ExecutionRole Role
	TaskdefOverrides        []TaskdefOverride

	Network WorkloadNetwork
	Logging Logging
	Tags    map[string]string // of a Request-Driven Web Service, beside the application's
	Site    *Site             // of a Static Site, which has nothing else; nil for the others

	Publish   []Topic
	Subscribe Subscribe // Worker Service only
	Storage   Storage
}

// Image says where the container image comes from: Build or Location, exactly one.
type Image struct {
	Build       *Build
	Location    string // an image that exists
	Credentials string // Secrets Manager ARN for a private registry
	Labels      map[string]string
	Port        int    // 0 = none
	Protocol    string // of a sidecar's port: tcp or udp; "" = tcp
	HealthCheck *ContainerHealthCheck
	DependsOn   map[string]string // container → start, complete, success, healthy
}

// Build says how to build the image. Paths are relative to the project directory (the parent of ferry/).
type Build struct {
	Builder    string // "" or "docker": a Dockerfile; "go": the built-in Go builder
	Dockerfile string
	Context    string
	Args       map[string]string
	Target     string
	CacheFrom  []string
	GoPackage  string // builder go: the main package, default "."
	BaseImage  string // builder go: default scratch
	Secrets    map[string]BuildSecret
	SSH        []string // "default" or "<id>=<path>"
}

// ContainerHealthCheck is ECS's container health check.
type ContainerHealthCheck struct {
	Command                        []string // CMD or CMD-SHELL first
	Interval, Timeout, StartPeriod time.Duration
	Retries                        int
}

// HTTP routes requests of the environment's load balancer to the service: one rule, and the rules beside it.
type HTTP struct {
	Path                string // "/", "api", "/api"; matched as a prefix
	Aliases             []string
	Version             string // "http1" (default), "http2", "grpc"
	HealthCheck         HTTPHealthCheck
	Stickiness          bool
	DeregistrationDelay time.Duration
	TargetPort          int // default that of the target container
	AllowedSourceIPs    []string
	RedirectToHTTPS     bool
	Private             bool              // of a Request-Driven Web Service: behind the internal load balancer
	TargetContainer     string            // "" = the service's own
	HostedZone          string            // id of the Route 53 zone in which the aliases are pointed at the load balancer; "" = nowhere
	AliasZones          map[string]string // alias → a zone of its own
	ALB                 string            // name or ARN of a load balancer that exists; "" = the environment's
	AdditionalRules     []HTTP            // without further ones of their own
}

// HTTPHealthCheck is the target group's health check.
type HTTPHealthCheck struct {
	Path                                 string
	Port                                 int    // 0 = traffic port
	SuccessCodes                         string // "200", "200-299", "200,301"
	HealthyThreshold, UnhealthyThreshold int
	Interval, Timeout, GracePeriod       time.Duration
}

// Platform is the operating system family and the CPU architecture, in ECS's words.
type Platform struct {
	OS   string // "LINUX", "WINDOWS_SERVER_2022_CORE", …
	Arch string // "X86_64", "ARM64"
}

// The kinds of references to secrets.
const (
	SecretSSM     = "ssm"            // name or ARN of an SSM parameter
	SecretManager = "secretsmanager" // name or ARN of a Secrets Manager secret
	SecretExport  = "cfn"            // another stack's export, which holds either's ARN
)

// Secret is a reference to a secret.
type Secret struct {
	From string // as written
	Kind string // one of Secret…
}

// WorkloadNetwork places the tasks.
type WorkloadNetwork struct {
	Mode           string              // one of the Mode… constants; "" = see Workload.Mode
	Placement      string              // "public" (default) or "private"
	Subnets        []string            // explicit subnet IDs instead of a placement
	SubnetTags     map[string][]string // subnets with these tags instead: tag → its values, one of which is meant
	SecurityGroups []string            // added to the environment's
	ImportedGroups []string            // the same, exported by other stacks
	DenyDefault    bool                // do not attach the environment's security group
	Connect        *Connect            // nil: no Service Connect
}

// Logging says what becomes of the containers' output.
type Logging struct {
	Retention int               // days; default 30
	Driver    string            // "" = CloudWatch Logs
	Options   map[string]string // of the driver
	Router    *LogRouter        // nil: none
}

// Workspace-independent result of reading one manifest: the value, and where each field stands in the source.

// Where finds the place of a field. It returns the nearest enclosing place when the field itself is not written.
type Where func(path string) diag.Position
