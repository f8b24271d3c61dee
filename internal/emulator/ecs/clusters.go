package ecs

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// cluster is one cluster with what runs in it. A deleted cluster stays as INACTIVE, as AWS keeps it for a while.
type cluster struct {
	Cluster  types.Cluster // counts and statistics are filled when it is described
	Services map[string]*service
	Tasks    map[string]*task
}

func (c *cluster) name() string { return *c.Cluster.ClusterName }

func (c *cluster) active() bool { return *c.Cluster.Status == "ACTIVE" }

// CreateCluster makes a cluster, or returns the one that has the name.
func (s *Service) CreateCluster(_ context.Context, in *ecs.CreateClusterInput) (*ecs.CreateClusterOutput, error) {
	name := cmp.Or(aws.ToString(in.ClusterName), "default")
	if !validName(name) {
		return nil, invalid("Invalid parameter: clusterName")
	}
	if err := checkSettings(in.Settings); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkStrategy(in.DefaultCapacityProviderStrategy, in.CapacityProviders); err != nil {
		return nil, err
	}
	c := s.clusters[name]
	if c == nil || !c.active() {
		c = s.newCluster(name, in)
		s.clusters[name] = c
	}
	return &ecs.CreateClusterOutput{Cluster: s.describeCluster(c, everyClusterField())}, nil
}

func (s *Service) newCluster(name string, in *ecs.CreateClusterInput) *cluster {
	settings := in.Settings
	if len(settings) == 0 {
		settings = []types.ClusterSetting{{Name: types.ClusterSettingNameContainerInsights, Value: aws.String(s.setting("containerInsights"))}}
	}
	return &cluster{
		Cluster: types.Cluster{
			ClusterArn: aws.String(s.Scope.ARN("ecs", "cluster/"+name)), ClusterName: aws.String(name), Status: aws.String("ACTIVE"),
			Settings: settings, CapacityProviders: orEmpty(in.CapacityProviders), Tags: orEmpty(in.Tags),
			DefaultCapacityProviderStrategy: orEmpty(in.DefaultCapacityProviderStrategy),
			Configuration:                   in.Configuration, ServiceConnectDefaults: connectDefaults(in.ServiceConnectDefaults),
		},
		Services: map[string]*service{}, Tasks: map[string]*task{},
	}
}

func connectDefaults(in *types.ClusterServiceConnectDefaultsRequest) *types.ClusterServiceConnectDefaults {
	if in == nil || aws.ToString(in.Namespace) == "" {
		return nil
	}
	return &types.ClusterServiceConnectDefaults{Namespace: in.Namespace}
}

// checkSettings refuses settings that ECS does not know.
func checkSettings(settings []types.ClusterSetting) error {
	for _, st := range settings {
		if st.Name != types.ClusterSettingNameContainerInsights {
			return invalid("Invalid cluster setting name: %s", st.Name)
		}
		if !slices.Contains([]string{"enabled", "disabled", "enhanced"}, aws.ToString(st.Value)) {
			return invalid("Invalid cluster setting value for %s: %s", st.Name, aws.ToString(st.Value))
		}
	}
	return nil
}

func everyClusterField() []types.ClusterField {
	return []types.ClusterField{types.ClusterFieldTags, types.ClusterFieldSettings, types.ClusterFieldConfigurations, types.ClusterFieldStatistics}
}

// describeCluster fills the counts. The caller holds the lock.
func (s *Service) describeCluster(c *cluster, include []types.ClusterField) *types.Cluster {
	out := c.Cluster
	var services, running, pending int32
	for _, svc := range c.Services {
		if svc.status() != "INACTIVE" {
			services++
		}
	}
	for _, t := range c.Tasks {
		switch {
		case aws.ToString(t.Task.LastStatus) == statusRunning:
			running++
		case t.starting():
			pending++
		}
	}
	out.ActiveServicesCount, out.RunningTasksCount, out.PendingTasksCount = services, running, pending
	out.Tags, out.Settings, out.Configuration, out.Statistics = []types.Tag{}, []types.ClusterSetting{}, nil, []types.KeyValuePair{}
	for _, field := range include {
		switch field {
		case types.ClusterFieldTags:
			out.Tags = c.Cluster.Tags
		case types.ClusterFieldSettings:
			out.Settings = c.Cluster.Settings
		case types.ClusterFieldConfigurations:
			out.Configuration = c.Cluster.Configuration
		case types.ClusterFieldStatistics:
			out.Statistics = statistics(services, running, pending)
		}
	}
	return &out
}

