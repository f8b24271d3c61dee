package plan

import (
	"slices"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// NewService decides what should exist for one service in one environment. Manifests come from package manifest, which
// has filled their defaults in. envFile holds what the manifest's env_file said; it may be nil.
func NewService(app manifest.App, env manifest.Environment, w manifest.Workload, envFile map[string]string) Service {
	stack := ServiceStack(app.Name, env.Name, w.Name)
	s := Service{
		App:                 app.Name,
		Env:                 env.Name,
		Name:                w.Name,
		Account:             env.Account,
		Region:              env.Region,
		Stack:               stack,
		Cluster:             ClusterName(app.Name, env),
		ServiceName:         ServiceName(app.Name, env, w.Name),
		Family:              stack,
		LogGroup:            LogGroup(app.Name, env.Name, w.Name),
		ExecutionRole:       shorten(stack+"-execution", maxRoleName),
		TaskRole:            shorten(stack+"-task", maxRoleName),
		Tags:                tags(joined(app.Tags, w.Tags), app.Name, env.Name, w.Name),
		Manifest:            w,
		EnvFileVars:         envFile,
		PermissionsBoundary: app.PermissionsBoundary,
		EnvStack:            EnvironmentStack(app.Name, env.Name),
		Namespace:           Namespace(app.Name, env.Name),
		Insights:            env.Cluster.ContainerInsights == "enabled" || env.Cluster.ContainerInsights == "enhanced",
	}
	s.EnvManifest = env
	if w.Site != nil {
		s.Site = newSite(s)
		s.LogGroup, s.ExecutionRole, s.TaskRole = "", "", ""
		return s
	}
	if builds(w) {
		s.Repository = Repository(app.Name, w.Name)
	}
	s.Capacity = newCapacity(app.Name, env, w)
	if w.HTTP != nil && w.HTTP.ALB != "" {
		s.Import = &Import{Name: w.HTTP.ALB}
	}
	s.Express = newExpress(s)
	s.Routing = newRouting(s)
	s.Network = newTaskNetwork(s)
	s.Job = newJob(s)
	return s
}

// TaskNetwork places a service's tasks. Its values may be placeholders made by Ref; that of the subnets stands for all.
type TaskNetwork struct {
	Subnets        []string
	SecurityGroups []string
	PublicIP       bool
}

func newTaskNetwork(s Service) TaskNetwork {
	if s.Capacity.Mode != manifest.ModeAwsvpc {
		return TaskNetwork{} // the task is where its instance is
	}
	m := s.Manifest.Network
	n := TaskNetwork{Subnets: m.Subnets, SecurityGroups: slices.Clone(m.SecurityGroups)}
	for _, export := range m.ImportedGroups {
		n.SecurityGroups = append(n.SecurityGroups, s.imported(export))
	}
	if !m.DenyDefault {
		n.SecurityGroups = append([]string{Ref(s.EnvStack, OutputSecurityGroup)}, n.SecurityGroups...)
	}
	if len(s.Inlets()) > 0 {
		n.SecurityGroups = append(n.SecurityGroups, Ref(s.Stack, "FromLoadBalancer"))
	}
	switch {
	case len(m.SubnetTags) > 0:
		n.Subnets = []string{Ref(TaggedSubnets, OutputSubnets)}
	case len(m.Subnets) > 0: // whether they lead outside is their owner's business
	case s.private():
		n.Subnets = []string{Ref(s.EnvStack, OutputPrivateSubnets)}
	default:
		// Without a NAT gateway an address of its own is a task's way to ECR, CloudWatch and the world. Only Fargate has any.
		n.Subnets, n.PublicIP = []string{Ref(s.EnvStack, OutputPublicSubnets)}, s.Capacity.Fargate()
	}
	return n
}

// private tells whether the tasks are in the private subnets: where the manifest says so, and where the environment has
// no others.
func (s Service) private() bool {
	n := s.EnvManifest.Network
	return s.Manifest.Network.Placement == "private" || expressPrivate(s.Manifest) || len(n.Public) == 0 && len(n.Private) > 0
}

// Windows tells whether the tasks run a Windows image.
func (s Service) Windows() bool {
	return strings.HasPrefix(s.Manifest.Platform.OS, "WINDOWS")
}

// HTTPPort is the container port that requests go to; 0 where there is none.
func (s Service) HTTPPort() int {
	if h := s.Manifest.HTTP; h != nil && h.TargetPort != 0 {
		return h.TargetPort
	}
	return s.Manifest.Image.Port
}
