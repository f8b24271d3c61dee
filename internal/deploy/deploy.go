// Package deploy owns the order of work: the straight line from a manifest to a verdict, and its siblings package,
// status, list, show and delete.
//
// It decides what follows what, what may run side by side and what a failure undoes. How a step is done belongs to the
// package of the step: image, stack, release, watch, logs. It prints nothing; results are plain structs that are, as
// they stand, the final object of `--output json`.
package deploy

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/poll"
	"ferry.dev/ferry/internal/workspace"
)

// Target is what a command works on: an environment of an application, the workspace that describes it and the AWS
// configuration that reaches it.
type Target struct {
	Workspace *workspace.Workspace
	App       manifest.App
	Env       manifest.Environment
	Options   manifest.Options // how service manifests are read (App and Env are filled in when empty)
	AWS       aws.Config       // unused by what is offline: Package
	Pace      poll.Pace        // how often AWS is asked while something is waited for; zero = defaults
	// Host is the platform that the built-in builder builds for, where tasks run on this very machine instead of on what
	// the manifest says; zero = what the manifest says.
	Host manifest.Platform
}

// How a deploy behaves that meets another one in flight.
const (
	ConflictWait      = "wait"      // for its end, then deploy (default)
	ConflictSupersede = "supersede" // deploy over it
	ConflictFail      = "fail"      // refuse before any write: fault.Refused
)

// Request says what to deploy, and how.
type Request struct {
	Services   []string      // none: every service of the workspace
	Tag        string        // extra image tag to push, beside the digest of the inputs; may be empty
	Commit     string        // git commit, "" when not in a repository
	Detach     bool          // return once the release has started
	Timeout    time.Duration // for each service's release; default 30 minutes
	OnConflict string        // one of Conflict…; "" = ConflictWait
}

// Result is what a deploy came to.
type Result struct {
	Application string          `json:"application"`
	Environment string          `json:"environment"`
	Services    []ServiceResult `json:"services"`
	ExitCode    int             `json:"exitCode"`
}

// What came of a service, in ServiceResult.Outcome.
const (
	OutcomeLive        = "live"        // the revision that this run created is SUCCESSFUL
	OutcomeUnchanged   = "unchanged"   // nothing to do, and nothing was done
	OutcomeStarted     = "started"     // the release goes on in AWS: --detach, or nobody could see its end
	OutcomeRolledBack  = "rolled back" // the previous release is serving again
	OutcomeFailed      = "failed"      // and was not rolled back
	OutcomeTimedOut    = "timed out"   // still in progress
	OutcomeSuperseded  = "superseded"  // another deployment took over
	OutcomeInterrupted = "interrupted" // by the user; what was started goes on in AWS
)

// ServiceResult is what a deploy of one service came to.
type ServiceResult struct {
	Service        string            `json:"service"`
	Outcome        string            `json:"outcome"`
	ExitCode       int               `json:"exitCode"`
	Release        string            `json:"release,omitempty"` // v42
	Image          string            `json:"image,omitempty"`   // repository@sha256:…
	Images         map[string]string `json:"images,omitempty"`  // of the sidecars, by their names
	Built          bool              `json:"built"`
	Pushed         bool              `json:"pushed"`
	Infrastructure bool              `json:"infrastructureChanged"`
	Changes        []string          `json:"changes,omitempty"` // why it was released: "image", "cpu 256 → 512", "variables.GREETING"
	TaskDefinition string            `json:"taskDefinition,omitempty"`
	Deployment     string            `json:"deployment,omitempty"` // ARN of the service deployment
	URL            string            `json:"url,omitempty"`
	Failures       []Failure         `json:"failures,omitempty"` // evidence: tasks that stopped on their own
	Error          string            `json:"error,omitempty"`
	Hint           string            `json:"hint,omitempty"`
	Seconds        float64           `json:"seconds"`
}

// Failure is a task that stopped on its own during a release.
type Failure struct {
	Task       string   `json:"task"`
	StopCode   string   `json:"stopCode,omitempty"`
	Reason     string   `json:"reason,omitempty"`
	Container  string   `json:"container,omitempty"`
	ExitCode   *int     `json:"exitCode,omitempty"`
	LogTail    []string `json:"logTail,omitempty"`
	Target     string   `json:"target,omitempty"`
	Suggestion string   `json:"suggestion,omitempty"`
}

// File is one file that Package writes.
type File struct {
	Name string // environment.stack.yml, <service>.stack.yml, .taskdef.json, .service.json or, in Express Mode, .express.json or, of a job, .run-task.json, .scaling.json
	Data []byte
}

// StatusResult is the state of services in an environment.
type StatusResult struct {
	Application string          `json:"application"`
	Environment string          `json:"environment"`
	Region      string          `json:"region"`
	Deployed    bool            `json:"deployed"` // whether the environment's stack exists
	Services    []ServiceStatus `json:"services"`
}

// ServiceStatus is the state of one service.
type ServiceStatus struct {
	Service    string            `json:"service"`
	State      string            `json:"state"`             // ECS's own: ACTIVE, DRAINING, INACTIVE; "NOT DEPLOYED" when there is none; of a job one of Job…
	Release    string            `json:"release,omitempty"` // v42
	Commit     string            `json:"commit,omitempty"`
	Image      string            `json:"image,omitempty"`
	Desired    int               `json:"desired"`
	Running    int               `json:"running"`
	Pending    int               `json:"pending"`
	Healthy    int               `json:"healthy"`   // targets; 0 when not behind a load balancer
	Unhealthy  int               `json:"unhealthy"` // targets
	Targets    bool              `json:"loadBalanced"`
	Deployment *DeploymentStatus `json:"deployment,omitempty"` // the newest one
	Scaling    *ScalingStatus    `json:"scaling,omitempty"`    // nil: nothing but a deploy changes the count
	URL        string            `json:"url,omitempty"`
	Express    bool              `json:"express,omitempty"`  // in ECS Express Mode
	Messages   []Message         `json:"messages,omitempty"` // the service's last events, newest first
	Job        *JobStatus        `json:"job,omitempty"`      // of a job that is deployed
	Site       *SiteStatus       `json:"site,omitempty"`     // of a static site, which has no tasks
}