func statistics(services, running, pending int32) []types.KeyValuePair {
	count := func(name string, n int32) types.KeyValuePair {
		return types.KeyValuePair{Name: aws.String(name), Value: aws.String(strconv.Itoa(int(n)))}
	}
	return []types.KeyValuePair{
		count("runningEC2TasksCount", 0), count("runningFargateTasksCount", running), count("pendingEC2TasksCount", 0),
		count("pendingFargateTasksCount", pending), count("activeEC2ServiceCount", 0), count("activeFargateServiceCount", services),
	}
}

// DescribeClusters describes clusters by name or ARN; none means the cluster "default".
func (s *Service) DescribeClusters(_ context.Context, in *ecs.DescribeClustersInput) (*ecs.DescribeClustersOutput, error) {
	names := in.Clusters
	if len(names) == 0 {
		names = []string{"default"}
	}
	if len(names) > 100 {
		return nil, invalid("Clusters cannot have more than 100 elements")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &ecs.DescribeClustersOutput{Clusters: []types.Cluster{}, Failures: []types.Failure{}}
	for _, name := range names {
		if c := s.clusters[last(name)]; c != nil {
			out.Clusters = append(out.Clusters, *s.describeCluster(c, in.Include))
			continue
		}
		out.Failures = append(out.Failures, failure(s.Scope.ARN("ecs", "cluster/"+last(name)), "MISSING"))
	}
	return out, nil
}

// ListClusters lists the ARNs of active clusters, 100 to a page.
func (s *Service) ListClusters(_ context.Context, in *ecs.ListClustersInput) (*ecs.ListClustersOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var arns []string
	for _, c := range s.clusters {
		if c.active() {
			arns = append(arns, *c.Cluster.ClusterArn)
		}
	}
	arns, next, err := page(arns, false, in.MaxResults, 100, in.NextToken)
	if err != nil {
		return nil, err
	}
	return &ecs.ListClustersOutput{ClusterArns: arns, NextToken: next}, nil
}

// DeleteCluster deletes a cluster in which nothing runs.
func (s *Service) DeleteCluster(_ context.Context, in *ecs.DeleteClusterInput) (*ecs.DeleteClusterOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	for _, svc := range c.Services {
		if svc.status() != "INACTIVE" {
			return nil, &types.ClusterContainsServicesException{Message: aws.String("The Cluster cannot be deleted while Services are active.")}
		}
	}
	for _, t := range c.Tasks {
		if !t.stopped() {
			return nil, &types.ClusterContainsTasksException{Message: aws.String("The Cluster cannot be deleted while Tasks are active.")}
		}
	}
	c.Cluster.Status = aws.String("INACTIVE")
	return &ecs.DeleteClusterOutput{Cluster: s.describeCluster(c, everyClusterField())}, nil
}

// UpdateCluster changes settings, configuration and the Service Connect default.
func (s *Service) UpdateCluster(_ context.Context, in *ecs.UpdateClusterInput) (*ecs.UpdateClusterOutput, error) {
	if err := checkSettings(in.Settings); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	if in.Settings != nil {
		c.Cluster.Settings = in.Settings
	}
	if in.Configuration != nil {
		c.Cluster.Configuration = in.Configuration
	}
	if in.ServiceConnectDefaults != nil {
		c.Cluster.ServiceConnectDefaults = connectDefaults(in.ServiceConnectDefaults)
	}
	return &ecs.UpdateClusterOutput{Cluster: s.describeCluster(c, everyClusterField())}, nil
}

// UpdateClusterSettings changes settings only.
func (s *Service) UpdateClusterSettings(ctx context.Context, in *ecs.UpdateClusterSettingsInput) (*ecs.UpdateClusterSettingsOutput, error) {
	out, err := s.UpdateCluster(ctx, &ecs.UpdateClusterInput{Cluster: in.Cluster, Settings: in.Settings})
	if err != nil {
		return nil, err
	}
	return &ecs.UpdateClusterSettingsOutput{Cluster: out.Cluster}, nil
}

// cluster finds an active cluster by name or ARN; nil means "default". The caller holds the lock.
func (s *Service) cluster(name *string) (*cluster, error) {
	id := cmp.Or(last(aws.ToString(name)), "default")
	if c := s.clusters[id]; c != nil && c.active() {
		return c, nil
	}
	return nil, noCluster()
}

// orEmpty turns nil into an empty list: ECS answers [] where nothing was given.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return slices.Clone(list)
}
