package ecs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// keepStopped is how many stopped tasks a cluster remembers; AWS keeps them for at least an hour.
const keepStopped = 500

// taskRequest is what a task is made from, beside its definition.
type taskRequest struct {
	group, startedBy    string
	network             *types.NetworkConfiguration
	launchType          types.LaunchType
	provider            string // of a strategy; "" = none
	platform            *string
	overrides           *types.TaskOverride
	exec                bool
	tags                []types.Tag
	balancers           []types.LoadBalancer
	registries          []types.ServiceRegistry
	disks               disks
	service, deployment string
}

// newTask makes a task that is about to be provisioned. The caller holds the lock.
func (s *Service) newTask(c *cluster, td *taskDefinition, r taskRequest) *task {
	id := ids.NewHex(32)
	arn := aws.String(s.Scope.ARN("ecs", "task/"+c.name()+"/"+id))
	zone := fmt.Sprintf("%s%c", s.Scope.Region, 'a'+s.launched%2)
	s.launched++
	def := *td.describe()
	if r.overrides == nil {
		r.overrides = &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{}}
	}
	t := &task{
		cluster: c, Definition: def, Service: r.service, Deployment: r.deployment, Balancers: r.balancers, Registries: r.registries, disks: r.disks, events: make(chan struct{}, 1),
		Task: types.Task{
			TaskArn: arn, ClusterArn: c.Cluster.ClusterArn, TaskDefinitionArn: def.TaskDefinitionArn, Group: aws.String(r.group),
			LaunchType: s.launchOf(r.provider),
			Cpu:        def.Cpu, Memory: def.Memory, AvailabilityZone: aws.String(zone), CreatedAt: s.now(), Overrides: r.overrides,
			LastStatus: aws.String(statusProvisioning), DesiredStatus: aws.String(statusRunning), HealthStatus: types.HealthStatusUnknown,
			EnableExecuteCommand: r.exec, Tags: orEmpty(r.tags), Version: 1, EphemeralStorage: &types.EphemeralStorage{SizeInGiB: 20},
			Attributes: []types.Attribute{{Name: aws.String("ecs.cpu-architecture"), Value: aws.String(architecture(def))}},
		},
	}
	if r.startedBy != "" {
		t.Task.StartedBy = aws.String(r.startedBy)
	}
	if def.EphemeralStorage != nil {
		t.Task.EphemeralStorage = def.EphemeralStorage
	}
	if r.provider != "" {
		t.Task.CapacityProviderName = aws.String(r.provider)
	}
	if t.Task.LaunchType == types.LaunchTypeFargate {
		t.Task.PlatformVersion, t.Task.PlatformFamily = platform(r.platform), aws.String("Linux")
	} else {
		t.Instance = ids.NewEC2("i")
		t.Task.ContainerInstanceArn = aws.String(s.Scope.ARN("ecs", "container-instance/"+c.name()+"/"+ids.NewHex(32)))
		t.Task.EphemeralStorage = nil
	}
	t.ctx, t.cancel = context.WithCancel(s.ctx)
	t.attach(s.launched, r.network)
	for _, cd := range def.ContainerDefinitions {
		t.Task.Containers = append(t.Task.Containers, s.newContainer(t, cd))
	}
	t.Task.Attachments = append(t.Task.Attachments, r.disks.attachments()...)
	c.Tasks[id] = t
	c.prune()
	return t
}

func architecture(td types.TaskDefinition) string {
	if p := td.RuntimePlatform; p != nil && p.CpuArchitecture != "" {
		return strings.ToLower(string(p.CpuArchitecture))
	}
	return "x86_64"
}

// attach gives an awsvpc task its network interface. The addresses are of no use but to look like AWS.
func (t *task) attach(n int, network *types.NetworkConfiguration) {
	t.Task.Attachments = []types.Attachment{}
	if network == nil || network.AwsvpcConfiguration == nil || len(network.AwsvpcConfiguration.Subnets) == 0 {
		return
	}
	subnets := network.AwsvpcConfiguration.Subnets
	detail := func(name, value string) types.KeyValuePair {
		return types.KeyValuePair{Name: aws.String(name), Value: aws.String(value)}
	}
	address := fmt.Sprintf("10.0.%d.%d", n/200%256, n%200+10)
	t.Task.Attachments = []types.Attachment{{
		Id: aws.String(ids.NewUUID()), Type: aws.String("ElasticNetworkInterface"), Status: aws.String("PRECREATED"),
		Details: []types.KeyValuePair{
			detail("subnetId", subnets[n%len(subnets)]), detail("networkInterfaceId", ids.NewEC2("eni")),
			detail("macAddress", "0a:00:00:00:"+ids.NewHex(2)+":"+ids.NewHex(2)),
			detail("privateDnsName", "ip-"+strings.ReplaceAll(address, ".", "-")+".ec2.internal"), detail("privateIPv4Address", address),
		},
	}}
}

