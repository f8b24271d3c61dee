// Package plan owns the decision what should exist in AWS for an application, an environment and a service, and why.
//
// It is pure: manifests in, values out. It knows names, tags, ports, sizes and security; it writes no CloudFormation
// and no JSON (package render does) and calls nothing. What a template would need an "if" for is decided here.
package plan

import "ferry.dev/ferry/internal/manifest"

// Environment is everything that the environment's stack should hold.
type Environment struct {
	App, Name       string
	Account, Region string            // Account may be "" in an offline package
	Stack           string            // <app>-<env>
	Cluster         string            // <app>-<env>
	Namespace       string            // <env>.<app>.local, the private DNS and Service Connect namespace
	Tags            map[string]string // of the stack, which CloudFormation puts on every resource in it
	Manifest        manifest.Environment
	// PublicALB and PrivateALB tell whether a service needs the load balancer. They are made only then.
	PublicALB, PrivateALB bool
	EFS                   bool // the same for the file system
	Aliases               Aliases
	PermissionsBoundary   string
	Network               Network
	Extras                Extras
	// InstancePorts are the ports that tasks without addresses of their own need on the instances: see Needs.
	InstancePorts string
}

// Service is everything that should exist for one service in one environment.
type Service struct {
	App, Env, Name      string
	Account, Region     string
	Stack               string // <app>-<env>-<service>
	Cluster             string // <app>-<env>
	ServiceName         string // ECS service name: the service's name
	Family              string // task definition family: <app>-<env>-<service>
	LogGroup            string // /ferry/<app>/<env>/<service>
	Repository          string // <app>/<service>; "" where every image is prebuilt
	ExecutionRole       string // IAM role name, ≤ 64 characters
	TaskRole            string
	Routing             *Routing          // nil: not behind a load balancer
	Express             *Express          // nil: not in Express Mode
	Job                 *Job              // nil: a service
	Site                *Site             // of a static site, which has nothing else
	Tags                map[string]string // of the stack, the task definition and the ECS service
	Manifest            manifest.Workload
	EnvManifest         manifest.Environment         // of the environment that it is in
	Import              *Import                      // the load balancer that exists already; nil: it uses the environment's
	EnvFileVars         map[string]string            // read from env_file
	EnvFiles            map[string]map[string]string // the same of the other containers, by their names
	PermissionsBoundary string
	EnvStack            string
	Namespace           string // <env>.<app>.local
	Network             TaskNetwork
	Extras              Extras
	Insights            bool // the cluster has Container Insights
	Capacity            Capacity

	// Copilot tells that the workspace is a copilot/ one: the container is told everything under COPILOT_… names too.
	Copilot bool
	// KeepLogs leaves the log group behind when the stack is deleted.
	KeepLogs bool
	// KeepVolumeRole keeps the role for EBS volumes although no volume needs it any more. Tasks of the release before may still
	// have theirs, and ECS detaches and deletes them with it: it goes with the service.
	KeepVolumeRole bool
}

// Release is what differs from one deploy to the next with the same manifest.
type Release struct {
	Image  string            // of the service's own container: repository@sha256:…, or the reference of a prebuilt image
	Images map[string]string // of the other containers, by their names
	Commit string            // git commit, "" when not in a repository
	Number int               // v<Number>; 0 = not known
}
