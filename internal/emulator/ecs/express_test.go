package ecs_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/ecs"
	"ferry.dev/ferry/internal/emulator/elb"
	"ferry.dev/ferry/internal/emulator/emulatortest"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
)

// expressWorld is a world in which ECS can make load balancers. Subnets whose name ends in -private lead nowhere.
func expressWorld(t *testing.T) *world {
	t.Helper()
	var lbs *elb.Service
	w := newWorld(t, func(d *ecs.Deps) {
		lbs = elb.New(elb.Deps{Scope: ids.Default(), Clock: d.Clock})
		d.ELB, d.Public = lbs, func(subnet string) bool { return !strings.HasSuffix(subnet, "-private") }
	})
	t.Cleanup(func() {
		if err := lbs.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// mainDefinition is a definition as Express Mode takes it.
func mainDefinition(image string) *sdk.RegisterTaskDefinitionInput {
	c := container("Main", image)
	c.PortMappings[0].Name = aws.String("web")
	return definition("web", c)
}

func expressService(td string) *sdk.CreateExpressGatewayServiceInput {
	return &sdk.CreateExpressGatewayServiceInput{
		ServiceName: aws.String("web"), Cluster: aws.String("demo"), TaskDefinitionArn: &td, HealthCheckPath: aws.String("/"),
		InfrastructureRoleArn: aws.String("arn:aws:iam::000000000000:role/infrastructure"),
		NetworkConfiguration:  &types.ExpressGatewayServiceNetworkConfiguration{Subnets: []string{"subnet-1", "subnet-2"}},
	}
}

func (w *world) express(image string) *types.ECSExpressGatewayService {
	w.t.Helper()
	out, err := w.ecs.CreateExpressGatewayService(w.t.Context(), expressService(w.register(mainDefinition(image))))
	return get(w.t, out, err).Service
}

func (w *world) describeExpress(arn *string) *types.ECSExpressGatewayService {
	w.t.Helper()
	out, err := w.ecs.DescribeExpressGatewayService(w.t.Context(), &sdk.DescribeExpressGatewayServiceInput{ServiceArn: arn})
	return get(w.t, out, err).Service
}

func (w *world) balancers() int {
	w.t.Helper()
	lbs := w.deps.ELB.(*elb.Service)
	out, err := lbs.DescribeLoadBalancers(w.t.Context(), &elbv2.DescribeLoadBalancersInput{})
	groups, groupErr := lbs.DescribeTargetGroups(w.t.Context(), &elbv2.DescribeTargetGroupsInput{})
	return len(get(w.t, out, err).LoadBalancers) + len(get(w.t, groups, groupErr).TargetGroups)
}

func TestAnExpressServiceAnswersAtItsEndpointAndIsManagedByECS(t *testing.T) {
	t.Parallel()
	w := expressWorld(t)
	made := w.express("web:1")
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	config := made.ActiveConfigurations[0]
	if got := fetch(t, *config.IngressPaths[0].Endpoint); got != "web:1" {
		t.Errorf("it answers %q", got)
	}
	live := w.service("web")
	type facts struct {
		Management     types.ResourceManagementType
		TaskDefinition *string
		Primary        string
		Balancers      int
		Access         types.AccessType
		Scaling        types.ExpressGatewayScalingTarget
	}
	want := facts{
		types.ResourceManagementTypeEcs, nil, *config.TaskDefinitionArn, 1, types.AccessTypePublic,
		types.ExpressGatewayScalingTarget{AutoScalingMetric: "AVERAGE_CPU", AutoScalingTargetValue: aws.Int32(60), MinTaskCount: aws.Int32(1), MaxTaskCount: aws.Int32(20)},
	}
	got := facts{live.ResourceManagementType, live.TaskDefinition, *live.Deployments[0].TaskDefinition, len(live.LoadBalancers),
		config.IngressPaths[0].AccessType, *config.ScalingTarget}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(types.ExpressGatewayScalingTarget{})); d != "" {
		t.Error(d)
	}
	revisions, err := w.ecs.DescribeServiceRevisions(t.Context(), &sdk.DescribeServiceRevisionsInput{ServiceRevisionArns: []string{*config.ServiceRevisionArn}})
	managed := get(t, revisions, err).ServiceRevisions[0].EcsManagedResources
	if *managed.IngressPaths[0].TargetGroups[0].Arn != *live.LoadBalancers[0].TargetGroupArn {
		t.Error("the revision names another target group than the service")
	}
}

func TestAnExpressServiceInPrivateSubnetsAnswersInsideOnly(t *testing.T) {
	t.Parallel()
	w := expressWorld(t)
	in := expressService(w.register(mainDefinition("web:1")))
	in.NetworkConfiguration.Subnets = []string{"subnet-1-private", "subnet-2-private"}
	out, err := w.ecs.CreateExpressGatewayService(t.Context(), in)
	if got := get(t, out, err).Service.ActiveConfigurations[0].IngressPaths[0].AccessType; got != types.AccessTypePrivate {
		t.Errorf("it is %s", got)
	}
}

func TestAnUpdateOfAnExpressServiceDeploysWhatDiffersAndNothingElse(t *testing.T) {
	t.Parallel()
	w := expressWorld(t)
	made := w.express("web:1")
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	next := w.register(mainDefinition("web:2"))
	update := func() *types.ExpressGatewayServiceConfiguration {
		out, err := w.ecs.UpdateExpressGatewayService(t.Context(), &sdk.UpdateExpressGatewayServiceInput{ServiceArn: made.ServiceArn, TaskDefinitionArn: &next})
		return get(t, out, err).Service.TargetConfiguration
	}
	target := update()
	if *target.TaskDefinitionArn != next || *target.ServiceRevisionArn == *made.ActiveConfigurations[0].ServiceRevisionArn {
		t.Errorf("it goes to %s with %s", *target.ServiceRevisionArn, *target.TaskDefinitionArn)
	}
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	if got := fetch(t, *made.ActiveConfigurations[0].IngressPaths[0].Endpoint); got != "web:2" {
		t.Errorf("it answers %q", got)
	}
	if again := update(); *again.ServiceRevisionArn != *target.ServiceRevisionArn {
		t.Error("the same again made another revision")
	}
	list, err := w.ecs.ListServiceDeployments(t.Context(), &sdk.ListServiceDeploymentsInput{Cluster: aws.String("demo"), Service: aws.String("web")})
	if n := len(get(t, list, err).ServiceDeployments); n != 2 {
		t.Errorf("there were %d deployments, not 2", n)
	}
}

func TestAnExpressServiceGoesBackToThePathAtWhichItsLoadBalancerFoundItWell(t *testing.T) {
	t.Parallel()
	w := expressWorld(t)
	made := w.express("web:1")
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	w.run.Script(virtual.Script{Image: "web:2", HTTPStatus: 500})
	next := w.register(mainDefinition("web:2"))
	must(t)(w.ecs.UpdateExpressGatewayService(t.Context(), &sdk.UpdateExpressGatewayServiceInput{
		ServiceArn: made.ServiceArn, TaskDefinitionArn: &next, HealthCheckPath: aws.String("/healthz"),
	}))
	w.ends("web", types.ServiceDeploymentStatusRollbackSuccessful)
	path := *w.describeExpress(made.ServiceArn).ActiveConfigurations[0].HealthCheckPath
	w.until("the load balancer asks as before", func() bool {
		out, err := w.deps.ELB.DescribeTargetGroups(t.Context(), &elbv2.DescribeTargetGroupsInput{})
		return *get(t, out, err).TargetGroups[0].HealthCheckPath == "/"
	})
	if path != "/" {
		t.Errorf("the path is %s", path)
	}
}

func TestADeletedExpressServiceTakesItsLoadBalancerAlongAndFreesItsName(t *testing.T) {
	t.Parallel()
	w := expressWorld(t)
	made := w.express("web:1")
	must(t)(w.ecs.DeleteExpressGatewayService(t.Context(), &sdk.DeleteExpressGatewayServiceInput{ServiceArn: made.ServiceArn}))
	status := func() types.ExpressGatewayServiceStatusCode {
		return w.describeExpress(made.ServiceArn).Status.StatusCode
	}
	if got := status(); got != types.ExpressGatewayServiceStatusCodeDraining {
		t.Errorf("it is %s", got)
	}
	w.until("it is INACTIVE", func() bool { return status() == types.ExpressGatewayServiceStatusCodeInactive })
	if n := w.balancers(); n != 0 {
		t.Errorf("%d load balancers and target groups are left", n)
	}
	var inactive *types.ServiceNotActiveException
	if _, err := w.ecs.DeleteExpressGatewayService(t.Context(), &sdk.DeleteExpressGatewayServiceInput{ServiceArn: made.ServiceArn}); !errors.As(err, &inactive) {
		t.Error(err)
	}
	w.express("web:2")
}

func TestTheOtherOperationsLeaveAnExpressServiceToItsOwn(t *testing.T) {
	t.Parallel()
	w := expressWorld(t)
	made := w.express("web:1")
	_, deleted := w.ecs.DeleteService(t.Context(), &sdk.DeleteServiceInput{Cluster: aws.String("demo"), Service: aws.String("web"), Force: aws.Bool(true)})
	_, rebalanced := w.ecs.UpdateService(t.Context(), &sdk.UpdateServiceInput{Cluster: aws.String("demo"), Service: aws.String("web"), LoadBalancers: []types.LoadBalancer{}})
	got := []string{deleted.Error(), rebalanced.Error()}
	want := []string{
		"InvalidParameterException: " + *made.ServiceArn + " has ResourceManagementType=ECS use DeleteExpressGatewayService to delete",
		"InvalidParameterException: " + *made.ServiceArn + " has ResourceManagementType=ECS: loadBalancers and deploymentConfiguration cannot be updated",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestWhatExpressModeDoesNotTakeIsRefusedByItsMember(t *testing.T) {
	t.Parallel()
	w := expressWorld(t)
	unnamed := definition("unnamed", container("Main", "web:1"))
	two := mainDefinition("web:1")
	two.ContainerDefinitions[0].PortMappings = append(two.ContainerDefinitions[0].PortMappings, types.PortMapping{ContainerPort: aws.Int32(9090), Name: aws.String("more")})
	good := w.register(mainDefinition("web:1"))
	for want, change := range map[string]func(*sdk.CreateExpressGatewayServiceInput){
		"infrastructureRoleArn should not be blank.":                      func(in *sdk.CreateExpressGatewayServiceInput) { in.InfrastructureRoleArn = nil },
		"Either primaryContainer or taskDefinitionArn must be specified.": func(in *sdk.CreateExpressGatewayServiceInput) { in.TaskDefinitionArn = nil },
		"taskDefinitionArn cannot be specified together with executionRoleArn, cpu.": func(in *sdk.CreateExpressGatewayServiceInput) {
			in.Cpu, in.ExecutionRoleArn = aws.String("256"), aws.String("r")
		},
		"networkConfiguration: no default VPC was found. Specify subnets and try again.": func(in *sdk.CreateExpressGatewayServiceInput) { in.NetworkConfiguration = nil },
		"healthCheckPath must start with a forward slash: ping":                          func(in *sdk.CreateExpressGatewayServiceInput) { in.HealthCheckPath = aws.String("ping") },
		"scalingTarget.maxTaskCount must be greater than or equal to minTaskCount.": func(in *sdk.CreateExpressGatewayServiceInput) {
			in.ScalingTarget = &types.ExpressGatewayScalingTarget{MinTaskCount: aws.Int32(30)}
		},
		"the task definition " + w.register(definition("other", container("web", "web:1"))) + " must have":    func(in *sdk.CreateExpressGatewayServiceInput) { in.TaskDefinitionArn = aws.String("other") },
		"the container Main must have a single TCP port mapping with a container port and a port name.":       func(in *sdk.CreateExpressGatewayServiceInput) { in.TaskDefinitionArn = aws.String(w.register(unnamed)) },
		"taskDefinitionArn: the container Main must have a single TCP port mapping with a container port and": func(in *sdk.CreateExpressGatewayServiceInput) { in.TaskDefinitionArn = aws.String(w.register(two)) },
	} {
		in := expressService(good)
		change(in)
		_, err := w.ecs.CreateExpressGatewayService(t.Context(), in)
		var refused *types.InvalidParameterException
		if !errors.As(err, &refused) || !strings.Contains(*refused.Message, want) {
			t.Errorf("%v, not %s", err, want)
		}
	}
	w.express("web:1")
	if _, err := w.ecs.CreateExpressGatewayService(t.Context(), expressService(good)); err == nil || !strings.Contains(err.Error(), "not idempotent") {
		t.Error(err)
	}
	if n := w.balancers(); n != 2 {
		t.Errorf("%d load balancers and target groups stand, not those of the one service", n)
	}
	w.create("plain", w.register(definition("plain", container("web", "web:1"))), 1)
	_, err := w.ecs.DescribeExpressGatewayService(t.Context(), &sdk.DescribeExpressGatewayServiceInput{ServiceArn: w.service("plain").ServiceArn})
	if err == nil || !strings.Contains(err.Error(), "ResourceManagementType=CUSTOMER") {
		t.Error(err)
	}
}

// TestTheCommandLineRunsAContainerInExpressMode uses the form in which ECS makes the task definition and the cluster itself.
func TestTheCommandLineRunsAContainerInExpressMode(t *testing.T) {
	t.Parallel()
	cli := emulatortest.AWS(t)
	arn := cli("ecs", "create-express-gateway-service", "--service-name", "web", "--execution-role-arn", "arn:aws:iam::000000000000:role/e",
		"--infrastructure-role-arn", "arn:aws:iam::000000000000:role/i", "--primary-container", "image=web:1,containerPort=8080", "--health-check-path", "/",
		"--network-configuration", "subnets=subnet-1,subnet-2", "--scaling-target", "minTaskCount=2,maxTaskCount=3,autoScalingMetric=AVERAGE_MEMORY,autoScalingTargetValue=70",
		"--query", "service.serviceArn")
	got := []string{
		cli("ecs", "describe-services", "--services", "web", "--query", "services[0].[resourceManagementType,desiredCount]"),
		cli("ecs", "describe-express-gateway-service", "--service-arn", arn, "--query", "service.activeConfigurations[0].[primaryContainer.image,cpu]"),
		strings.ReplaceAll(cli("application-autoscaling", "describe-scaling-policies", "--service-namespace", "ecs", "--query", "ScalingPolicies[].TargetTrackingScalingPolicyConfiguration.[TargetValue,PredefinedMetricSpecification.PredefinedMetricType]"), "70.0", "70"), // either way of that command line to print a whole number
		cli("ecs", "list-services", "--resource-management-type", "ECS", "--query", "length(serviceArns)"),
		cli("ecs", "update-express-gateway-service", "--service-arn", arn, "--cpu", "512", "--memory", "1024", "--query", "service.targetConfiguration.[cpu,primaryContainer.image]"),
		cli("ecs", "delete-express-gateway-service", "--service-arn", arn, "--query", "service.status.statusCode"),
		cli("application-autoscaling", "describe-scalable-targets", "--service-namespace", "ecs", "--query", "length(ScalableTargets)"),
	}
	want := []string{"ECS\t2", "web:1\t256", "70\tECSServiceAverageMemoryUtilization", "1", "512\tweb:1", "DRAINING", "0"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
