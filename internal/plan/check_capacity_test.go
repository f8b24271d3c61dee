package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

// offering is an environment whose cluster has these capacity providers.
func offering(providers ...manifest.CapacityProvider) func(*manifest.Environment) {
	return func(e *manifest.Environment) { e.Cluster.CapacityProviders = providers }
}

func groupOf(name, image string) manifest.CapacityProvider {
	return manifest.CapacityProvider{Name: name, Group: &manifest.AutoScalingGroup{InstanceTypes: []string{"t3.medium"}, Image: image, Max: 2, Placement: "public"}}
}

func managedOf(name, placement string) manifest.CapacityProvider {
	return manifest.CapacityProvider{Name: name, Managed: &manifest.ManagedInstances{Placement: placement}}
}

func on(mode string, providers ...string) func(*manifest.Workload) {
	return func(w *manifest.Workload) {
		w.Network.Mode, w.Platform = mode, manifest.Platform{OS: "LINUX", Arch: "X86_64"}
		for _, p := range providers {
			w.Capacity.Strategy = append(w.Capacity.Strategy, manifest.StrategyItem{Provider: p, Weight: 1})
		}
	}
}

func both[T any](changes ...func(*T)) func(*T) {
	return func(v *T) {
		for _, c := range changes {
			c(v)
		}
	}
}

