package plan

import (
	"slices"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// ClusterName names the ECS cluster of an environment: its own, or one that exists already.
func ClusterName(app string, env manifest.Environment) string {
	if env.Cluster.Name != "" {
		return env.Cluster.Name
	}
	return EnvironmentStack(app, env.Name)
}

// ServiceName names the ECS service. In a cluster that others use too a workload's name alone could be theirs.
func ServiceName(app string, env manifest.Environment, workload string) string {
	if env.Cluster.Name != "" {
		return ServiceStack(app, env.Name, workload)
	}
	return workload
}

// maxProviderName is how many characters the name of a capacity provider has at most.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCapacityProvider.html
const maxProviderName = 255

// providerName is what AWS calls a capacity provider that the manifest names: its names are the account's, so one that the
// environment makes bears the environment's.
func providerName(app string, env manifest.Environment, name string) string {
	if p := findProvider(env, name); p != nil && p.Made() {
		return shorten(EnvironmentStack(app, env.Name)+"-"+name, maxProviderName)
	}
	return name
}

func findProvider(env manifest.Environment, name string) *manifest.CapacityProvider {
	all := env.Cluster.CapacityProviders
	if i := slices.IndexFunc(all, func(p manifest.CapacityProvider) bool { return p.Name == name }); i >= 0 {
		return &all[i]
	}
	return nil
}

// managedProviders are the environment's capacity providers of Managed Instances.
func managedProviders(env manifest.Environment) []manifest.CapacityProvider {
	return slices.DeleteFunc(slices.Clone(env.Cluster.CapacityProviders), func(p manifest.CapacityProvider) bool { return p.Managed == nil })
}

// OwnCluster tells whether the environment makes its cluster.
func (e Environment) OwnCluster() bool { return e.Manifest.Cluster.Name == "" }

// ExistingProviders returns the names of the capacity providers that the cluster offers and that nobody has to make.
func (e Environment) ExistingProviders() []string {
	var names []string
	for _, p := range e.Manifest.Cluster.CapacityProviders {
		if !p.Made() {
			names = append(names, p.Name)
		}
	}
	return names
}

// MakesProviders tells whether the environment makes capacity providers.
func (e Environment) MakesProviders() bool {
	return len(e.InstanceGroups())+len(e.ManagedInstances()) > 0
}

// DefaultStrategy is the cluster's default capacity provider strategy, by AWS's names.
func (e Environment) DefaultStrategy() []manifest.StrategyItem {
	return named(e.App, e.Manifest, e.Manifest.Cluster.DefaultStrategy)
}

// named puts AWS's names into a strategy.
func named(app string, env manifest.Environment, items []manifest.StrategyItem) []manifest.StrategyItem {
	out := slices.Clone(items)
	for i := range out {
		out[i].Provider = providerName(app, env, out[i].Provider)
	}
	return out
}

// InstanceGroup is an Auto Scaling group with its capacity provider.
type InstanceGroup struct {
	Key      string // begins logical IDs in the template
	Provider string // AWS's name of the capacity provider
	Label    string // ends Name tags
	Image    string // an AMI's ID, or "resolve:ssm:" and the name of a parameter
	UserData string // text for Fn::Sub
	Device   string // the name of the root disk in the image
	Subnets  []Subnet
	manifest.AutoScalingGroup
}

// Public tells whether the instances have public addresses.
func (g InstanceGroup) Public() bool { return g.Placement == "public" }

// OnDemand is the percentage of the instances that are not EC2 Spot.
func (g InstanceGroup) OnDemand() int { return 100 - g.Spot }

// Mixed tells whether the group mixes types of instances, or ways to buy them.
func (g InstanceGroup) Mixed() bool { return len(g.InstanceTypes) > 1 || g.Spot > 0 }

// InstanceGroups returns the Auto Scaling groups that the environment makes.
func (e Environment) InstanceGroups() []InstanceGroup {
	var all []InstanceGroup
	for _, p := range e.Manifest.Cluster.CapacityProviders {
		if p.Group == nil {
			continue
		}
		g := InstanceGroup{
			Key: logical(p.Name), Provider: providerName(e.App, e.Manifest, p.Name), Label: p.Name,
			Image: imageOf(p.Group.Image), Device: "/dev/xvda", UserData: linuxUserData,
			Subnets: e.subnetsFor(p.Group.Placement), AutoScalingGroup: *p.Group,
		}
		if strings.HasPrefix(p.Group.Image, "windows") {
			g.Device, g.UserData = "/dev/sda1", windowsUserData
		}
		all = append(all, g)
	}
	return all
}

// ManagedGroup is a capacity provider of ECS Managed Instances.
type ManagedGroup struct {
	Key      string
	Provider string
	Subnets  []Subnet
	manifest.ManagedInstances
}

// ManagedInstances returns the capacity providers of Managed Instances that the environment makes.
func (e Environment) ManagedInstances() []ManagedGroup {
	var all []ManagedGroup
	for _, p := range managedProviders(e.Manifest) {
		all = append(all, ManagedGroup{
			Key: logical(p.Name), Provider: providerName(e.App, e.Manifest, p.Name),
			Subnets: e.subnetsFor(p.Managed.Placement), ManagedInstances: *p.Managed,
		})
	}
	return all
}

// PublicManagedInstances tells whether Managed Instances are to be in the environment's own public subnets, which must then
// give out public addresses: nothing else can ask for them.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-awsvpc-mode.html
func (e Environment) PublicManagedInstances() bool {
	return slices.ContainsFunc(managedProviders(e.Manifest), func(p manifest.CapacityProvider) bool { return p.Managed.Placement == "public" })
}

func (e Environment) subnetsFor(placement string) []Subnet {
	if placement == "private" {
		return e.Network.Private
	}
	return e.Network.Public
}

// imageOf is what a launch template takes for an image: EC2 resolves a parameter whenever it launches an instance, so
// that each has the newest.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
func imageOf(name string) string {
	if strings.HasPrefix(name, "ami-") {
		return name
	}
	if path, ok := strings.CutPrefix(name, "al2023"); ok {
		name = "/aws/service/ecs/optimized-ami/amazon-linux-2023" + path + "/recommended/image_id"
	}
	if version, ok := strings.CutPrefix(name, "windows_server_"); ok {
		year, edition, _ := strings.Cut(version, "_")
		name = "/aws/service/ami-windows-latest/Windows_Server-" + year + "-English-" + logical(edition) + "-ECS_Optimized/image_id"
	}
	return "resolve:ssm:" + name
}

// What an instance does when it starts: it joins the cluster. Tasks get roles of their own, and no way to the instance's.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
const (
	linuxUserData = `#!/bin/bash
cat >> /etc/ecs/ecs.config <<'END'
ECS_CLUSTER=${Cluster}
ECS_AWSVPC_BLOCK_IMDS=true
ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true
ECS_ENABLE_SPOT_INSTANCE_DRAINING=true
ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM=ec2_instance
END
`
	windowsUserData = `<powershell>
Import-Module ECSTools
[Environment]::SetEnvironmentVariable("ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE", "true", "Machine")
[Environment]::SetEnvironmentVariable("ECS_ENABLE_SPOT_INSTANCE_DRAINING", "true", "Machine")
Initialize-ECSAgent -Cluster '${Cluster}' -EnableTaskIAMRole -EnableTaskENI -AwsvpcBlockIMDS -LoggingDrivers '["json-file","awslogs"]'
</powershell>
`
)