func (s *Service) newContainer(t *task, cd types.ContainerDefinition) types.Container {
	c := types.Container{
		ContainerArn: aws.String(s.Scope.ARN("ecs", "container/"+t.cluster.name()+"/"+t.id()+"/"+ids.NewUUID())), TaskArn: t.Task.TaskArn,
		Name: cd.Name, Image: cd.Image, LastStatus: aws.String(statusPending), HealthStatus: types.HealthStatusUnknown,
		NetworkInterfaces: []types.NetworkInterface{}, NetworkBindings: []types.NetworkBinding{}, Cpu: aws.String(fmt.Sprint(cd.Cpu)),
	}
	if cd.Memory != nil {
		c.Memory = aws.String(fmt.Sprint(*cd.Memory))
	}
	if cd.MemoryReservation != nil {
		c.MemoryReservation = aws.String(fmt.Sprint(*cd.MemoryReservation))
	}
	for _, a := range t.Task.Attachments {
		c.NetworkInterfaces = append(c.NetworkInterfaces, types.NetworkInterface{AttachmentId: a.Id, PrivateIpv4Address: a.Details[4].Value})
	}
	return c
}

// prune forgets the oldest stopped tasks.
func (c *cluster) prune() {
	if len(c.Tasks) <= keepStopped {
		return
	}
	var stopped []*task
	for _, t := range c.Tasks {
		if t.stopped() && (t.Counted || !t.Failed) {
			stopped = append(stopped, t)
		}
	}
	if len(stopped) <= keepStopped {
		return
	}
	slices.SortFunc(stopped, func(a, b *task) int { return a.Task.CreatedAt.Compare(*b.Task.CreatedAt) })
	for _, t := range stopped[:len(stopped)-keepStopped] {
		delete(c.Tasks, t.id())
	}
}

// ask asks a task to stop; the first reason stays. The caller holds the lock.
func (s *Service) ask(t *task, code types.TaskStopCode, reason string) {
	if !t.wanted() {
		return
	}
	t.Task.DesiredStatus = aws.String(statusStopped)
	t.Task.StopCode, t.Task.StoppedReason, t.Task.StoppingAt = code, aws.String(reason), s.now()
	t.Task.Version++
	t.cancel()
}

// RunTask starts up to ten tasks that belong to no service.
func (s *Service) RunTask(ctx context.Context, in *ecs.RunTaskInput) (*ecs.RunTaskOutput, error) {
	n := aws.ToInt32(orInt(in.Count, 1))
	if n < 1 || n > 10 {
		return nil, invalid("Count must be between 1 and 10.")
	}
	td, err := s.lookUp(in.Cluster, in.TaskDefinition)
	if err != nil {
		return nil, err
	}
	if err := s.checkRevision(ctx, td, in.NetworkConfiguration, nil); err != nil {
		return nil, err
	}
	if in.LaunchType != "" && len(in.CapacityProviderStrategy) > 0 {
		return nil, invalid("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.")
	}
	if err := checkDisks(td, taskDisks(in.VolumeConfigurations)); err != nil {
		return nil, err
	}
	if err := checkOverrides(td, in.Overrides); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	definition, err := s.usable(*td.TaskDefinitionArn)
	if err != nil {
		return nil, err
	}
	strategy := in.CapacityProviderStrategy
	if in.LaunchType == "" && len(strategy) == 0 {
		strategy = c.Cluster.DefaultCapacityProviderStrategy
	}
	if err := s.checkRun(c, td, in, strategy); err != nil {
		return nil, err
	}
	group := aws.ToString(in.Group)
	if group == "" {
		group = "family:" + *td.Family
	}
	tags := in.Tags
	if in.PropagateTags == types.PropagateTagsTaskDefinition {
		tags = append(slices.Clone(definition.Tags), tags...)
	}
	out := &ecs.RunTaskOutput{Tasks: []types.Task{}, Failures: []types.Failure{}}
	has := map[string]int{}
	for range n {
		provider := pick(strategy, has)
		has[provider]++
		t := s.newTask(c, definition, taskRequest{
			group: group, startedBy: aws.ToString(in.StartedBy), network: fillNetwork(in.NetworkConfiguration), launchType: in.LaunchType,
			provider: provider, platform: in.PlatformVersion, overrides: in.Overrides, exec: in.EnableExecuteCommand, tags: tags, disks: taskDisks(in.VolumeConfigurations),
		})
		s.start(t)
		out.Tasks = append(out.Tasks, t.describe(true))
	}
	return out, nil
}