func TestCheckHoldsServicesAgainstTheClusterTheyRunIn(t *testing.T) {
	t.Parallel()
	fargate := manifest.CapacityProvider{Name: "FARGATE"}
	privately := func(w *manifest.Workload) { w.Network.Placement = "private" }
	from := func(image string) func(*manifest.Workload) {
		return func(w *manifest.Workload) { w.Image = manifest.Image{Location: image, Port: 8080} }
	}
	endpoints := func(names ...string) func(*manifest.Environment) {
		return func(e *manifest.Environment) { e.Network.NAT, e.Network.Endpoints = "none", names }
	}
	for name, c := range map[string]struct {
		env  func(*manifest.Environment)
		work func(*manifest.Workload)
		want string
	}{
		"a provider that is there": {env: offering(fargate), work: on("", "FARGATE")},
		"a provider that is not":   {env: offering(fargate), work: on("", "spot"), want: `capacity_providers[0].name: the cluster of environment "test" has no capacity provider "spot"` + warning},
		"spot that is not": {
			env: offering(fargate), work: both(on("", "FARGATE_SPOT"), func(w *manifest.Workload) { w.Capacity.Spot = true }),
			want: `count: the cluster of environment "test" has no capacity provider "FARGATE_SPOT"`,
		},
		"a cluster that exists": {env: func(e *manifest.Environment) { e.Cluster.Name = "shared" }, work: on("bridge", "theirs")},
		"instances":             {env: offering(groupOf("a", "al2023")), work: on("bridge", "a")},
		"the wrong architecture": {
			env: offering(groupOf("a", "al2023/arm64")), work: on("bridge", "a"),
			want: `platform: the instances of "a" run al2023/arm64, and these tasks are linux/x86_64`,
		},
		"the wrong system": {
			env: offering(groupOf("a", "windows_server_2022_core")), work: on("bridge", "a"),
			want: `platform: the instances of "a" run windows_server_2022_core, and these tasks are linux/x86_64`,
		},
		"a load balancer of somebody else's": {
			env: offering(groupOf("a", "al2023")), work: both(on("bridge", "a"), func(w *manifest.Workload) { w.HTTP.ALB = "theirs" }),
			want: "http.alb: in network mode bridge only the environment's own Application Load Balancers reach the tasks",
		},
		"an image of one's own": {env: offering(groupOf("a", "ami-1")), work: on("bridge", "a")},
		"more tasks than instances": {
			env: offering(groupOf("a", "al2023")), work: both(on("host", "a"), func(w *manifest.Workload) { w.Count = 3 }),
			want: `count: 3 tasks on ports of their instances need as many instances, and "a" has at most 2`,
		},
		"a launch type that grows nothing": {
			env: offering(groupOf("a", "al2023")), work: both(on("bridge"), func(w *manifest.Workload) { w.Capacity.LaunchType = "EC2" }),
			want: "launch_type: with a launch type no group of instances grows for the tasks",
		},
		"no managed instances": {
			env: offering(fargate), work: both(on("host"), func(w *manifest.Workload) { w.Capacity.LaunchType = "MANAGED_INSTANCES" }),
			want: `launch_type: environment "test" makes no capacity provider of Managed Instances`,
		},
		"several managed instances": {
			env: offering(managedOf("a", "public"), managedOf("b", "public")), work: both(on("host"), func(w *manifest.Workload) { w.Capacity.LaunchType = "MANAGED_INSTANCES" }),
			want: `launch_type: environment "test" has 2 capacity providers of Managed Instances`,
		},
		"bridge on managed instances": {
			env: offering(managedOf("a", "public")), work: on("bridge", "a"),
			want: `network.mode: Managed Instances, which "a" is, have no network mode bridge`,
		},
		"managed instances without a way": {
			env: both(nat("none"), offering(managedOf("a", "private"))), work: on("host", "a"),
			want: "cluster.capacity_providers[0].managed_instances.placement: instances in private subnets have no way to the cluster",
		},
		"managed instances with endpoints": {env: both(endpoints("true"), offering(managedOf("a", "private"))), work: on("host", "a")},
		"tasks that get no address":        {env: offering(groupOf("a", "al2023")), work: on("", "a"), want: `network.vpc.placement: tasks on instances get no public address, so from public subnets nothing leads them out of the VPC`},
		"private instances' tasks":         {env: both(nat("none"), offering(groupOf("a", "al2023"))), work: both(on("", "a"), privately)},
		"endpoints for everything":         {env: endpoints("true"), work: privately},
		"endpoints that lack one": {
			env: endpoints("ecr.api", "ecr.dkr"), work: both(privately, func(w *manifest.Workload) {
				w.Exec, w.Secrets = true, map[string]manifest.Secret{"A": {From: "/a", Kind: "ssm"}, "B": {From: "b", Kind: "secretsmanager"}}
			}),
			want: `network.vpc.placement: the private subnets of environment "test" lack endpoints without which the tasks cannot start: logs, secretsmanager, ssm, ssmmessages`,
		},
		"an image behind no endpoint": {
			env: endpoints("true"), work: both(privately, from("nginx:1.29")),
			want: `image.location: nginx:1.29 is not in ECR, and nothing else leads out of the private subnets of environment "test"`,
		},
		"an image in ECR": {env: endpoints("true"), work: both(privately, from("123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, w := env(), web()
			if c.env != nil {
				c.env(&e)
			}
			c.work(&w)
			got := ""
			for _, d := range plan.Check(plan.NewEnvironment(app(), e, plan.NeedsOf(w)), []plan.Service{plan.NewService(app(), e, w, nil)}) {
				got += d.Path + ": " + d.Message
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// warning follows where a name that nobody knows is taken for instances.
const warning = "network.vpc.placement: tasks on instances get no public address, so from public subnets nothing leads them out of the VPC"

func TestInACopilotWorkspaceANATGatewayComesWithTheFirstPrivateService(t *testing.T) {
	t.Parallel()
	w := web(func(w *manifest.Workload) { w.Network.Placement = "private" })
	e := plan.NewEnvironment(app(), env(nat("")), plan.NeedsOf(w))
	if n := len(e.Network.NATGateways()); n != 1 {
		t.Errorf("%d NAT gateways, and one is enough", n)
	}
	if found := plan.Check(e, []plan.Service{plan.NewService(app(), env(nat("")), w, nil)}); len(found) > 0 {
		t.Error(found)
	}
}

func TestInstancesOpenThePortsThatTasksOnThemHave(t *testing.T) {
	t.Parallel()
	e := env(offering(groupOf("a", "al2023")))
	needs := plan.NeedsOf(web(on("bridge", "a"))).Union(plan.NeedsOf(web(on("host", "a"), func(w *manifest.Workload) {
		w.Type, w.HTTP.TargetPort = manifest.BackendService, 9000
	})))
	got := plan.NewEnvironment(app(), e, needs.Union(plan.NeedsOf(web()))).InstanceRules()
	want := []plan.InstanceRule{
		{Key: "PrivateTo9000", From: "Private", Low: 9000, Top: 9000},
		{Key: "PublicTo32768", From: "Public", Low: 32768, Top: 65535},
		{Key: "TasksTo32768", From: "Tasks", Low: 32768, Top: 65535},
		{Key: "TasksTo8080", From: "Tasks", Low: 8080, Top: 8080},
		{Key: "TasksTo9000", From: "Tasks", Low: 9000, Top: 9000},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if rules := plan.NewEnvironment(app(), env(), needs).InstanceRules(); rules != nil {
		t.Errorf("without instances of its own the environment opens %v", rules)
	}
	live := plan.LiveNeeds(map[string]string{"InstancePorts": needs.InstancePorts})
	if live.InstancePorts != needs.InstancePorts {
		t.Errorf("another deploy takes %q away", needs.InstancePorts)
	}
}