// ScalingStatus is what auto scaling does to a service's count.
type ScalingStatus struct {
	Min      int      `json:"min"`
	Max      int      `json:"max"`
	Policies []string `json:"policies"`           // "cpu 70", "custom-sessions 100", "step-busy"
	Schedule []string `json:"schedule,omitempty"` // "morning cron(0 8 ? * MON-FRI *) Europe/Berlin: 4-20"
}

// SiteStatus is what a static site holds.
type SiteStatus struct {
	Files        int    `json:"files"`
	Bytes        int64  `json:"bytes"`
	Bucket       string `json:"bucket"`
	Distribution string `json:"distribution"`
}

// DeploymentStatus is the state of a service deployment.
type DeploymentStatus struct {
	ID      string    `json:"id"`
	Status  string    `json:"status"` // rollout state: IN_PROGRESS, COMPLETED, FAILED
	Reason  string    `json:"reason,omitempty"`
	Created time.Time `json:"created"`
}

// Message is an entry of a service's event list.
type Message struct {
	Time time.Time `json:"time"`
	Text string    `json:"text"`
}

// ListResult is the workspace's services and environments, and which of them stand in the environment's account.
type ListResult struct {
	Application  string        `json:"application"`
	Environments []Environment `json:"environments"`
	Services     []Listed      `json:"services"`
}

// Environment is a row of ListResult.
type Environment struct {
	Name    string `json:"name"`
	Account string `json:"account,omitempty"`
	Region  string `json:"region,omitempty"`
	State   string `json:"state,omitempty"` // the stack's status; "" where it was not asked (another account or region)
}

// Listed is a service in ListResult.
type Listed struct {
	Name     string   `json:"name"`
	Type     string   `json:"type,omitempty"`
	Manifest bool     `json:"manifest"` // the workspace has a manifest for it
	Deployed []string `json:"deployed"` // environments (of those asked) in which it stands
}

// ShowResult is one service as its manifest says, and as it stands.
type ShowResult struct {
	Service     string            `json:"service"`
	Type        string            `json:"type"`
	Environment string            `json:"environment"`
	Image       string            `json:"image,omitempty"` // as the manifest says: build or location
	Port        int               `json:"port,omitempty"`
	CPU         int               `json:"cpu"`
	Memory      int               `json:"memory"` // MiB
	Platform    string            `json:"platform"`
	RunsOn      string            `json:"runsOn"` // launch type or capacity providers: FARGATE, FARGATE_SPOT
	Count       int               `json:"count"`
	Scaling     *ScalingStatus    `json:"scaling,omitempty"` // as the manifest says; count is what a new service begins with
	Containers  []MemoryRange     `json:"containers"`
	Ephemeral   int               `json:"ephemeralGiB,omitempty"` // disk of a Fargate task; 0 = the 20 GiB that it has anyway
	Volumes     []VolumeUse       `json:"volumes,omitempty"`
	Variables   map[string]string `json:"variables,omitempty"`
	Secrets     map[string]string `json:"secrets,omitempty"` // name → where from, never the value
	Topics      []string          `json:"topics,omitempty"`  // that it publishes, by their names in SNS
	Queues      []QueueUse        `json:"queues,omitempty"`  // of a worker
	Stack       string            `json:"stack"`
	Cluster     string            `json:"cluster"`
	LogGroup    string            `json:"logGroup"`
	Job         *JobSettings      `json:"job,omitempty"` // of a job
	Live        *ServiceStatus    `json:"live,omitempty"`
	Files       []string          `json:"files,omitempty"` // of a static site: its sources
}

// JobSettings are how a job is started, as its manifest says.
type JobSettings struct {
	Schedule string `json:"schedule"` // EventBridge Scheduler's expression; "" = on demand only
	TimeZone string `json:"timezone"`
	Enabled  bool   `json:"enabled"`
	Timeout  int    `json:"timeout,omitempty"` // seconds
	Retries  int    `json:"retries,omitempty"`
	Overlap  string `json:"overlap"`
}

// MemoryRange is the memory that a container is sure to get and the limit where it is killed, in MiB.
type MemoryRange struct {
	Container string `json:"container"`
	Image     string `json:"image,omitempty"` // as the manifest says: build or location
	CPU       int    `json:"cpu,omitempty"`   // units that it is sure to get; 0 = none
	Reserved  int    `json:"reserved"`
	Limit     int    `json:"limit"` // 0 = the instance's
}

// DeleteRequest says what to delete: Services of the target's environment, or the environment and everything in it.
type DeleteRequest struct {
	Services       []string
	Environment    bool // every service of the environment, then its stack
	KeepRepository bool // keep the images
	KeepLogs       bool // keep the log groups
	Timeout        time.Duration
}

// DeleteResult is what a delete removed, and what is left by name or tag afterwards: nothing, when all went well.
type DeleteResult struct {
	Application string   `json:"application"`
	Environment string   `json:"environment"`
	Deleted     []string `json:"deleted"`
	Kept        []string `json:"kept,omitempty"` // as asked
	Left        []string `json:"left"`           // null where a failure came before anybody looked
}