func checkOverrides(td types.TaskDefinition, o *types.TaskOverride) error {
	if o == nil {
		return nil
	}
	for _, c := range o.ContainerOverrides {
		if !slices.ContainsFunc(td.ContainerDefinitions, func(d types.ContainerDefinition) bool { return *d.Name == aws.ToString(c.Name) }) {
			return invalid("Override for container named %s is not a container in the TaskDefinition.", aws.ToString(c.Name))
		}
	}
	return nil
}

// StopTask asks a task to stop; a service replaces it.
func (s *Service) StopTask(_ context.Context, in *ecs.StopTaskInput) (*ecs.StopTaskOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	t := c.Tasks[last(aws.ToString(in.Task))]
	if t == nil {
		return nil, invalid("The referenced task was not found.")
	}
	reason := cmp.Or(aws.ToString(in.Reason), "Task stopped by user")
	s.ask(t, types.TaskStopCodeUserInitiated, reason)
	out := t.describe(true)
	return &ecs.StopTaskOutput{Task: &out}, nil
}

// describe copies what the API answers of a task.
func (t *task) describe(tags bool) types.Task {
	out := t.Task
	out.Containers = slices.Clone(out.Containers)
	out.Attachments = slices.Clone(out.Attachments)
	if !tags {
		out.Tags = []types.Tag{}
	}
	return out
}

// DescribeTasks describes up to a hundred tasks by ID or ARN.
func (s *Service) DescribeTasks(_ context.Context, in *ecs.DescribeTasksInput) (*ecs.DescribeTasksOutput, error) {
	if len(in.Tasks) == 0 {
		return nil, invalid("Tasks cannot be empty.")
	}
	if len(in.Tasks) > 100 {
		return nil, invalid("Tasks cannot have more than 100 elements.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	tags := slices.Contains(in.Include, types.TaskFieldTags)
	out := &ecs.DescribeTasksOutput{Tasks: []types.Task{}, Failures: []types.Failure{}}
	for _, id := range in.Tasks {
		if t := c.Tasks[last(id)]; t != nil {
			out.Tasks = append(out.Tasks, t.describe(tags))
			continue
		}
		out.Failures = append(out.Failures, failure(s.Scope.ARN("ecs", "task/"+c.name()+"/"+last(id)), "MISSING"))
	}
	return out, nil
}

// ListTasks lists the ARNs of a cluster's tasks whose desired status is RUNNING, unless DesiredStatus says STOPPED.
func (s *Service) ListTasks(_ context.Context, in *ecs.ListTasksInput) (*ecs.ListTasksOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	if in.ServiceName != nil && c.Services[last(*in.ServiceName)] == nil {
		return nil, noService()
	}
	desired := string(in.DesiredStatus)
	if desired == "" || desired == statusPending {
		desired = statusRunning // ECS never sets PENDING as a desired status
	}
	var arns []string
	for _, t := range c.Tasks {
		if aws.ToString(t.Task.DesiredStatus) == desired && t.matches(in) {
			arns = append(arns, *t.Task.TaskArn)
		}
	}
	arns, next, err := page(arns, false, in.MaxResults, 100, in.NextToken)
	if err != nil {
		return nil, err
	}
	return &ecs.ListTasksOutput{TaskArns: arns, NextToken: next}, nil
}

func (t *task) matches(in *ecs.ListTasksInput) bool {
	return (in.ServiceName == nil || t.Service == last(*in.ServiceName)) &&
		(in.Family == nil || aws.ToString(t.Definition.Family) == *in.Family) &&
		(in.StartedBy == nil || aws.ToString(t.Task.StartedBy) == *in.StartedBy) &&
		(in.LaunchType == "" || t.Task.LaunchType == in.LaunchType) &&
		in.ContainerInstance == nil && in.DaemonName == nil
}

// ExecuteCommand answers what ECS answers where no agent runs: this endpoint has none yet.
func (s *Service) ExecuteCommand(_ context.Context, in *ecs.ExecuteCommandInput) (*ecs.ExecuteCommandOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	if c.Tasks[last(aws.ToString(in.Task))] == nil {
		return nil, invalid("The referenced task was not found.")
	}
	return nil, invalid("The execute command failed because execute command was not enabled when the task was run or the execute command agent isn’t running. Wait and try again or run a new task with execute command enabled and try again.")
}
